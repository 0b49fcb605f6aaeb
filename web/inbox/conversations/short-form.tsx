import { Button, Textarea, TextInput } from '@mantine/core'
import { IconSend2 } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import type { StartConversationCommand } from '../../../src/domain/commands.ts'
import type { ChannelView } from '../../../src/domain/views.ts'
import { AttachmentTray } from '../composer/attachment-tray.tsx'
import composerCss from '../composer/composer.module.css'
import { ComposerTools } from '../composer/composer-tools.tsx'
import { LengthCount } from '../composer/length-count.tsx'
import { fileRules, lengthNotice } from '../composer/limits.ts'
import { type Selected, toggleMark } from '../composer/marks.ts'
import type { Uploads } from '../composer/use-uploads.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { plainDocument, writtenLetter } from '../letters/rich-text.ts'
import { cx } from '../parts/class-names.ts'
import { SkeletonRows } from '../parts/states.tsx'
import { letterText } from '../text/letter-text.ts'
import { messengerText } from '../text/messenger-text.ts'
import css from './write-page.module.css'

const TemplatePicker = lazy(() =>
  import('../composer/template-picker.tsx').then((module) => ({ default: module.TemplatePicker })),
)

/** What makes the first message of a conversation on channels whose messages are no letters. */
export type ShortMessage = Pick<
  StartConversationCommand,
  'to' | 'name' | 'text' | 'attachmentIds' | 'template'
>

/** Writes to somebody by a short message, or by an approved one where only such may come first. */
export function ShortForm(props: {
  readonly draft: LetterDraft
  readonly channel: ChannelView
  readonly uploads: Uploads
  readonly errors: Readonly<Record<string, string>>
  readonly busy: boolean
  readonly onChange: (draft: LetterDraft) => void
  /** @returns whether it went */
  readonly onSend: (command: ShortMessage) => Promise<boolean>
}) {
  const { draft, channel, errors, busy, onChange, onSend } = props
  const words = letterText.write
  const to = draft.to[0]?.address ?? ''
  const name = draft.to[0]?.name
  /** Whoever has not written yet may only get an approved message. */
  const { replyWindowHours, templates, addresses = 'id' } = channel.capabilities
  const onlyTemplates = replyWindowHours !== undefined && templates === 'native'
  const addressed = { to: to.trim(), ...(name ? { name } : {}), attachmentIds: [] }
  return (
    <>
      <TextInput
        label={words.to}
        description={words.toHints[addresses]}
        {...(addresses === 'phone' ? { type: 'tel' } : {})}
        autoFocus
        value={to}
        error={errors['to']}
        onChange={({ currentTarget }) =>
          onChange({ ...draft, to: currentTarget.value ? [{ address: currentTarget.value }] : [] })
        }
      />
      {onlyTemplates ? (
        <>
          <p className={css['hint']}>{messengerText.window.never}</p>
          <div className={css['templates']}>
            <Suspense fallback={<SkeletonRows rows={2} avatar={false} />}>
              <TemplatePicker
                channelId={channel.id}
                busy={busy}
                unaddressed={to.trim() === ''}
                onSend={(template) => onSend({ ...addressed, text: '', template })}
                onClose={undefined}
              />
            </Suspense>
          </div>
        </>
      ) : (
        <Message
          {...props}
          addressed={to.trim() !== ''}
          onSend={(text, attachmentIds) => onSend({ ...addressed, text, attachmentIds })}
        />
      )}
    </>
  )
}

function Message(props: {
  readonly draft: LetterDraft
  readonly channel: ChannelView
  readonly uploads: Uploads
  readonly errors: Readonly<Record<string, string>>
  readonly busy: boolean
  readonly addressed: boolean
  readonly onChange: (draft: LetterDraft) => void
  readonly onSend: (text: string, attachmentIds: readonly string[]) => Promise<boolean>
}) {
  const { draft, channel, uploads, errors, busy, addressed, onChange, onSend } = props
  const { capabilities } = channel
  const words = letterText.write
  // As typed: what the draft keeps ends with a word.
  const [written, setWritten] = useState(() => (draft.document ? writtenLetter(draft.document).text : ''))
  const field = useRef<HTMLTextAreaElement>(null)
  const rules = fileRules(capabilities.attachments)
  const notice = lengthNotice(
    written,
    capabilities,
    uploads.items.map(({ file, attachment }) => ({
      sizeBytes: file.size,
      contentType: attachment?.contentType ?? '',
    })),
  )
  const blocked =
    !addressed ||
    (written.trim() === '' && uploads.items.length === 0) ||
    notice.refused ||
    uploads.items.some(({ state }) => state !== 'ready')

  const write = (text: string) => {
    setWritten(text)
    onChange({ ...draft, document: plainDocument(text) })
  }
  const place = ({ text, start, end }: Selected) => {
    write(text)
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(start, end)
    })
  }
  const selection = (): Selected => {
    const { selectionStart: start = written.length, selectionEnd: end = written.length } = field.current ?? {}
    return { text: written, start, end }
  }
  const takeFiles = (list: FileList | null): boolean => {
    if (!rules.allowed || !list || list.length === 0) return false
    uploads.add([...list])
    return true
  }
  const send = () => {
    if (blocked || busy) return
    void onSend(
      written.trim(),
      uploads.items.flatMap(({ attachment }) => attachment?.id ?? []),
    )
  }
  return (
    <div className={composerCss['box']}>
      <Textarea
        ref={field}
        className={cx(composerCss['field'])}
        variant="unstyled"
        autosize
        minRows={4}
        maxRows={14}
        dir="auto"
        aria-label={words.text}
        placeholder={words.text}
        value={written}
        error={errors['text']}
        onChange={({ currentTarget }) => write(currentTarget.value)}
        onPaste={(event) => {
          if (takeFiles(event.clipboardData.files)) event.preventDefault()
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          send()
        }}
      />
      <AttachmentTray items={uploads.items} onRemove={uploads.remove} onRetry={uploads.retry} />
      <div className={composerCss['foot']}>
        <ComposerTools
          rules={rules}
          carriesFiles={rules.allowed}
          onFiles={takeFiles}
          onEmoji={(emoji) => {
            const { text, start, end } = selection()
            const at = start + emoji.length
            place({ text: text.slice(0, start) + emoji + text.slice(end), start: at, end: at })
          }}
          {...((capabilities.formatting ?? 'absent') === 'absent'
            ? {}
            : { onMark: (kind) => place(toggleMark(selection(), kind)) })}
        />
        <LengthCount typed={written} notice={notice} segments={capabilities.text.segments} />
        <Button
          className={composerCss['send']}
          size="xs"
          loading={busy}
          disabled={blocked}
          rightSection={<IconSend2 size={16} className={composerCss['plane']} />}
          onClick={send}
        >
          {words.send}
        </Button>
      </div>
    </div>
  )
}
