import { useMemo } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useThread } from '../data/queries.ts'
import { letterText } from '../text/letter-text.ts'
import css from '../thread/thread-head.module.css'
import { nameOf } from './addresses.ts'
import { participantsOf } from './reply-draft.ts'

const NAMED = 3

/** Whom the letters of a conversation name. */
export function Participants(props: {
  readonly conversation: ConversationView
  /** The channel's own addresses. */
  readonly own: readonly string[]
}) {
  const { conversation, own } = props
  const { messages } = useThread(conversation.id)
  const people = useMemo(() => participantsOf(messages ?? [], own), [messages, own])
  if (people.length === 0) return <bdi className={css['people']}>{conversation.contact.name}</bdi>
  return (
    <bdi className={css['people']} title={people.map(({ address }) => address).join(', ')}>
      {letterText.participants(people.slice(0, NAMED).map(nameOf), people.length - NAMED)}
    </bdi>
  )
}
