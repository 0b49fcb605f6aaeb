import { ActionIcon, Menu } from '@mantine/core'
import { IconBan, IconCheck, IconDots, IconFlag, IconHourglass, IconInbox } from '@tabler/icons-react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { PRIORITIES } from '../../shared/wire-values.ts'
import type { useConversationChange } from '../data/conversation-actions.ts'
import { text } from '../text/text.ts'
import css from './actions-menu.module.css'

/** Status and priority of a conversation. */
export function ActionsMenu(props: {
  readonly conversation: ConversationView
  readonly change: ReturnType<typeof useConversationChange>
}) {
  const { conversation, change } = props
  return (
    <Menu position="bottom-end" width={220} defaultOpened>
      <Menu.Target>
        <ActionIcon aria-label={text.conversation.actions}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {conversation.filed ? (
          <Menu.Item leftSection={<IconInbox size={16} />} onClick={() => change.mutate({ filed: null })}>
            {conversation.filed === 'spam' ? text.filed.notSpam : text.filed.move}
          </Menu.Item>
        ) : conversation.status === 'open' ? (
          <Menu.Item
            leftSection={<IconHourglass size={16} />}
            onClick={() => change.mutate({ status: 'pending' })}
          >
            {text.conversation.setPending}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconInbox size={16} />} onClick={() => change.mutate({ status: 'open' })}>
            {text.conversation.setOpen}
          </Menu.Item>
        )}
        {conversation.filed !== 'spam' && (
          <Menu.Item leftSection={<IconBan size={16} />} onClick={() => change.mutate({ filed: 'spam' })}>
            {text.filed.mark}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{text.priority.label}</Menu.Label>
        {PRIORITIES.map((priority) => (
          <Menu.Item
            key={priority}
            leftSection={<IconFlag size={16} className={css[priority]} />}
            rightSection={conversation.priority === priority ? <IconCheck size={16} aria-hidden /> : null}
            aria-current={conversation.priority === priority ? 'true' : undefined}
            onClick={() => change.mutate({ priority })}
          >
            {text.priority[priority]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
