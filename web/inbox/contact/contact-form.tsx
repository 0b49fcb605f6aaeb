import { Button, Group, Textarea, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { ContactView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { contactQuery } from '../data/queries.ts'
import { tellError, tellInfo } from '../shell/toasts.ts'
import { peopleText } from '../text/people-text.ts'
import { text } from '../text/text.ts'
import css from './contact-form.module.css'

const linesOf = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const ATTRIBUTE = /^([^:]+):\s*(.+)$/

/** Changes a contact in place. */
export function ContactForm({
  contact,
  onDone,
}: {
  readonly contact: ContactView
  readonly onDone: () => void
}) {
  const form = useForm({
    initialValues: {
      name: contact.name,
      emails: contact.emails.join('\n'),
      phones: contact.phones.join('\n'),
      attributes: Object.entries(contact.attributes)
        .map(([key, value]) => `${key}: ${value}`)
        .join('\n'),
    },
    validate: {
      name: (value) => (value.trim() === '' ? text.entrance.required : null),
      attributes: (value) =>
        linesOf(value).every((line) => ATTRIBUTE.test(line)) ? null : peopleText.attributeWrong,
    },
  })
  const save = async (values: typeof form.values) => {
    try {
      const saved = await api.updateContact(contact.id, {
        name: values.name.trim(),
        emails: linesOf(values.emails),
        phones: linesOf(values.phones),
        attributes: Object.fromEntries(
          linesOf(values.attributes).map((line) => {
            const [, key = '', value = ''] = ATTRIBUTE.exec(line) ?? []
            return [key.trim(), value.trim()]
          }),
        ),
        version: contact.version,
      })
      queryClient.setQueryData(contactQuery(contact.id).queryKey, saved)
      onDone()
    } catch (error) {
      if (isProblem(error, 'version-conflict')) {
        await queryClient.invalidateQueries({ queryKey: ['contact', contact.id] })
        tellInfo(text.conversation.conflictTitle, peopleText.conflict)
      } else {
        tellError(error)
      }
    }
  }
  return (
    <form className={css['form']} onSubmit={form.onSubmit((values) => save(values))}>
      <TextInput label={peopleText.name} data-autofocus {...form.getInputProps('name')} />
      <Textarea
        label={peopleText.emails}
        description={peopleText.onePerLine}
        autosize
        minRows={1}
        {...form.getInputProps('emails')}
      />
      <Textarea
        label={peopleText.phones}
        description={peopleText.numbersPerLine}
        autosize
        minRows={1}
        {...form.getInputProps('phones')}
      />
      <Textarea
        label={peopleText.attributes}
        description={peopleText.attributeLines}
        autosize
        minRows={2}
        {...form.getInputProps('attributes')}
      />
      <Group gap="xs" justify="flex-end">
        <Button size="xs" variant="default" onClick={onDone}>
          {text.general.cancel}
        </Button>
        <Button size="xs" type="submit" loading={form.submitting}>
          {text.general.save}
        </Button>
      </Group>
    </form>
  )
}
