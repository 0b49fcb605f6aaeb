import { ActionIcon } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { lazy } from 'react'
import type { ChannelView, MessageView } from '../../../src/domain/views.ts'
import { useAllowed } from '../data/queries.ts'
import { OnDemand } from '../parts/on-demand.tsx'
import { text } from '../text/text.ts'
import css from './bubble.module.css'

const MessageMenu = lazy(() =>
  import('./message-menu.tsx').then((module) => ({ default: module.MessageMenu })),
)

/** What can be done with one message; beside it once somebody points at it. */
export function MessageActions(props: {
  readonly message: MessageView
  readonly channel: ChannelView
  readonly onEdit: () => void
}) {
  const maySend = useAllowed('message.send')
  if (!maySend || props.message.deletedAt) return null
  return (
    <span className={css['actions']}>
      <OnDemand
        trigger={
          <ActionIcon size={28} aria-label={text.thread.messageMenu}>
            <IconDots size={17} />
          </ActionIcon>
        }
      >
        <MessageMenu {...props} />
      </OnDemand>
    </span>
  )
}
