import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { ReachView } from '../../../src/domain/views.ts'
import { queryClient } from '../data/client.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { keepLetterDraft, NEW_CONVERSATION, readLetterDraft } from '../data/letter-drafts.ts'
import { conversationQuery } from '../data/queries.ts'
import { subjectFor } from '../letters/reply-draft.ts'
import { isBlank, plainDocument, type RichNode } from '../letters/rich-text.ts'
import type { CarriedFiles } from './use-uploads.ts'

/** What goes along to another conversation. */
export interface Carried extends CarriedFiles {
  readonly text: string
  /** The same with its formatting, where it was written as a letter. */
  readonly document?: RichNode
  /** It is there now, and no longer here. */
  readonly onGone: () => void
}

const isTo = (draft: LetterDraft, { channelId, to }: ReachView): boolean =>
  draft.channelId === channelId &&
  draft.to.length === 1 &&
  draft.to[0]?.address.toLowerCase() === to.toLowerCase()

/** The message to somebody else that was begun and not sent, where beginning one by this way would push it aside. */
export function pushedAside(me: string, reach: ReachView): LetterDraft | undefined {
  const begun = reach.conversationId ? undefined : readLetterDraft(me, NEW_CONVERSATION)
  const said = begun && (!isBlank(begun.document) || begun.subject.trim() !== '')
  return said && !isTo(begun, reach) ? begun : undefined
}

/** Keeps what is written where it is to go on. What is written there already stays, and comes first. */
export async function keepThere(
  me: string,
  reach: ReachView,
  carried: Pick<Carried, 'text' | 'document'>,
  { letters, name }: { readonly letters: boolean; readonly name: string },
): Promise<void> {
  const { conversationId, to: address } = reach
  if (!conversationId) {
    const begun = readLetterDraft(me, NEW_CONVERSATION)
    const fresh = letterTo({ address, name }, carried)
    const goesOn = begun !== undefined && isTo(begun, reach)
    keepLetterDraft(me, NEW_CONVERSATION, {
      ...(goesOn ? { ...begun, document: joined(begun, fresh) } : fresh),
      kind: 'new',
      channelId: reach.channelId,
    })
    return
  }
  if (carried.text.trim() === '') return
  if (letters) {
    const begun = readLetterDraft(me, conversationId)
    const fresh = letterTo({ address }, carried)
    keepLetterDraft(
      me,
      conversationId,
      begun
        ? { ...begun, document: joined(begun, fresh) }
        : { ...fresh, subject: subjectFor('reply', await subjectOf(conversationId)) },
    )
    return
  }
  const before = readDraft(me, conversationId)
  const text = before.text.trim() === '' ? carried.text : `${before.text.trimEnd()}\n${carried.text}`
  keepDraft(me, conversationId, { ...before, text, mode: 'message' })
}

/** Without an answer the server fills it in. */
const subjectOf = async (conversationId: string): Promise<string | undefined> =>
  (await queryClient.fetchQuery(conversationQuery(conversationId)).catch(() => undefined))?.subject

const joined = (one: LetterDraft, other: LetterDraft): RichNode => ({
  type: 'doc',
  content: [...(one.document?.content ?? []), ...(other.document?.content ?? [])],
})

function letterTo(to: LetterAddress, { text, document }: Pick<Carried, 'text' | 'document'>): LetterDraft {
  return {
    kind: 'reply',
    clientMessageId: newClientMessageId(),
    to: [to],
    cc: [],
    bcc: [],
    subject: '',
    ...(text.trim() === '' ? {} : { document: document ?? plainDocument(text) }),
    quote: false,
    signature: true,
  }
}
