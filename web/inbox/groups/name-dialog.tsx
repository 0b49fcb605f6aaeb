import { Button, Modal, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { isProblem } from '../../shared/problem.ts'
import { tellError } from '../shell/toasts.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'

/** Asks for the name of something new. */
export function NameDialog(props: {
  readonly opened: boolean
  readonly title: string
  /** Makes it; what it throws is said at the field where it is about the name. */
  readonly onCreate: (name: string) => Promise<void>
  readonly onClose: () => void
}) {
  const { opened, title, onCreate, onClose } = props
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size="sm"
      closeButtonProps={{ 'aria-label': text.general.close }}
    >
      <NameForm action={title} onCreate={onCreate} />
    </Modal>
  )
}

function NameForm({
  action,
  onCreate,
}: {
  readonly action: string
  readonly onCreate: (name: string) => Promise<void>
}) {
  const words = routingText.groups
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [busy, setBusy] = useState(false)
  const create = async () => {
    if (name.trim() === '') return setWrong(words.nameNeeded)
    setBusy(true)
    try {
      await onCreate(name.trim())
    } catch (error) {
      setBusy(false)
      if (isProblem(error, 'already-exists')) setWrong(words.exists)
      else if (isProblem(error, 'invalid-input')) setWrong(error.message)
      else tellError(error)
    }
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <Stack gap="md">
        <TextInput
          data-autofocus
          label={words.name}
          maxLength={50}
          value={name}
          error={wrong}
          onChange={({ currentTarget }) => {
            setWrong(undefined)
            setName(currentTarget.value)
          }}
        />
        <Button type="submit" loading={busy}>
          {action}
        </Button>
      </Stack>
    </form>
  )
}
