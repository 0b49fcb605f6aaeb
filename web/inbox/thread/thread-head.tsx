import { ActionIcon, Button } from '@mantine/core'
import {
  IconArrowLeft,
  IconCircleCheck,
  IconDots,
  IconLayoutSidebarRight,
  IconMoon,
  IconRotate,
} from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { useConversationChange } from '../data/conversation-actions.ts'
import { useAllowed, useChannels, useMe, useTeams } from '../data/queries.ts'
import { company } from '../live/presence.ts'
import { Avatar } from '../parts/avatar.tsx'
import { ChannelMark } from '../parts/channel-mark.tsx'
import { cx } from '../parts/class-names.ts'
import { OnDemand } from '../parts/on-demand.tsx'
import { soonTime } from '../parts/time.ts'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import { AssignMenu } from './assign-menu.tsx'
import css from './thread-head.module.css'

const ActionsMenu = lazy(() =>
  import('./actions-menu.tsx').then((module) => ({ default: module.ActionsMenu })),
)
const Participants = lazy(() =>
  import('../letters/participants.tsx').then((module) => ({ default: module.Participants })),
)
const SnoozeMenu = lazy(() => import('./snooze-menu.tsx').then((module) => ({ default: module.SnoozeMenu })))

/** Above the thread: who writes, how it stands, and what can be done about it. */
export function ThreadHead(props: {
  readonly conversation: ConversationView
  readonly detailsShown: boolean
  readonly onDetails: () => void
}) {
  const { conversation, detailsShown, onDetails } = props
  const { id, contact, status, subject, channelId } = conversation
  const navigate = useNavigate()
  const channel = useChannels().get(channelId)
  const letters = channel?.capabilities.letters
  const team = useTeams().get(conversation.teamId ?? '')
  const change = useConversationChange(conversation)
  const mayWrite = useAllowed('conversation.write')
  const resolved = status === 'resolved'
  const toggleResolved = () => change.mutate({ status: resolved ? 'open' : 'resolved' })

  useShortcut('e', mayWrite && !conversation.filed ? toggleResolved : undefined)
  useShortcut('Escape', () => void navigate({ to: '/', search: true }))

  return (
    <header className={css['head']}>
      <Link to="/" search={true} className={css['back']} aria-label={text.general.back}>
        <IconArrowLeft size={20} stroke={1.8} className={css['arrow']} />
      </Link>
      <div className={css['who']}>
        <h1 className={css['name']}>
          <bdi>{letters ? subject || text.letters.noSubject : contact.name}</bdi>
          <StatusMark conversation={conversation} />
        </h1>
        <p className={css['about']}>
          {letters && (
            <Suspense>
              <Participants conversation={conversation} own={letters.ownAddresses} />
            </Suspense>
          )}
          <span className={css['channel']}>
            {letters && '·'}
            <ChannelMark channel={channel} size={18} />
            <bdi>{channel?.name}</bdi>
          </span>
          {team && <bdi className={css['team']}>· {text.conversation.team(team.name)}</bdi>}
          {subject && !letters && <bdi className={css['subject']}>· {subject}</bdi>}
        </p>
      </div>
      <Company conversationId={id} />
      {mayWrite && (
        <div className={css['actions']}>
          <AssignMenu conversation={conversation} change={change} />
          <OnDemand
            trigger={
              <ActionIcon data-tip={text.conversation.snooze} aria-label={text.conversation.snooze}>
                <IconMoon size={18} />
              </ActionIcon>
            }
          >
            <SnoozeMenu conversation={conversation} change={change} />
          </OnDemand>
          <OnDemand
            trigger={
              <ActionIcon aria-label={text.conversation.actions}>
                <IconDots size={18} />
              </ActionIcon>
            }
          >
            <ActionsMenu conversation={conversation} change={change} />
          </OnDemand>
          <ActionIcon
            data-tip={text.conversation.details}
            data-tip-end
            aria-label={text.conversation.details}
            aria-pressed={detailsShown}
            onClick={onDetails}
          >
            <IconLayoutSidebarRight size={18} />
          </ActionIcon>
          {!conversation.filed && (
            <Button
              className={css['resolve']}
              size="xs"
              variant={resolved ? 'default' : 'filled'}
              leftSection={resolved ? <IconRotate size={16} /> : <IconCircleCheck size={16} />}
              loading={change.isPending && change.variables !== undefined && 'status' in change.variables}
              data-tip={`${resolved ? text.conversation.reopen : text.conversation.resolve} (E)`}
              data-tip-end
              aria-label={resolved ? text.conversation.reopen : text.conversation.resolve}
              onClick={toggleResolved}
            >
              <span className={css['resolve-word']}>
                {resolved ? text.conversation.reopen : text.conversation.resolve}
              </span>
            </Button>
          )}
        </div>
      )}
    </header>
  )
}

function StatusMark({
  conversation: { status, snoozedUntil, filed },
}: {
  readonly conversation: ConversationView
}) {
  if (status === 'open') return null
  if (filed) return <span className={css['mark']}>{text.views[filed]}</span>
  return (
    <span className={cx(css['mark'], css[status])}>
      {status === 'snoozed' && snoozedUntil
        ? text.list.snoozedUntil(soonTime(snoozedUntil))
        : text.status[status]}
    </span>
  )
}

/** Colleagues who look at the same conversation. */
function Company({ conversationId }: { readonly conversationId: string }) {
  const me = useMe().id as string
  const here = useSyncExternalStore(company.subscribe, company.get).colleagues.get(conversationId)
  const others = [...(here?.values() ?? [])].filter(({ agentId }) => agentId !== me)
  if (others.length === 0) return <span role="status" />
  const typing = others.filter(({ typingUntil }) => typingUntil > Date.now())
  const names = others.map(({ name }) => name).join(', ')
  const label = typing[0] ? text.conversation.typing(typing[0].name) : text.conversation.viewing(names)
  return (
    <span className={css['company']} role="status" title={label}>
      {others.slice(0, 3).map(({ agentId, name, typingUntil }) => (
        <span key={agentId} className={cx(css['colleague'], typingUntil > Date.now() && css['writing'])}>
          <Avatar name={name} size={24} />
        </span>
      ))}
      <span className="visually-hidden">{label}</span>
    </span>
  )
}
