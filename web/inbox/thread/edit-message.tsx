import { Button, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { ChannelView, MessageView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { live, queryClient } from '../data/client.ts'
import { messengerApi } from '../data/messenger-api.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { messengerText } from '../text/messenger-text.ts'
import { text } from '../text/text.ts'
import css from './edit-message.module.css'
import { typedText } from './typed-text.ts'

const words = messengerText.message

/** Changes what a message of ours says, at the customer's side too. */
export function EditMessage(props: {
  readonly message: MessageView
  readonly channel: ChannelView
  readonly onClose: () => void
}) {
  const { message, channel, onClose } = props
  const marks = (channel.capabilities.formatting ?? 'absent') !== 'absent'
  const before = marks ? typedText(message.text, message.spans) : message.text
  const [typed, setTyped] = useState(before)
  const change = useMutation({
    mutationFn: () => messengerApi.editMessage(message.id, { text: typed.trim(), version: message.version }),
    onSuccess: (changed) => {
      live.absorb([{ type: 'message.updated', message: changed, channelId: channel.id }])
      tellDone(words.edited)
      onClose()
    },
    onError: (error) => {
      if (!isProblem(error, 'version-conflict')) return tellError(error)
      void queryClient.invalidateQueries({ queryKey: ['messages', message.conversationId] })
      tellInfo(text.conversation.conflictTitle, text.thread.changedMeanwhile)
    },
  })
  const { text: limits, attachments } = channel.capabilities
  const besideFiles = message.attachments.length > 0 ? attachments.maxTextLength : undefined
  const maxLength = Math.min(limits.maxLength, besideFiles ?? limits.maxLength)
  const fits = typed.trim() !== '' && typed.trim().length <= maxLength
  const save = () => {
    if (typed.trim() === before.trim()) onClose()
    else if (fits && !change.isPending) change.mutate()
  }
  return (
    <div className={css['edit']}>
      <Textarea
        autosize
        autoFocus
        minRows={1}
        maxRows={10}
        dir="auto"
        aria-label={words.editLabel}
        value={typed}
        error={
          typed.trim().length > maxLength ? text.composer.over(typed.trim().length - maxLength) : undefined
        }
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Escape') {
            event.preventDefault()
            onClose()
          }
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            save()
          }
        }}
      />
      <div className={css['foot']}>
        <span className={css['hint']}>{words.editHint}</span>
        <Button size="compact-xs" variant="default" onClick={onClose}>
          {text.general.cancel}
        </Button>
        <Button size="compact-xs" disabled={!fits} loading={change.isPending} onClick={save}>
          {text.general.save}
        </Button>
      </div>
    </div>
  )
}
