import { Loader, Menu } from '@mantine/core'
import { IconCheck, IconCircleOff, IconMessage, IconMessagePlus, IconTemplate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import type { ChannelView, ConversationView, ReachView } from '../../../src/domain/views.ts'
import { reachQuery } from '../data/messenger-api.ts'
import { useChannels } from '../data/queries.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { soonTime } from '../parts/time.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './answer-by-menu.module.css'
import type { Carried } from './carry-over.ts'
import { isUsable, useOtherWay } from './use-other-way.tsx'

const words = messengerText.answerBy

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
  const { data, isError } = useQuery(reachQuery(conversation.contact.id))
  const others = data?.filter(({ conversationId }) => conversationId !== conversation.id)
  const [goBy, question] = useOtherWay(conversation.contact.name, carry)
  return (
    <>
      <Ways {...{ channel, trigger, others, failed: isError && !data }} onChoose={goBy} />
      {question}
    </>
  )
}

function Ways(props: {
  readonly channel: ChannelView
  readonly trigger: ReactElement
  /** Undefined until they are known. */
  readonly others: readonly ReachView[] | undefined
  readonly failed: boolean
  readonly onChoose: (reach: ReachView) => void
}) {
  const { channel, trigger, others, failed, onChoose } = props
  const channels = useChannels()
  return (
    <Menu position="bottom-end" width={290} defaultOpened>
      <Menu.Target>{trigger}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{words.title}</Menu.Label>
        <Menu.Item
          leftSection={<ChannelMark channel={channel} size={20} />}
          rightSection={<IconCheck size={16} aria-hidden />}
          aria-current="true"
          className={css['item'] ?? ''}
        >
          <Line name={channel.name} state={words.here} />
        </Menu.Item>
        {!others && !failed && (
          <div className={css['loading']}>
            <Loader size={16} />
          </div>
        )}
        {failed && <p className={css['words']}>{words.failed}</p>}
        {others?.length === 0 && <p className={css['words']}>{words.only}</p>}
        {others?.map((reach) => (
          <Menu.Item
            key={`${reach.channelId}-${reach.to}`}
            className={css['item'] ?? ''}
            disabled={!isUsable(reach)}
            leftSection={<ChannelMark channel={channels.get(reach.channelId)} size={20} />}
            rightSection={<ReachIcon reach={reach} />}
            onClick={() => onChoose(reach)}
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
