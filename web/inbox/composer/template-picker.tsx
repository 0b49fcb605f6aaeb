import { ActionIcon, NativeSelect, TextInput } from '@mantine/core'
import { IconSearch, IconSend2, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useRef, useState } from 'react'
import type { FilledTemplate, MessageTemplate } from '../../../src/domain/message-template.ts'
import { templatesQuery } from '../data/messenger-api.ts'
import { cx } from '../parts/class-names.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { messengerText } from '../text/messenger-text.ts'
import { languageName } from './language-name.ts'
import { TemplateForm } from './template-form.tsx'
import css from './template-picker.module.css'
import { searchTemplates } from './template-text.ts'

const words = messengerText.templates
const NONE: readonly MessageTemplate[] = []

/** Finds an approved message, fills its gaps and sends it. */
export function TemplatePicker(props: {
  readonly channelId: string
  readonly busy?: boolean
  /** Whom it goes to is not said yet. */
  readonly unaddressed?: boolean
  /** @returns whether it is on its way: what was filled in stays otherwise */
  readonly onSend: (template: FilledTemplate, text: string) => boolean | Promise<boolean>
  /** Absent where nothing else can be written. */
  readonly onClose: (() => void) | undefined
}) {
  const { channelId, busy = false, unaddressed = false, onSend, onClose } = props
  const query = useQuery(templatesQuery(channelId))
  const [search, setSearch] = useState('')
  const [language, setLanguage] = useState('')
  const [chosenId, setChosenId] = useState<string>()
  /** On a phone the list gives way to what was chosen. */
  const [opened, setOpened] = useState(false)
  const [values, setValues] = useState<Readonly<Record<string, FilledTemplate['variables']>>>({})
  /** One is on its way. None is chosen then: a key pressed twice must not send it twice. */
  const [sent, setSent] = useState(false)
  const form = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const listId = useId()

  const templates = query.data ?? NONE
  const languages = [...new Set(templates.map((template) => template.language))].sort()
  const found = searchTemplates(templates, search, language)
  const chosen = sent
    ? undefined
    : (found.find(({ id }) => id === chosenId) ?? found.find(({ unusable }) => !unusable) ?? found[0])

  const choose = (id: string) => {
    setChosenId(id)
    setSent(false)
  }
  const move = (step: 1 | -1) => {
    const at = found.findIndex(({ id }) => id === chosen?.id)
    const next = found[Math.min(found.length - 1, Math.max(0, at + step))]
    if (!next) return
    choose(next.id)
    document.getElementById(`${listId}-${next.id}`)?.scrollIntoView({ block: 'nearest' })
  }
  const send = async ({ id, name }: MessageTemplate, text: string) => {
    if (!(await onSend({ id, name, variables: values[id] ?? {} }, text))) return
    setValues((before) => ({ ...before, [id]: {} }))
    setOpened(false)
    setSent(true)
    field.current?.focus()
  }
  const open = (id: string) => {
    choose(id)
    setOpened(true)
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('input, button[data-send]')?.focus())
  }

  return (
    <section className={css['picker']} aria-label={words.label}>
      <div className={css['bar']}>
        <TextInput
          ref={field}
          className={css['search']}
          size="xs"
          autoFocus
          role="combobox"
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={chosen && `${listId}-${chosen.id}`}
          aria-label={words.search}
          placeholder={words.search}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={({ currentTarget }) => {
            setSearch(currentTarget.value)
            setOpened(false)
            setSent(false)
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return
            if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              event.preventDefault()
              move(event.key === 'ArrowDown' ? 1 : -1)
            }
            if (event.key === 'Enter' && chosen) {
              event.preventDefault()
              open(chosen.id)
            }
            if (event.key === 'Escape' && onClose) {
              event.preventDefault()
              onClose()
            }
          }}
        />
        {languages.length > 1 && (
          <NativeSelect
            className={css['language']}
            size="xs"
            aria-label={words.language}
            value={language}
            data={[
              { value: '', label: words.anyLanguage },
              ...languages.map((value) => ({ value, label: languageName(value) })),
            ]}
            onChange={({ currentTarget }) => setLanguage(currentTarget.value)}
          />
        )}
        {onClose && (
          <ActionIcon aria-label={words.close} data-tip={words.close} data-tip-end onClick={onClose}>
            <IconX size={17} />
          </ActionIcon>
        )}
      </div>
      {query.isPending && <SkeletonRows rows={2} avatar={false} />}
      {query.isError && !query.data && (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      )}
      {query.data?.length === 0 && <p className={css['none']}>{words.none}</p>}
      {templates.length > 0 && (
        <div className={cx(css['body'], opened && css['opened'])}>
          <ul id={listId} role="listbox" aria-label={words.label} className={css['list']}>
            {found.map((template) => (
              <Option
                key={template.id}
                id={`${listId}-${template.id}`}
                template={template}
                chosen={template.id === chosen?.id}
                onChoose={() => open(template.id)}
              />
            ))}
          </ul>
          {chosen ? (
            <div ref={form} className={css['detail']}>
              <TemplateForm
                key={chosen.id}
                template={chosen}
                values={values[chosen.id] ?? {}}
                busy={busy}
                unaddressed={unaddressed}
                onChange={(next) => setValues({ ...values, [chosen.id]: next })}
                onBack={() => setOpened(false)}
                onSend={(text) => void send(chosen, text)}
              />
            </div>
          ) : sent ? (
            <div role="status" className={css['sent']}>
              <span className={css['plane']} aria-hidden>
                <IconSend2 size={22} stroke={1.7} />
              </span>
              <p className={css['done']}>{words.sent}</p>
              <p className={css['next']}>{words.sentHint}</p>
            </div>
          ) : (
            <EmptyState icon={<IconSearch size={22} />} title={words.noMatch} hint={words.noMatchHint} />
          )}
        </div>
      )}
    </section>
  )
}

/** Reached by the arrow keys of the field above it, or by pointing at it. */
function Option(props: {
  readonly id: string
  readonly template: MessageTemplate
  readonly chosen: boolean
  readonly onChoose: () => void
}) {
  const { template, chosen } = props
  return (
    <li
      id={props.id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-disabled={template.unusable !== undefined}
      className={cx(
        css['option'],
        chosen && css['chosen'],
        template.unusable !== undefined && css['unusable'],
      )}
      onClick={props.onChoose}
      onKeyDown={({ key }) => {
        if (key === 'Enter') props.onChoose()
      }}
    >
      <span className={css['head']}>
        <bdi className={css['name']}>{template.name}</bdi>
        <span className={css['tag']}>{languageName(template.language)}</span>
      </span>
      <bdi className={css['excerpt']}>
        {template.unusable ? words.unusable(template.unusable) : template.body}
      </bdi>
    </li>
  )
}
