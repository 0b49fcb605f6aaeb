import { Button, TextInput } from '@mantine/core'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import type { ChannelTypeView } from '../../shared/agent-api.ts'
import { initialInputs } from '../../shared/config-values.ts'
import { Overtaken } from '../groups/draft-bar.tsx'
import { sameContent } from '../parts/same-content.ts'
import { useDraft } from '../parts/use-draft.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'
import { useChannelChange } from './channel-change.ts'
import { checkChannel } from './channel-check.ts'
import { ConfigFields, HELP_BELOW } from './config-fields.tsx'
import { Card } from './page-parts.tsx'
import css from './rows.module.css'
import { useConfigForm } from './use-config-form.ts'

/** Name and settings of a channel; what is typed stays when the channel changes elsewhere. */
export function ChannelSettingsCard({
  channel,
  kind: { configFields: fields },
}: {
  readonly channel: ChannelAdminView
  readonly kind: ChannelTypeView
}) {
  const formOf = ({ name, config }: ChannelAdminView) => ({ name, inputs: initialInputs(fields, config) })
  const draft = useDraft(formOf(channel))
  const { name, inputs } = draft.value
  const form = useConfigForm({
    fields,
    stored: channel.config,
    inputs,
    onType: (typed) => draft.set({ name, inputs: typed }),
  })
  const change = useChannelChange(channel, form.complain)
  const save = () => {
    const config = form.read()
    if (!config || name.trim() === '') return
    const sent = draft.value
    draft.noteSent(sent)
    change.mutate(
      { name: name.trim(), config },
      {
        onSuccess: (saved) => {
          draft.noteStored(sent, formOf(saved))
          // What the last test found was of the settings before.
          if (!saved.paused && !sameContent(sent.inputs, formOf(channel).inputs)) checkChannel(saved.id)
        },
      },
    )
  }
  return (
    <Card title={settingsText.channels.settings}>
      <form
        className={css['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          save()
        }}
      >
        <TextInput
          label={settingsText.channels.name}
          description={settingsText.channels.nameHint}
          inputWrapperOrder={HELP_BELOW}
          withAsterisk
          value={name}
          error={name.trim() === '' ? settingsText.channels.fieldRequired : undefined}
          onChange={({ currentTarget }) => draft.set({ name: currentTarget.value, inputs })}
        />
        <ConfigFields fields={fields} {...form} onChange={form.change} />
        <div className={css['buttons']}>
          <Button type="submit" loading={change.isPending}>
            {text.general.save}
          </Button>
          <Overtaken draft={draft} />
        </div>
      </form>
    </Card>
  )
}
