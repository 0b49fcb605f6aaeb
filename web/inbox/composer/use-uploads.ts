import { useRef, useState } from 'react'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { api } from '../data/client.ts'
import type { FileRules } from './limits.ts'
import { fileRefusal } from './limits.ts'

/** A file in the composer. */
export interface Upload {
  readonly key: number
  readonly file: Pick<File, 'name' | 'size'>
  readonly state: 'uploading' | 'ready' | 'failed'
  readonly attachment?: AttachmentView
  readonly problem?: string
  /** Trying again cannot help. */
  readonly final?: boolean
}

export type Uploads = ReturnType<typeof useUploads>

/** Files are stored as soon as they are added, so that sending is quick. */
export function useUploads(rules: FileRules) {
  const [items, setItems] = useState<readonly Upload[]>([])
  const keys = useRef(0)
  /** By key, to be tried again. */
  const chosen = useRef(new Map<number, File>())

  const patch = (key: number, change: Partial<Upload>) =>
    setItems((before) => before.map((item) => (item.key === key ? { ...item, ...change } : item)))

  const start = async (key: number, file: File) => {
    try {
      const attachment = await api.upload(file)
      patch(key, { state: 'ready', attachment })
    } catch (error) {
      patch(key, { state: 'failed', problem: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    items,
    add: (files: readonly File[]) => {
      const kept = items.filter(({ final }) => !final)
      const standing = { count: kept.length, bytes: kept.reduce((bytes, { file }) => bytes + file.size, 0) }
      const added = files.map((file): Upload & { readonly file: File } => {
        keys.current += 1
        chosen.current.set(keys.current, file)
        const problem = fileRefusal(file, standing, rules)
        if (problem) return { key: keys.current, file, state: 'failed', problem, final: true }
        standing.count += 1
        standing.bytes += file.size
        return { key: keys.current, file, state: 'uploading' }
      })
      setItems((before) => [...before, ...added])
      for (const { key, file, state } of added) if (state === 'uploading') void start(key, file)
    },
    remove: (key: number) => setItems((before) => before.filter((item) => item.key !== key)),
    retry: (key: number) => {
      const file = chosen.current.get(key)
      if (!file) return
      setItems((before) => before.map((one) => (one.key === key ? { key, file, state: 'uploading' } : one)))
      void start(key, file)
    },
    /** In place of all others: files that are stored already. */
    take: (attachments: readonly AttachmentView[]) =>
      setItems(
        attachments.map((attachment): Upload => {
          keys.current += 1
          const file = { name: attachment.name, size: attachment.sizeBytes }
          return { key: keys.current, file, state: 'ready', attachment }
        }),
      ),
    clear: () => setItems([]),
  }
}
