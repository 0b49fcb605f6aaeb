import { Button, Group, Modal, Text, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ChannelView } from '../../../src/domain/views.ts'
import { queryClient } from '../data/client.ts'
import { messengerApi } from '../data/messenger-api.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { Card } from './page-parts.tsx'
import css from './rows.module.css'

const words = settingsText.channels

const same = (typed: string, name: string): boolean => typed.trim().normalize() === name.trim().normalize()

/** Deletes a channel for good, once its name was typed. */
export function DeleteChannel({ channel }: { readonly channel: ChannelView }) {
  const [asking, setAsking] = useState(false)
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () => messengerApi.deleteChannel(channel.id),
    onSuccess: async ({ problem }) => {
      await navigate({ to: '/settings/channels' })
      void queryClient.invalidateQueries({ queryKey: ['channels'] })
      queryClient.removeQueries({ queryKey: ['channel', channel.id] })
      if (problem) tellInfo(words.deletedDone(channel.name), words.deletedAlone(problem))
      else tellDone(words.deletedDone(channel.name))
    },
    onError: tellError,
  })
  const sure = same(typed, channel.name)
  const close = () => {
    setAsking(false)
    setTyped('')
  }
  return (
    <Card title={words.delete} hint={words.deleteHint}>
      <Button
        variant="outline"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => setAsking(true)}
      >
        {words.deleteButton}
      </Button>
      <Modal
        opened={asking}
        onClose={close}
        title={words.deleteTitle(channel.name)}
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <form
          className={css['form']}
          onSubmit={(event) => {
            event.preventDefault()
            if (sure) remove.mutate()
          }}
        >
          <ul className={css['effects']}>
            {words.deleteEffects.map((effect) => (
              <li key={effect}>{effect}</li>
            ))}
          </ul>
          <Text size="sm">
            {words.deleteType} <strong>{channel.name}</strong>
          </Text>
          <TextInput
            aria-label={words.deleteTypeLabel}
            data-autofocus
            autoComplete="off"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {text.general.cancel}
            </Button>
            <Button type="submit" color="red" disabled={!sure} loading={remove.isPending}>
              {words.deleteConfirm}
            </Button>
          </Group>
        </form>
      </Modal>
    </Card>
  )
}
