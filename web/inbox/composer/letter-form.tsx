import { ActionIcon, Button, Checkbox } from '@mantine/core'
import { IconPaperclip, IconSend2, IconTrash } from '@tabler/icons-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { OutgoingLetter } from '../../../src/domain/commands.ts'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import type { AttachmentView, ChannelView } from '../../../src/domain/views.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { addressFault } from '../letters/addresses.ts'
import { isBlank, writtenLetter } from '../letters/rich-text.ts'
import { cx } from '../parts/class-names.ts'
import { SkeletonRows } from '../parts/states.tsx'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { AddressField } from './address-field.tsx'
import { AttachmentTray } from './attachment-tray.tsx'
import composerCss from './composer.module.css'
import css from './letter-form.module.css'
import { fileRules, lengthNotice } from './limits.ts'
import type { Uploads } from './use-uploads.ts'

/** Without a connection one still writes, only plainly. */
const Editor = lazy(() =>
  import('./rich-editor.tsx')
    .then((module) => ({ default: module.RichEditor }))
    .catch(async () => ({ default: (await import('./plain-editor.tsx')).PlainEditor })),
)

/** A letter as it is sent. */
export interface FinishedLetter {
  readonly text: string
  readonly letter: OutgoingLetter
  readonly attachments: readonly AttachmentView[]
}

const EMPTY_DOCUMENT = { type: 'doc' }
const LISTS = ['to', 'cc', 'bcc'] as const

