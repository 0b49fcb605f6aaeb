import type { RichNode } from '../letters/rich-text.ts'

/** What every editor of letters is given. */
export interface EditorProps {
  /** What it begins with. */
  readonly document: RichNode | undefined
  readonly label: string
  readonly placeholder: string
  readonly autoFocus: boolean
  readonly onChange: (document: RichNode) => void
  /** @returns whether the files were taken */
  readonly onFiles: (files: FileList | null | undefined) => boolean
}
