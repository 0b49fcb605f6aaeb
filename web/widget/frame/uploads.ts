import type { ErrorCode } from '../../../src/domain/errors.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import type { VisitorApi } from './api.ts'
import type { FileCache } from './file-cache.ts'

/** How many files one message may carry. */
const MAX_FILES = 10

/** A file of the message being written. */
export interface DraftFile {
  readonly key: number
  readonly file: File
  /** From 0 to 1. */
  readonly progress: number
  readonly view?: AttachmentView
  readonly preview?: string
}

/** What is wrong with a file, as a key of the words and its values. */
export interface Complaint {
  readonly key: 'tooLarge' | 'tooMany' | 'typeRefused' | 'uploadFailed'
  readonly name?: string
  readonly limit?: number
}

/** The files of the message being written. */
export interface Uploads {
  add(files: Iterable<File>): void
  remove(key: number): void
  clear(): void
}

/** What uploads need. */
export interface UploadsDeps {
  readonly api: Pick<VisitorApi, 'upload'>
  readonly cache: FileCache
  readonly maxBytes: number
  readonly renewing: <T>(request: () => Promise<T>) => Promise<T>
  readonly onChange: (files: readonly DraftFile[]) => void
  readonly onComplaint: (complaint: Complaint) => void
}

const COMPLAINTS: Partial<Record<ErrorCode, Complaint['key']>> = {
  'attachment-too-large': 'tooLarge',
  'request-too-large': 'tooLarge',
  'attachment-type': 'typeRefused',
}

export function createUploads(deps: UploadsDeps): Uploads {
  const { api, cache, maxBytes, renewing, onChange, onComplaint } = deps
  const cancels = new Map<number, () => void>()
  let files: readonly DraftFile[] = []
  let lastKey = 0

  const set = (next: readonly DraftFile[]): void => {
    files = next
    onChange(files)
  }
  const change = (key: number, part: Partial<DraftFile>): void =>
    set(files.map((each) => (each.key === key ? { ...each, ...part } : each)))
  const drop = (key: number): void => set(files.filter((each) => each.key !== key))

  async function start(key: number, file: File): Promise<void> {
    const { name } = file
    try {
      const view = await renewing(() => {
        const upload = api.upload(file, (progress) => change(key, { progress }))
        cancels.set(key, upload.cancel)
        return upload.done
      })
      cache.put(view.id, file)
      change(key, { view, progress: 1 })
    } catch (error) {
      // Taken away by the visitor himself: nothing to tell.
      if (!cancels.has(key)) return
      drop(key)
      const code = Object.keys(COMPLAINTS).find((each) => isProblem(error, each as ErrorCode))
      onComplaint({ key: COMPLAINTS[code as ErrorCode] ?? 'uploadFailed', name, limit: maxBytes })
    }
    cancels.delete(key)
  }

  return {
    add(chosen) {
      for (const file of chosen) {
        const { name, size, type } = file
        if (files.length >= MAX_FILES) return onComplaint({ key: 'tooMany', limit: MAX_FILES })
        if (size > maxBytes) onComplaint({ key: 'tooLarge', name, limit: maxBytes })
        else {
          const key = ++lastKey
          const preview = type.startsWith('image/') ? { preview: URL.createObjectURL(file) } : {}
          set([...files, { key, file, progress: 0, ...preview }])
          void start(key, file)
        }
      }
    },
    remove(key) {
      const cancel = cancels.get(key)
      cancels.delete(key)
      cancel?.()
      drop(key)
    },
    clear: () => set([]),
  }
}
