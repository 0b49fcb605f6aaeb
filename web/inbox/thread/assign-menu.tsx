import { ActionIcon, Button } from '@mantine/core'
import { IconUserPlus } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import type { useConversationChange } from '../data/conversation-actions.ts'
import { useAgents, useMe } from '../data/queries.ts'
import { Avatar } from '../parts/avatar.tsx'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import css from './assign-menu.module.css'

const AssignPopover = lazy(() =>
  import('./assign-popover.tsx').then((module) => ({ default: module.AssignPopover })),
)

/** Takes a conversation, or gives it to a colleague or a team. */
export function AssignMenu(props: {
  readonly conversation: ConversationView
  readonly change: ReturnType<typeof useConversationChange>
}) {
  const { conversation, change } = props
  // Undefined until first opened: only then the choices are fetched.
  const [opened, setOpened] = useState<boolean>()
  const agents = useAgents()
  const me = useMe()
  const assignee = conversation.assigneeId ? agents.get(conversation.assigneeId) : undefined
  useShortcut('a', () => setOpened(true))

  const trigger = (
    <ActionIcon
      className={css['trigger']}
      data-tip={`${assignee ? text.list.assignedTo(assignee.name) : text.conversation.assign} (A)`}
      aria-label={assignee ? `${text.conversation.assign}: ${assignee.name}` : text.conversation.assign}
      aria-haspopup="dialog"
      aria-expanded={opened ?? false}
      onClick={() => setOpened((before) => !before)}
    >
      {assignee ? <Avatar name={assignee.name} size={24} /> : <IconUserPlus size={18} />}
    </ActionIcon>
  )
  return (
    <>
      {!conversation.assigneeId && (
        <Button
          size="xs"
          variant="light"
          className={css['take']}
          onClick={() => change.mutate({ assigneeId: me.id })}
        >
          {text.conversation.take}
        </Button>
      )}
      {opened === undefined ? (
        trigger
      ) : (
        <Suspense fallback={trigger}>
          <AssignPopover
            opened={opened}
            onChange={setOpened}
            conversation={conversation}
            onAssign={(assignment) => change.mutateAsync(assignment)}
          >
            {trigger}
          </AssignPopover>
        </Suspense>
      )}
    </>
  )
}
