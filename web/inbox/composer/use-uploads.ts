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

/** Files on their way from one composer to another. */
export interface CarriedFiles {
  /** Stored already. */
  readonly attachments: readonly AttachmentView[]
  /** Not stored, or not yet. */
  readonly files: readonly File[]
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

  /** Judges files beside those that stand, and begins to store what is not stored and may go. */
  const admitted = (standing: readonly Upload[], { attachments, files }: CarriedFiles): readonly Upload[] => {
    const kept = standing.filter(({ final }) => !final)
    const sum = { count: kept.length, bytes: kept.reduce((bytes, { file }) => bytes + file.size, 0) }
    const judged = (
      file: Upload['file'],
      type: string,
      fine: Pick<Upload, 'state' | 'attachment'>,
    ): Upload => {
      keys.current += 1
      const item = { ...fine, key: keys.current, file }
      const problem = fileRefusal({ size: file.size, type }, sum, rules)
      if (problem) return { ...item, state: 'failed', problem, final: true }
      sum.count += 1
      sum.bytes += file.size
      return item
    }
    const stored = attachments.map((attachment) => {
      const { name, sizeBytes: size, contentType } = attachment
      return judged({ name, size }, contentType, { state: 'ready', attachment })
    })
    const fresh = files.map((file) => {
      const item = judged(file, file.type, { state: 'uploading' })
      chosen.current.set(item.key, file)
      if (!item.final) void start(item.key, file)
      return item
    })
    return [...stored, ...fresh]
  }

  return {
    items,
    add: (files: readonly File[]) => {
      const added = admitted(items, { attachments: [], files })
      setItems((before) => [...before, ...added])
    },
    remove: (key: number) => setItems((before) => before.filter((item) => item.key !== key)),
    retry: (key: number) => {
      const file = chosen.current.get(key)
      if (!file) return
      setItems((before) => before.map((one) => (one.key === key ? { key, file, state: 'uploading' } : one)))
      void start(key, file)
    },
    /** In place of all others: files that come from elsewhere. */
    take: (carried: Partial<CarriedFiles>) =>
      setItems(admitted([], { attachments: [], files: [], ...carried })),
    /** All of them, for another composer: what this channel refuses the other one may carry. */
    carried: (): CarriedFiles => ({
      attachments: items.flatMap(({ attachment }) => attachment ?? []),
      files: items.flatMap(({ key, attachment }) => (attachment ? [] : (chosen.current.get(key) ?? []))),
    }),
    clear: () => setItems([]),
  }
}
