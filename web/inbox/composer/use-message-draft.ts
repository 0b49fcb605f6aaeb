import { type RefObject, useEffect, useState, useSyncExternalStore } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import type { ComposerWish } from '../data/composer-wishes.ts'
import { composerWishes } from '../data/composer-wishes.ts'
import type { Draft } from '../data/drafts.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { PendingMessage } from '../data/outbox.ts'

/** What is written in a conversation, kept in this browser, and the field that it stands in. */
export function useMessageDraft(props: {
  readonly me: string
  readonly conversation: ConversationView
  readonly field: RefObject<HTMLTextAreaElement | null>
  readonly notesOnly: boolean
}) {
  const { me, conversation, field, notesOnly } = props
  const { id } = conversation
  const [draft, setDraft] = useState<Draft>(() =>
    notesOnly ? { ...readDraft(me, id), mode: 'note' } : readDraft(me, id),
  )
  const change = (next: Draft) => {
    setDraft(next)
    keepDraft(me, id, next)
  }
  /** Puts a text in place of what is in the field, with a part of it selected. */
  const place = (text: string, start: number, end = start) => {
    change({ ...draft, text })
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(start, end)
    })
  }
  const selection = () => {
    const { selectionStart = draft.text.length, selectionEnd = draft.text.length } = field.current ?? {}
    return { text: draft.text, start: selectionStart, end: selectionEnd }
  }
  return { draft, change, place, selection }
}

/** A message that was refused, to be written anew; what is being written stays, and comes behind it. */
export function againOf(draft: Draft, { text, kind, replyTo }: PendingMessage): Draft {
  const said = draft.text.trim()
  return {
    text: said === '' ? text : `${text}\n${draft.text}`,
    mode: kind,
    ...(replyTo && kind === 'message' ? { replyTo } : {}),
  }
}

/** Does what somebody asked the composer of this conversation for elsewhere on the screen. */
export function useComposerWishes(
  conversationId: string | undefined,
  onWish: (wish: ComposerWish) => void,
): void {
  const wish = useSyncExternalStore(composerWishes.subscribe, composerWishes.get)
  useEffect(() => {
    if (!wish || wish.conversationId !== conversationId) return
    composerWishes.set(undefined)
    onWish(wish)
  }, [wish, conversationId])
}
