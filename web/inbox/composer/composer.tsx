import { ActionIcon, Button, SegmentedControl, Textarea } from '@mantine/core'
import { IconMoodSmile, IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { typeInConversation } from '../data/agent-connection.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import type { Draft } from '../data/drafts.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import { sendPending } from '../data/outbox.ts'
import { useAllowed, useChannels, useMe } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import { AttachmentTray } from './attachment-tray.tsx'
import css from './composer.module.css'
import { fileRules, lengthNotice, windowIsClosed } from './limits.ts'
import { useUploads } from './use-uploads.ts'

const EmojiPicker = lazy(() =>
  import('./emoji-picker.tsx').then((module) => ({ default: module.EmojiPicker })),
)

/** Where an agent writes: a reply to the customer, or a note to colleagues. */
export function Composer(props: {
  readonly conversation: ConversationView
  /** Replies are written elsewhere: here one writes notes, and goes there. */
  readonly onReply?: () => void
}) {
  const { conversation, onReply } = props
  const { id, channelId, contact } = conversation
  const channel = useChannels().get(channelId)
  const maySend = useAllowed('message.send')
  const me = useMe().id
  const [draft, setDraft] = useState<Draft>(() =>
    onReply ? { ...readDraft(me, id), mode: 'note' } : readDraft(me, id),
  )
  const [dragging, setDragging] = useState(false)
  const [emoji, setEmoji] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const capabilities = channel?.capabilities
  const rules = fileRules(capabilities?.attachments)
  const uploads = useUploads(rules)

  const note = draft.mode === 'note'
  const length = lengthNotice(draft.text, note ? undefined : capabilities?.text)
  const closed = !note && capabilities ? windowIsClosed(capabilities, conversation, Date.now()) : undefined
  const carriesFiles = !note && rules.allowed
  const files = note ? [] : uploads.items
  const empty = draft.text.trim() === '' && files.length === 0
  const blocked =
    empty ||
    length.refused ||
    closed !== undefined ||
    files.some(({ state }) => state !== 'ready') ||
    !maySend

  const change = (next: Draft) => {
    setDraft(next)
    keepDraft(me, id, next)
  }
  const begin = (mode: Draft['mode']) => {
    if (onReply && mode === 'message') return onReply()
    change({ ...draft, mode })
    field.current?.focus()
  }
  useShortcut('r', onReply ? undefined : () => begin('message'))
  useShortcut('n', () => begin('note'))
  useEffect(() => {
    const desk = matchMedia('(min-width: 48em) and (pointer: fine)').matches
    if (desk && (draft.text !== '' || onReply)) field.current?.focus()
  }, [])

  const send = () => {
    if (blocked) return
    sendPending({
      clientMessageId: newClientMessageId(),
      conversationId: id,
      kind: draft.mode,
      text: draft.text.trim(),
      attachments: files.flatMap(({ attachment }) => attachment ?? []),
      createdAt: new Date().toISOString(),
    })
    change({ text: '', mode: draft.mode })
    uploads.clear()
    field.current?.focus()
  }
  const insert = (what: string) => {
    const { selectionStart = draft.text.length, selectionEnd = draft.text.length } = field.current ?? {}
    change({ ...draft, text: draft.text.slice(0, selectionStart) + what + draft.text.slice(selectionEnd) })
    setEmoji(false)
    requestAnimationFrame(() => {
      field.current?.focus()
      field.current?.setSelectionRange(selectionStart + what.length, selectionStart + what.length)
    })
  }
  const takeFiles = (list: FileList | null | undefined): boolean => {
    if (!carriesFiles || !list || list.length === 0) return false
    uploads.add([...list])
    return true
  }

  if (!maySend) return null
  return (
    <div
      className={css['composer']}
      onDragOver={(event) => {
        if (!carriesFiles || !event.dataTransfer.types.includes('Files')) return
        event.preventDefault()
        setDragging(true)
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setDragging(false)
      }}
      onDrop={(event) => {
        setDragging(false)
        if (takeFiles(event.dataTransfer.files)) event.preventDefault()
      }}
    >
      {channel?.paused && !note && <p className={css['notice']}>{text.composer.paused}</p>}
      {closed !== undefined && <p className={css['notice']}>{text.composer.windowClosed(closed)}</p>}
      <div className={cx(css['box'], note && css['note'], dragging && css['dragging'])}>
        {dragging && <span className={css['drop']}>{text.composer.drop}</span>}
        <SegmentedControl
          className={css['modes']}
          aria-label={text.composer.mode}
          value={draft.mode}
          onChange={(value) => begin(value === 'note' ? 'note' : 'message')}
          data={[
            { value: 'message', label: text.composer.reply },
            { value: 'note', label: text.composer.note },
          ]}
        />
        <Textarea
          ref={field}
          className={css['field']}
          variant="unstyled"
          autosize
          minRows={2}
          maxRows={10}
          dir="auto"
          value={draft.text}
          aria-label={note ? text.composer.notePlaceholder : text.composer.label}
          placeholder={note ? text.composer.notePlaceholder : text.composer.replyPlaceholder(contact.name)}
          onChange={({ currentTarget }) => {
            change({ ...draft, text: currentTarget.value })
            if (!note && currentTarget.value !== '') typeInConversation(id)
          }}
          onPaste={(event) => {
            if (takeFiles(event.clipboardData.files)) event.preventDefault()
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        {!note && <AttachmentTray items={uploads.items} onRemove={uploads.remove} onRetry={uploads.retry} />}
        <div className={css['foot']}>
          <ActionIcon
            data-tip-up
            data-tip={carriesFiles ? text.composer.attach : text.composer.noFiles}
            aria-label={text.composer.attach}
            aria-disabled={!carriesFiles}
            onClick={() => carriesFiles && picker.current?.click()}
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
          <span className={css['emoji']}>
            <ActionIcon
              data-tip-up
              data-tip={text.composer.emoji}
              aria-label={text.composer.emoji}
              aria-expanded={emoji}
              onClick={() => setEmoji((before) => !before)}
            >
              <IconMoodSmile size={18} />
            </ActionIcon>
            <Suspense>{emoji && <EmojiPicker onChoose={insert} onClose={() => setEmoji(false)} />}</Suspense>
          </span>
          <span className={css['hint']}>{text.composer.hint}</span>
          <span className={cx(css['count'], length.refused && css['over'])} role="status">
            {length.words}
          </span>
          <Button
            className={css['send']}
            size="xs"
            color={note ? 'amber' : 'brand'}
            disabled={blocked}
            rightSection={<IconSend2 size={16} className={css['plane']} />}
            onClick={send}
          >
            {note ? text.composer.addNote : text.composer.send}
          </Button>
        </div>
      </div>
    </div>
  )
}
