import type { NativeSelectProps, TextInputProps } from '@mantine/core'
import { ColorInput, NativeSelect, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { ConfigFault, ConfigInputs } from '../../shared/config-values.ts'
import { isShown } from '../../shared/config-values.ts'
import { useChannels } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { settingsText } from '../text/settings-text.ts'
import type { ConfigBlock } from './config-blocks.ts'
import { configParts, wideFields } from './config-blocks.ts'
import css from './config-fields.module.css'

/** What a fault says on the screen. */
export function faultWords(fault: ConfigFault): string {
  switch (fault.kind) {
    case 'required':
      return settingsText.channels.fieldRequired
    case 'pattern':
      return fault.help ?? settingsText.channels.fieldPattern
    case 'too-long':
      return settingsText.channels.fieldTooLong(fault.most)
    case 'number':
      return settingsText.channels.fieldNumber
    case 'range':
      return settingsText.channels.fieldRange(fault.low, fault.high)
  }
}

/** The settings form of any kind of channel, drawn from its list of fields alone. */
export function ConfigFields(props: {
  readonly fields: readonly ConfigField[]
  readonly inputs: ConfigInputs
  readonly errors: Readonly<Record<string, string>>
  /** Keys of secrets that are stored already. */
  readonly secretsSet: readonly string[]
  readonly onChange: (key: string, value: string | boolean) => void
}) {
  const { fields, inputs, errors } = props
  const { main, spare } = configParts(
    // A secret that we make is never typed: it is made anew.
    fields.filter((field) => isShown(field, inputs) && !(field.kind === 'secret' && field.generated)),
  )
  const wrong = spare.some((block) => block.fields.some(({ key }) => errors[key] !== undefined))
  const [opened, setOpened] = useState(false)
  const draw = (blocks: readonly ConfigBlock[]) => {
    const wide = wideFields(blocks, isShort, isTiny)
    return blocks.map((block) => <Block key={block.key} block={block} wide={wide} {...props} />)
  }
  return (
    <>
      <div className={css['grid']}>{draw(main)}</div>
      {spare.length > 0 && (
        <details
          className={css['spare']}
          open={opened || wrong}
          onToggle={({ currentTarget }) => setOpened(currentTarget.open)}
        >
          <summary>
            {settingsText.channels.moreSettings}
            <span>{settingsText.channels.moreSettingsHint}</span>
          </summary>
          <div className={css['grid']}>{draw(spare)}</div>
        </details>
      )}
    </>
  )
}

/** Kinds that are answered shortly. */
const HALF: ReadonlySet<ConfigField['kind']> = new Set([
  'number',
  'select',
  'text',
  'secret',
  'color',
  'url',
  'channel',
])
const LONG_HELP = 70
/** Help stands below: fields side by side have their boxes side by side. */
export const HELP_BELOW: NonNullable<TextInputProps['inputWrapperOrder']> = [
  'label',
  'input',
  'description',
  'error',
]

/** Numbers and colours are short whatever is said of them. */
const TINY: ReadonlySet<ConfigField['kind']> = new Set(['number', 'color'])

const isShort = ({ kind, help = '' }: ConfigField): boolean =>
  TINY.has(kind) || (HALF.has(kind) && help.length <= LONG_HELP)
const isTiny = ({ kind }: ConfigField): boolean => TINY.has(kind)

function Block(
  props: { readonly block: ConfigBlock; readonly wide: ReadonlySet<string> } & Parameters<
    typeof ConfigFields
  >[0],
) {
  const { block, wide, inputs, errors, secretsSet, onChange } = props
  const drawn = block.fields.map((field) => (
    <div key={field.key} className={cx(wide.has(field.key) && css['wide'])}>
      <Field
        field={field}
        value={inputs[field.key] ?? ''}
        error={errors[field.key]}
        secretSet={secretsSet.includes(field.key)}
        onChange={(value) => onChange(field.key, value)}
      />
    </div>
  ))
  return block.dependent ? <div className={cx(css['grid'], css['dependent'])}>{drawn}</div> : drawn
}

function Field(props: {
  readonly field: ConfigField
  readonly value: string | boolean
  readonly error: string | undefined
  readonly secretSet: boolean
  readonly onChange: (value: string | boolean) => void
}) {
  const { field, value, error, secretSet, onChange } = props
  const typed = String(value)
  const frame = {
    label: field.label,
    description: field.help,
    inputWrapperOrder: HELP_BELOW,
    error,
    // Marked by the star alone: the browser's own bubble would not speak our words.
    withAsterisk: field.required && !secretSet,
  }
  const onText = ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) =>
    onChange(currentTarget.value)
  switch (field.kind) {
    case 'boolean':
      return (
        <Switch
          label={field.label}
          description={field.help}
          error={error}
          checked={value === true}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      )
    case 'textarea':
      return <Textarea {...frame} autosize minRows={2} maxRows={8} value={typed} onChange={onText} />
    case 'list':
      return (
        <Textarea
          {...frame}
          description={field.help ?? settingsText.channels.listHint}
          autosize
          minRows={2}
          maxRows={8}
          spellCheck={false}
          value={typed}
          onChange={onText}
        />
      )
    case 'select':
      return (
        <NativeSelect
          {...frame}
          value={typed}
          onChange={onText}
          data={[
            ...(field.required ? [] : [{ value: '', label: '–' }]),
            ...(field.options ?? []).map((option) => ({ value: option.value, label: option.label })),
          ]}
        />
      )
    case 'channel':
      return <ChannelField frame={frame} value={typed} required={field.required} onChange={onChange} />
    case 'color':
      return (
        <ColorInput
          {...frame}
          format="hex"
          value={typed}
          onChange={(color) => onChange(color.toLowerCase())}
          popoverProps={{ withinPortal: true }}
          eyeDropperButtonProps={{ 'aria-label': field.label }}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          {...frame}
          autoComplete="new-password"
          placeholder={secretSet ? settingsText.channels.secretSet : undefined}
          value={typed}
          onChange={onText}
        />
      )
    case 'number':
      return <TextInput {...frame} inputMode="numeric" value={typed} onChange={onText} />
    case 'url':
      return <TextInput {...frame} type="url" spellCheck={false} value={typed} onChange={onText} />
    case 'text':
      return <TextInput {...frame} value={typed} onChange={onText} />
  }
}

/** Another channel, of those that can send letters to customers. */
function ChannelField(props: {
  readonly frame: Pick<
    NativeSelectProps,
    'label' | 'description' | 'error' | 'withAsterisk' | 'inputWrapperOrder'
  >
  readonly value: string
  readonly required: boolean
  readonly onChange: (value: string) => void
}) {
  const { frame, value, required, onChange } = props
  const channels = useChannels()
  const fitting = [...channels.values()].filter(
    ({ capabilities }) => capabilities.letters && capabilities.startConversation === 'native',
  )
  const isGone = value !== '' && channels.size > 0 && fitting.every(({ id }) => id !== value)
  return (
    <NativeSelect
      {...frame}
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      data={[
        ...(required ? [] : [{ value: '', label: '–' }]),
        ...fitting.map(({ id, name }) => ({ value: id, label: name })),
        ...(isGone ? [{ value, label: settingsText.channels.channelGone }] : []),
      ]}
    />
  )
}
