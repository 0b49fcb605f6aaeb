import { Button, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconArrowLeft, IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { FilledTemplate, MessageTemplate } from '../../../src/domain/message-template.ts'
import { placed } from '../parts/placed.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './template-picker.module.css'
import { openGaps, templatePieces, templateText } from './template-text.ts'

const words = messengerText.templates

/** The gaps of one approved message, and exactly what the customer reads. */
export function TemplateForm(props: {
  readonly template: MessageTemplate
  readonly values: FilledTemplate['variables']
  readonly busy: boolean
  /** Whom it goes to is not said yet. */
  readonly unaddressed: boolean
  readonly onChange: (values: FilledTemplate['variables']) => void
  /** To the list, where it is not beside. */
  readonly onBack: () => void
  readonly onSend: (text: string) => void
}) {
  const { template, values, busy, unaddressed, onChange, onBack, onSend } = props
  const missing = openGaps(template, values)
  const complete = missing.length === 0 && template.unusable === undefined && !unaddressed
  const ready = complete && !busy
  return (
    <form
      className={css['form']}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) onSend(templateText(template, values))
      }}
      onKeyDown={(event) => {
        const { currentTarget: form, target } = event
        if (event.key === 'Enter' && target instanceof HTMLInputElement && !event.nativeEvent.isComposing) {
          event.preventDefault()
          if (ready) return onSend(templateText(template, values))
          // On to the next gap that is open.
          const next = template.variables.findIndex(({ key }) => key === missing[0])
          form.querySelectorAll('input')[next]?.focus()
        }
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onBack()
        form.closest('section')?.querySelector<HTMLElement>('[role="combobox"]')?.focus()
      }}
    >
      <button type="button" className={css['back']} onClick={onBack}>
        <IconArrowLeft size={15} stroke={2} aria-hidden />
        {words.all}
      </button>
      {template.unusable !== undefined && (
        <p className={css['reason']}>
          <IconAlertTriangle size={15} stroke={1.9} aria-hidden />
          {words.unusable(template.unusable)}
        </p>
      )}
      {template.variables.length > 0 && (
        <div className={css['gaps']}>
          {template.variables.map(({ key, example }) => (
            <TextInput
              key={key}
              size="xs"
              label={words.gap(key)}
              placeholder={example === undefined ? '' : words.example(example)}
              disabled={template.unusable !== undefined}
              value={values[key] ?? ''}
              onChange={({ currentTarget }) => onChange({ ...values, [key]: currentTarget.value })}
            />
          ))}
        </div>
      )}
      <Preview template={template} values={values} />
      <div className={css['foot']}>
        <span className={css['missing']} role="status">
          {missing.length > 0 && template.unusable === undefined && words.missing(missing.length)}
        </span>
        <Button
          type="submit"
          size="xs"
          data-send
          disabled={!complete}
          loading={busy}
          rightSection={<IconSend2 size={15} />}
        >
          {words.send}
        </Button>
      </div>
    </form>
  )
}

function Preview({
  template,
  values,
}: {
  readonly template: MessageTemplate
  readonly values: FilledTemplate['variables']
}) {
  return (
    <div className={css['preview']}>
      <span className={css['caption']}>{words.preview}</span>
      <div className={css['bubble']}>
        {template.media.length > 0 && (
          <span className={css['media']}>
            <IconPaperclip size={14} aria-hidden />
            {words.media(template.media.map(fileName).join(', '))}
          </span>
        )}
        <p dir="auto" aria-live="polite">
          {placed(templatePieces(template, values)).map(({ item: piece, place }) => (
            <Fragment key={place}>
              {piece.kind === 'text' ? (
                piece.text
              ) : piece.value !== undefined ? (
                <bdi className={css['filled']}>{piece.value}</bdi>
              ) : (
                <bdi className={css['gap']}>{words.gap(piece.key)}</bdi>
              )}
            </Fragment>
          ))}
        </p>
        {template.buttons.length > 0 && (
          <ul className={css['buttons']} aria-label={words.buttons}>
            {template.buttons.map((label) => (
              <li key={label}>{label}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** Of an address only its last part. */
const fileName = (media: string): string =>
  media.split(/[?#]/u)[0]?.split('/').filter(Boolean).at(-1) ?? media