/** Recipients, subject, text and files of a letter. */
export function LetterForm(props: {
  readonly draft: LetterDraft
  readonly channel: ChannelView
  /** Kept by whoever shows the form: they stay when another form takes its place. */
  readonly uploads: Uploads
  /** People of the conversation, suggested first. */
  readonly known: readonly LetterAddress[]
  /** Where no address is named, the letter goes to this person. */
  readonly contactName?: string
  /** What the server said of single fields. */
  readonly errors?: Readonly<Record<string, string>>
  readonly busy?: boolean
  readonly closed?: boolean
  readonly head?: ReactNode
  readonly onChange: (draft: LetterDraft) => void
  readonly onSend: (letter: FinishedLetter) => void
  readonly onDiscard: () => void
}) {
  const {
    draft,
    channel,
    uploads,
    known,
    contactName,
    errors = {},
    busy = false,
    closed = false,
    onChange,
  } = props
  const { letters, attachments, text: limits } = channel.capabilities
  const words = letterText.composer
  const [copies, setCopies] = useState({ cc: draft.cc.length > 0, bcc: draft.bcc.length > 0 })
  const [complaints, setComplaints] = useState<Readonly<Record<string, string>>>({})
  const [dragging, setDragging] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const rules = fileRules(attachments)
  const forward = draft.kind === 'forward'
  const signature = letters?.signature ?? ''
  const written = writtenLetter(draft.document ?? EMPTY_DOCUMENT)
  const length = lengthNotice(`${written.text}${draft.signature ? signature : ''}`, {
    text: limits,
    attachments,
  })

  const change = (part: Partial<LetterDraft>) => {
    setComplaints({})
    onChange({ ...draft, ...part })
  }
  const faults = (): Record<string, string> => {
    const count = draft.to.length + draft.cc.length + draft.bcc.length
    const blank = isBlank(draft.document) && uploads.items.length === 0
    return {
      ...(count === 0 && !contactName ? { to: words.needTo } : {}),
      ...(letters && count > letters.maxRecipients ? { to: words.tooMany(letters.maxRecipients) } : {}),
      ...(blank && !(forward && draft.quote) ? { text: words.needText } : {}),
      ...(draft.kind === 'new' && draft.subject.trim() === '' ? { subject: words.needSubject } : {}),
      ...(length.refused ? { text: length.words } : {}),
    }
  }
  const send = () => {
    if (busy || closed || uploads.items.some(({ state }) => state !== 'ready')) return
    if (LISTS.some((list) => draft[list].some(({ address }) => addressFault(address)))) return
    const found = faults()
    setComplaints(found)
    if (Object.keys(found).length > 0) return
    props.onSend({
      text: written.text,
      letter: outgoing(draft, written.html),
      attachments: uploads.items.flatMap(({ attachment }) => attachment ?? []),
    })
  }
  const takeFiles = (list: FileList | null | undefined): boolean => {
    if (!rules.allowed || !list || list.length === 0) return false
    uploads.add([...list])
    return true
  }
  const latestSend = useRef(send)
  useEffect(() => {
    latestSend.current = send
  })
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    const { target } = event
    if (target instanceof HTMLInputElement) {
      // Whom one is just typing becomes a recipient first, as when the field is left.
      target.blur()
      target.focus()
    }
    setTimeout(() => latestSend.current())
  }
  const said = (field: string) => complaints[field] ?? errors[field]
  const list = (name: (typeof LISTS)[number], end?: ReactNode) => (
    <AddressField
      label={words[name]}
      people={draft[name]}
      known={known}
      error={said(name)}
      placeholder={name === 'to' ? contactName : undefined}
      autoFocus={name === 'to' && (forward || draft.kind === 'new') && draft.to.length === 0}
      end={end}
      onChange={(people) => change({ [name]: people })}
    />
  )
  return (
    <section
      className={cx(css['letter'], dragging && composerCss['dragging'])}
      aria-label={words.label}
      // Before the editor makes a line of it.
      onKeyDownCapture={onKeyDown}
      onDragOver={(event) => {
        if (!rules.allowed || !event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false)
      }}
      onDropCapture={(event) => {
        setDragging(false)
        if (!takeFiles(event.dataTransfer.files)) return
        event.preventDefault()
        event.stopPropagation()
      }}
    >
      {dragging && <span className={composerCss['drop']}>{text.composer.drop}</span>}
      {props.head}
      {list(
        'to',
        <span className={css['copies']}>
          {(['cc', 'bcc'] as const).map(
            (name) =>
              !copies[name] && (
                <button
                  key={name}
                  type="button"
                  aria-label={name === 'cc' ? words.addCc : words.addBcc}
                  onClick={() => setCopies({ ...copies, [name]: true })}
                >
                  {words[name]}
                </button>
              ),
          )}
        </span>,
      )}
      {(copies.cc || draft.cc.length > 0) && list('cc')}
      {(copies.bcc || draft.bcc.length > 0) && list('bcc')}
      <SubjectLine
        value={draft.subject}
        error={said('subject')}
        onChange={(subject) => change({ subject })}
      />
      <Suspense fallback={<SkeletonRows rows={2} avatar={false} />}>
        <Editor
          key={draft.clientMessageId}
          document={draft.document}
          label={words.body}
          placeholder={words.placeholder}
          autoFocus={draft.to.length > 0 || (draft.kind !== 'new' && !forward)}
          onChange={(document) => change({ document })}
          onFiles={takeFiles}
        />
      </Suspense>
      {said('text') && (
        <p className={css['error']} role="alert">
          {said('text')}
        </p>
      )}
      {draft.signature && signature !== '' && <pre className={css['signature']}>{signature}</pre>}
      <AttachmentTray items={uploads.items} onRemove={uploads.remove} onRetry={uploads.retry} />
      <div className={css['foot']}>
        <ActionIcon
          data-tip-up
          data-tip={rules.allowed ? text.composer.attach : text.composer.noFiles}
          aria-label={text.composer.attach}
          aria-disabled={!rules.allowed}
          onClick={() => rules.allowed && picker.current?.click()}
        >
          <IconPaperclip size={18} />
        </ActionIcon>
        <input
          ref={picker}
          type="file"
          multiple={rules.most > 1}
          accept={rules.accept}
          hidden
          aria-label={text.composer.attach}
          onChange={({ currentTarget }) => {
            takeFiles(currentTarget.files)
            currentTarget.value = ''
          }}
        />
        <ActionIcon data-tip-up data-tip={words.discard} aria-label={words.discard} onClick={props.onDiscard}>
          <IconTrash size={17} />
        </ActionIcon>
        <div className={css['options']}>
          {draft.aboutMessageId && (
            <Checkbox
              size="xs"
              label={forward ? words.forwardQuote : words.quote}
              checked={draft.quote}
              disabled={forward}
              onChange={({ currentTarget }) => change({ quote: currentTarget.checked })}
            />
          )}
          {signature !== '' && (
            <Checkbox
              size="xs"
              label={words.signature}
              checked={draft.signature}
              onChange={({ currentTarget }) => change({ signature: currentTarget.checked })}
            />
          )}
        </div>
        <span className={css['hint']}>{words.sendHint}</span>
        <Button
          size="xs"
          className={css['send']}
          loading={busy}
          disabled={closed}
          rightSection={<IconSend2 size={16} className={composerCss['plane']} />}
          onClick={send}
        >
          {words.send}
        </Button>
      </div>
    </section>
  )
}

function SubjectLine(props: {
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (subject: string) => void
}) {
  const { value, error, onChange } = props
  const words = letterText.composer
  return (
    <div className={css['subject']}>
      <label>
        <span>{words.subject}</span>
        <input
          value={value}
          maxLength={500}
          dir="auto"
          aria-invalid={error !== undefined}
          onChange={({ currentTarget }) => onChange(currentTarget.value)}
        />
      </label>
      {error && (
        <p className={css['error']} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

const addressesOf = (people: readonly LetterAddress[]): string[] => people.map(({ address }) => address)

function outgoing(draft: LetterDraft, html: string): OutgoingLetter {
  const { kind, subject, to, cc, bcc, aboutMessageId, quote } = draft
  return {
    html,
    ...(subject.trim() ? { subject: subject.trim() } : {}),
    // Left out, it goes to the contact; copies are named even where there are none, since they would follow otherwise.
    ...(to.length > 0 ? { to: addressesOf(to) } : {}),
    cc: addressesOf(cc),
    bcc: addressesOf(bcc),
    ...(aboutMessageId ? { aboutMessageId } : {}),
    ...(draft.signature ? {} : { signature: false }),
    ...(aboutMessageId && quote ? { quote: kind === 'forward' ? 'forward' : 'reply' } : {}),
  }
}
