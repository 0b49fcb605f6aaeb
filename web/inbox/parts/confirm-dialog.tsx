import { Button, Group, Modal, Text } from '@mantine/core'
import { text } from '../text/text.ts'

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: {
  readonly opened: boolean
  readonly title: string
  readonly question: string
  readonly action: string
  readonly danger?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
}) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      size="sm"
      closeButtonProps={{ 'aria-label': text.general.close }}
    >
      <Text size="sm" c="dimmed">
        {props.question}
      </Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={props.onClose}>
          {text.general.cancel}
        </Button>
        <Button
          color={props.danger ? 'red' : 'brand'}
          data-autofocus
          onClick={() => {
            props.onClose()
            props.onConfirm()
          }}
        >
          {props.action}
        </Button>
      </Group>
    </Modal>
  )
}
