import {
  IconAlertCircle,
  IconArrowBackUp,
  IconChevronsUp,
  IconChevronUp,
  IconMoon,
  IconNote,
  IconPaperclip,
  IconUsers,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import type { AgentView, ChannelView, ConversationView } from '../../../src/domain/views.ts'
import { Avatar } from '../parts/avatar.tsx'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { cx } from '../parts/class-names.ts'
import { exactTime, shortTime, soonTime } from '../parts/time.ts'
import { text } from '../text/text.ts'
import css from './conversation-row.module.css'

/** One line of the list: who, what, where, since when, and whose. */
export const ConversationRow = memo(function ConversationRow(props: {
  readonly conversation: ConversationView
  readonly channel: ChannelView | undefined
  /** Absent where all rows are of the same team. */
  readonly team: TeamView | undefined
  readonly assignee: AgentView | undefined
  readonly mine: boolean
  readonly chosen: boolean
}) {
  const { conversation, channel, team, assignee, mine, chosen } = props
  const unread = conversation.unreadCount
  return (
    <Link
      to="/conversations/$conversationId"
      params={{ conversationId: conversation.id }}
      search={true}
      className={cx(css['row'], chosen && css['chosen'], unread > 0 && css['unread'])}
      aria-current={chosen ? 'true' : undefined}
      data-conversation={conversation.id}
    >
      <Avatar name={conversation.contact.name} size={40} />
      <span className={css['body']}>
        <span className={css['line']}>
          <PriorityMark priority={conversation.priority} />
          <span className={css['name']}>
            <bdi>{conversation.contact.name}</bdi>
          </span>
          <time
            className={css['time']}
            dateTime={conversation.lastActivityAt}
            title={exactTime(conversation.lastActivityAt)}
          >
            {shortTime(conversation.lastActivityAt)}
          </time>
        </span>
        <span className={css['line']}>
          <Preview conversation={conversation} lettered={channel?.capabilities.letters !== undefined} />
          {unread > 0 && (
            <span className={css['badge']}>
              <span aria-hidden>{unread > 99 ? '99+' : unread}</span>
              <span className="visually-hidden">{text.list.unread(unread)}</span>
            </span>
          )}
        </span>
        <span className={cx(css['line'], css['foot'])}>
          <ChannelMark channel={channel} size={18} />
          <bdi className={css['channel']}>{channel?.name ?? '…'}</bdi>
          {team && (
            <span className={css['team']} title={text.conversation.team(team.name)}>
              <IconUsers size={12} stroke={2} aria-hidden />
              <bdi>{team.name}</bdi>
            </span>
          )}
          {conversation.status === 'snoozed' && conversation.snoozedUntil && (
            <span
              className={css['snooze']}
              title={text.list.snoozedUntil(exactTime(conversation.snoozedUntil))}
            >
              <IconMoon size={12} stroke={2} aria-hidden />
              {soonTime(conversation.snoozedUntil)}
            </span>
          )}
          {conversation.tags.slice(0, 2).map((tag) => (
            <bdi key={tag} className={css['tag']}>
              {tag}
            </bdi>
          ))}
          <span className={css['push']} />
          {assignee && (
            <Avatar
              name={assignee.name}
              size={18}
              label={text.list.assignedTo(mine ? text.general.you : assignee.name)}
            />
          )}
        </span>
      </span>
    </Link>
  )
})

function PriorityMark({ priority }: { readonly priority: ConversationView['priority'] }) {
  if (priority === 'urgent') {
    return (
      <IconChevronsUp size={15} stroke={2.4} className={css['urgent']} aria-label={text.priority.urgent} />
    )
  }
  if (priority === 'high') {
    return <IconChevronUp size={15} stroke={2.4} className={css['high']} aria-label={text.priority.high} />
  }
  return null
}

function Preview(props: { readonly conversation: ConversationView; readonly lettered: boolean }) {
  const { lettered } = props
  const { lastMessage, subject } = props.conversation
  if (!lastMessage) return <span className={css['preview']}>{subject ?? text.list.noMessage}</span>
  const failed = lastMessage.status === 'failed'
  const words =
    lastMessage.preview ||
    (lastMessage.attachmentCount > 0 ? text.list.attachments(lastMessage.attachmentCount) : '')
  return (
    <span className={cx(css['preview'], failed && css['failed'])}>
      {failed && <IconAlertCircle size={13} stroke={2} aria-label={text.list.failed} />}
      {!failed && lastMessage.kind === 'note' && (
        <IconNote size={13} stroke={1.8} aria-label={text.list.note} />
      )}
      {!failed && lastMessage.kind === 'message' && lastMessage.direction === 'outbound' && (
        <IconArrowBackUp size={13} stroke={1.8} aria-hidden />
      )}
      {lastMessage.attachmentCount > 0 && lastMessage.preview !== '' && (
        <IconPaperclip size={12} aria-hidden />
      )}
      {lettered && <bdi className={css['subject']}>{subject || text.letters.noSubject}</bdi>}
      <bdi dir="auto">{words}</bdi>
    </span>
  )
}
