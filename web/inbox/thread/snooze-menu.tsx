import { ActionIcon, Button, Menu, Modal, TextInput } from '@mantine/core'
import { IconCalendarTime, IconMoon, IconSunrise } from '@tabler/icons-react'
import { useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import type { useConversationChange } from '../data/conversation-actions.ts'
import { soonTime } from '../parts/time.ts'
import { text } from '../text/text.ts'
import { snoozePresets } from './snooze-presets.ts'

/** Sends a conversation to sleep until an instant. */
export function SnoozeMenu(props: {
  readonly conversation: ConversationView
  readonly change: ReturnType<typeof useConversationChange>
}) {
  const { conversation, change } = props
  const [custom, setCustom] = useState(false)
  const until = (date: Date) => change.mutate({ status: 'snoozed', snoozedUntil: date.toISOString() })
  return (
    <>
      <Menu position="bottom-end" width={250} defaultOpened>
        <Menu.Target>
          <ActionIcon aria-label={text.conversation.snooze}>
            <IconMoon size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{text.conversation.snoozeLabel}</Menu.Label>
          {snoozePresets(new Date()).map(({ name, at }) => (
            <Menu.Item
              key={name}
              onClick={() => until(at)}
              rightSection={<small>{soonTime(at.toISOString())}</small>}
            >
              {text.conversation.snoozePresets[name]}
            </Menu.Item>
          ))}
          <Menu.Item leftSection={<IconCalendarTime size={16} />} onClick={() => setCustom(true)}>
            {text.conversation.snoozeCustom}
          </Menu.Item>
          {conversation.status === 'snoozed' && (
            <>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconSunrise size={16} />}
                onClick={() => change.mutate({ status: 'open' })}
              >
                {text.conversation.wake}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={custom}
        onClose={() => setCustom(false)}
        title={text.conversation.snoozeLabel}
        size="xs"
        closeButtonProps={{ 'aria-label': text.general.close }}
      >
        <CustomTime
          onChoose={(date) => {
            setCustom(false)
            until(date)
          }}
        />
      </Modal>
    </>
  )
}

function CustomTime({ onChoose }: { readonly onChoose: (date: Date) => void }) {
  const [typed, setTyped] = useState('')
  const [wrong, setWrong] = useState(false)
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const date = new Date(typed)
        if (Number.isNaN(date.getTime()) || date.getTime() <= Date.now()) return setWrong(true)
        onChoose(date)
      }}
    >
      <TextInput
        type="datetime-local"
        data-autofocus
        label={text.conversation.snoozeCustom}
        value={typed}
        error={wrong ? text.conversation.snoozePast : undefined}
        onChange={({ currentTarget }) => {
          setWrong(false)
          setTyped(currentTarget.value)
        }}
      />
      <Button type="submit" mt="sm" fullWidth>
        {text.conversation.snooze}
      </Button>
    </form>
  )
}
