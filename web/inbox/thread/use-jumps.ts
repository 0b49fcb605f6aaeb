import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { tellInfo } from '../shell/toasts.ts'
import { text } from '../text/text.ts'
import { jumps } from './jumps.ts'
import type { ThreadRow } from './thread-rows.ts'

const LIT_MS = 1_800
/** How many older pages are read to find a message. */
const MOST_PAGES = 12

/**
 * Goes to a message of the thread when somebody asks for it, reading older pages where it has to.
 * @returns the message that is lit up for a moment
 */
export function useJumps(props: {
  readonly conversationId: string
  readonly rows: readonly ThreadRow[]
  readonly show: (index: number) => void
  /** Absent when there is nothing older. */
  readonly older: (() => void) | undefined
  readonly reading: boolean
}): string | undefined {
  const { conversationId, rows, show, older, reading } = props
  const jump = useSyncExternalStore(jumps.subscribe, jumps.get)
  const [lit, setLit] = useState<string>()
  const pages = useRef(0)
  const wanted = jump?.conversationId === conversationId ? jump.messageId : undefined
  useEffect(() => {
    if (wanted === undefined || reading) return
    const at = rows.findIndex((row) => row.kind === 'message' && row.message.id === wanted)
    if (at < 0 && older && pages.current < MOST_PAGES) {
      pages.current += 1
      return older()
    }
    pages.current = 0
    jumps.set(undefined)
    if (at < 0) return tellInfo(text.thread.tooFarTitle, text.thread.tooFar)
    show(at)
    setLit(wanted)
  }, [wanted, rows, reading])
  useEffect(() => {
    if (lit === undefined) return undefined
    const timer = setTimeout(() => setLit(undefined), LIT_MS)
    return () => clearTimeout(timer)
  }, [lit])
  return lit
}
