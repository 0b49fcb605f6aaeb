import { ActionIcon, Menu } from '@mantine/core'
import { IconCopy, IconCornerUpLeft, IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import type { ChannelView, MessageView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { live, queryClient } from '../data/client.ts'
import { wishComposer } from '../data/composer-wishes.ts'
import { messengerApi } from '../data/messenger-api.ts'
import { useMe } from '../data/queries.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './message-extras.module.css'

const ConfirmDialog = lazy(() =>
  import('../parts/confirm-dialog.tsx').then((module) => ({ default: module.ConfirmDialog })),
)

const words = messengerText.message

/** Whether the platform has it, so that it can be answered and changed there. */
const arrived = ({ direction, status }: MessageView): boolean =>
  direction === 'inbound' || status === 'sent' || status === 'delivered' || status === 'read'

async function copyText(copied: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(copied)
    tellDone(words.copied)
  } catch {
    // Pages served without TLS have no clipboard.
    tellInfo(words.copy, words.copyFailed)
  }
}

/** Everything that can be done with one message, as far as its channel can. */
export function MessageMenu(props: {
  readonly message: MessageView
  readonly channel: ChannelView
  readonly onEdit: () => void
}) {
  const { message, channel, onEdit } = props
  const { capabilities } = channel
  const me = useMe()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => messengerApi.deleteMessage(message.id, message.version),
    onSuccess: (changed) =>
      live.absorb([{ type: 'message.updated', message: changed, channelId: channel.id }]),
    onError: (error) => {
      if (!isProblem(error, 'version-conflict')) return tellError(error)
      void queryClient.invalidateQueries({ queryKey: ['messages', message.conversationId] })
      tellInfo(text.conversation.conflictTitle, text.thread.changedMeanwhile)
    },
  })
  const said = message.kind === 'message'
  const writes = said && !channel.deletedAt && arrived(message)
  // Agents change what they wrote themselves; who supervises them, what any of them wrote.
  const changes =
    writes &&
    message.direction === 'outbound' &&
    message.author.kind === 'agent' &&
    (message.author.id === me.id || me.role !== 'agent')
  return (
    <>
      <Menu
        position={message.direction === 'outbound' ? 'bottom-end' : 'bottom-start'}
        width={190}
        defaultOpened
      >
        <Menu.Target>
          <ActionIcon size={28} aria-label={text.thread.messageMenu}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {writes && capabilities.replyTo !== 'absent' && (
            <Menu.Item
              leftSection={<IconCornerUpLeft size={16} />}
              onClick={() => wishComposer({ kind: 'reply', conversationId: message.conversationId, message })}
            >
              {words.reply}
            </Menu.Item>
          )}
          {message.text !== '' && (
            <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void copyText(message.text)}>
              {words.copy}
            </Menu.Item>
          )}
          {changes && capabilities.editMessage === 'native' && message.text !== '' && !message.template && (
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={onEdit}>
              {words.edit}
            </Menu.Item>
          )}
          {changes && capabilities.deleteMessage === 'native' && (
            <Menu.Item
              className={css['danger'] ?? ''}
              leftSection={<IconTrash size={16} />}
              onClick={() => setAsking(true)}
            >
              {words.delete}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <Suspense>
          <ConfirmDialog
            opened
            danger
            title={words.deleteTitle}
            question={words.deleteQuestion}
            action={words.delete}
            onConfirm={() => remove.mutate()}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </>
  )
}
