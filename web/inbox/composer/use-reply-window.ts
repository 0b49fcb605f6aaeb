import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ChannelView, ConversationView } from '../../../src/domain/views.ts'
import { reachQuery } from '../data/messenger-api.ts'
import { heardLast, type ReplyWindow, replyWindowOf } from './reply-window.ts'

const MINUTE_MS = 60_000
const NO_WINDOW: ReplyWindow = { kind: 'none' }

/** A conversation's reply window, kept up to the minute, and to the instant in which it closes. */
export function useReplyWindow(
  channel: ChannelView | undefined,
  conversation: ConversationView,
): ReplyWindow {
  const [looks, setLooks] = useState(0)
  const windowOf = (heard: Pick<ConversationView, 'lastInboundAt'>) =>
    channel ? replyWindowOf(channel.capabilities, heard, Date.now()) : NO_WINDOW
  const own = windowOf(conversation)
  const { data: ways } = useQuery({
    ...reachQuery(conversation.contact.id),
    enabled: own.kind === 'closed',
  })
  const heard = own.kind === 'closed' ? heardLast(conversation, ways) : conversation
  const window = windowOf(heard)
  const leftMs = 'leftMs' in window ? window.leftMs : undefined
  useEffect(() => {
    if (leftMs === undefined) return undefined
    const lookAgain = () => setLooks((count) => count + 1)
    // What is shown changes with each full minute that is left; the last one is over when the window is.
    const timer = setTimeout(lookAgain, (leftMs % MINUTE_MS) + 1)
    // A machine that slept wakes up late.
    document.addEventListener('visibilitychange', lookAgain)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', lookAgain)
    }
  }, [looks, leftMs === undefined, heard.lastInboundAt])
  return window
}
