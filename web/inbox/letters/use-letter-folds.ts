import { useCallback, useMemo, useRef, useState } from 'react'
import type { MessageView } from '../../../src/domain/views.ts'
import { openAtFirst } from './letter-folds.ts'

/** Which letters of a thread stand open. */
export interface LetterFolds {
  readonly isOpen: (id: string) => boolean
  readonly fold: (id: string, opened: boolean) => void
  readonly open: (ids: readonly string[]) => void
  /** Where to begin reading; undefined where there are no letters. */
  readonly readFrom: string | undefined
}

/** Letters that once stood open stay so while one looks, unless one folds them. */
export function useLetterFolds(messages: readonly MessageView[] | undefined, unread: number): LetterFolds {
  // What was unread when the conversation was opened: looking at it makes it read.
  const unreadAtFirst = useRef(unread)
  const seen = useRef<ReadonlySet<string>>(new Set())
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map())
  const opened = useMemo(() => {
    const first = openAtFirst(messages ?? [], seen.current.size === 0 ? unreadAtFirst.current : 0)
    seen.current = new Set([...seen.current, ...first])
    return seen.current
  }, [messages])
  const isOpen = useCallback((id: string) => chosen.get(id) ?? opened.has(id), [chosen, opened])
  const fold = useCallback(
    (id: string, open: boolean) => setChosen((before) => new Map(before).set(id, open)),
    [],
  )
  const open = useCallback(
    (ids: readonly string[]) =>
      setChosen((before) => new Map([...before, ...ids.map((id) => [id, true] as const)])),
    [],
  )
  const letters = messages?.filter(({ letter }) => letter !== undefined) ?? []
  const unreadLetters = letters
    .filter(({ direction }) => direction === 'inbound')
    .slice(-unreadAtFirst.current)
  const readFrom = unreadAtFirst.current > 0 ? unreadLetters[0]?.id : letters.at(-1)?.id
  return useMemo(() => ({ isOpen, fold, open, readFrom }), [isOpen, fold, open, readFrom])
}
