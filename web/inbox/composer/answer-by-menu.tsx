import { Loader, Menu } from '@mantine/core'
import { IconCheck, IconCircleOff, IconMessage, IconMessagePlus, IconTemplate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { AttachmentView, ChannelView, ConversationView, ReachView } from '../../../src/domain/views.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import { wishComposer } from '../data/composer-wishes.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { keepLetterDraft, NEW_CONVERSATION, readLetterDraft } from '../data/letter-drafts.ts'
import { reachQuery } from '../data/messenger-api.ts'
import { useChannels, useMe } from '../data/queries.ts'
import { plainDocument, type RichNode } from '../letters/rich-text.ts'
import { soonTime } from '../parts/time.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './answer-by-menu.module.css'

const words = messengerText.answerBy

/** What goes along to another conversation. */
export interface Carried {
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  /** It is there now, and no longer here. */
  readonly onGone: () => void
}

const isUsable = ({ ok, templatesOnly = false }: ReachView): boolean => ok || templatesOnly

function stateOf({ reason, templatesOnly, windowClosesAt, conversationId, ok }: ReachView): string {
  if (!ok && templatesOnly) return words.templatesOnly
  if (!ok) return reason ? words.reasons[reason] : ''
  if (windowClosesAt) return words.openUntil(soonTime(windowClosesAt))
  return conversationId ? words.open : words.begin
}

/** The contact's channels, with the reason where one cannot be used. */
export function AnswerByMenu(props: {
  readonly conversation: ConversationView
  readonly channel: ChannelView
  readonly carry: () => Carried
  readonly trigger: ReactElement
}) {
  const { conversation, channel, carry, trigger } = props
  const me = useMe().id
  const channels = useChannels()
  const navigate = useNavigate()
  const { data, isError } = useQuery(reachQuery(conversation.contact.id))
  const others = data?.filter(({ conversationId }) => conversationId !== conversation.id)

  const go = async (reach: ReachView) => {
    const carried = carry()
    const letters = channels.get(reach.channelId)?.capabilities.letters !== undefined
    const { conversationId } = reach
    if (conversationId) {
      if (carried.text.trim() !== '') keepAt(me, conversationId, carried.text, letters ? reach : undefined)
      await navigate({
        to: '/conversations/$conversationId',
        params: { conversationId },
        search: true,
      })
      if (carried.attachments.length > 0 && !letters) {
        wishComposer({ kind: 'files', conversationId, attachments: carried.attachments })
      }
    } else {
      const name = conversation.contact.name
      keepLetterDraft(me, NEW_CONVERSATION, {
        ...letterTo({ address: reach.to, name }, carried.text),
        kind: 'new',
        channelId: reach.channelId,
      })
      await navigate({ to: '/write', search: true })
    }
    carried.onGone()
  }
  return (
    <Menu position="bottom-end" width={290} defaultOpened>
      <Menu.Target>{trigger}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.title}</Menu.Label>
        <Menu.Item
          leftSection={<IconCheck size={16} aria-hidden />}
          aria-current="true"
          className={css['item'] ?? ''}
        >
          <Line name={channel.name} state={words.here} />
        </Menu.Item>
        {!data && !isError && (
          <div className={css['loading']}>
            <Loader size={16} />
          </div>
        )}
        {isError && !data && <p className={css['words']}>{words.failed}</p>}
        {others?.length === 0 && <p className={css['words']}>{words.only}</p>}
        {others?.map((reach) => (
          <Menu.Item
            key={`${reach.channelId}-${reach.to}`}
            className={css['item'] ?? ''}
            disabled={!isUsable(reach)}
            leftSection={<ReachIcon reach={reach} />}
            onClick={() => void go(reach)}
          >
            <Line name={reach.channelName} to={reach.to} state={stateOf(reach)} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function ReachIcon({ reach }: { readonly reach: ReachView }) {
  if (!isUsable(reach)) return <IconCircleOff size={16} aria-hidden />
  if (!reach.ok) return <IconTemplate size={16} aria-hidden />
  return reach.conversationId ? (
    <IconMessage size={16} aria-hidden />
  ) : (
    <IconMessagePlus size={16} aria-hidden />
  )
}

function Line({ name, to, state }: { readonly name: string; readonly to?: string; readonly state: string }) {
  return (
    <span className={css['line']}>
      <bdi className={css['name']}>{name}</bdi>
      {to && <bdi className={css['to']}>{to}</bdi>}
      <span className={css['state']}>{state}</span>
    </span>
  )
}

/** What is written there already stays, and comes first. */
function keepAt(me: string, conversationId: string, typed: string, letter: ReachView | undefined): void {
  if (letter) {
    const begun = readLetterDraft(me, conversationId)
    const fresh = letterTo({ address: letter.to }, typed)
    keepLetterDraft(me, conversationId, begun ? { ...begun, document: joined(begun, fresh) } : fresh)
    return
  }
  const before = readDraft(me, conversationId)
  const text = before.text.trim() === '' ? typed : `${before.text.trimEnd()}\n${typed}`
  keepDraft(me, conversationId, { ...before, text, mode: 'message' })
}

const joined = (one: LetterDraft, other: LetterDraft): RichNode => ({
  type: 'doc',
  content: [...(one.document?.content ?? []), ...(other.document?.content ?? [])],
})

const letterTo = (to: LetterDraft['to'][number], typed: string): LetterDraft => ({
  kind: 'reply',
  clientMessageId: newClientMessageId(),
  to: [to],
  cc: [],
  bcc: [],
  subject: '',
  ...(typed.trim() === '' ? {} : { document: plainDocument(typed) }),
  quote: false,
  signature: true,
})
