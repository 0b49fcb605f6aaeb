import { Button, SegmentedControl, Textarea } from '@mantine/core'
import { IconSend2 } from '@tabler/icons-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { typeInConversation } from '../data/agent-connection.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import type { Draft } from '../data/drafts.ts'
import type { PendingMessage } from '../data/outbox.ts'
import { forgetPending, sendPending } from '../data/outbox.ts'
import { useAllowed, useChannels, useMe } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { SkeletonRows } from '../parts/states.tsx'
import { useShortcut } from '../shell/shortcuts.ts'
import { text } from '../text/text.ts'
import { AnswerBy } from './answer-by.tsx'
import { AttachmentTray } from './attachment-tray.tsx'
import css from './composer.module.css'
import { ComposerNotices, useOptedOut } from './composer-notices.tsx'
import { ComposerTools } from './composer-tools.tsx'
import { LengthCount } from './length-count.tsx'
import { fileRules, lengthNotice } from './limits.ts'
import { type MarkKind, toggleMark } from './marks.ts'
import { ReplyStrip } from './reply-strip.tsx'
import { targetOf } from './reply-target.ts'
import { againOf, useComposerWishes, useMessageDraft } from './use-message-draft.ts'
import { useReplyWindow } from './use-reply-window.ts'
import { useUploads } from './use-uploads.ts'
import { WindowTimer } from './window-timer.tsx'

const TemplatePicker = lazy(() =>
  import('./template-picker.tsx').then((module) => ({ default: module.TemplatePicker })),
)

const MARK_KEYS: Readonly<Record<string, MarkKind>> = { b: 'bold', i: 'italic' }

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
  const field = useRef<HTMLTextAreaElement>(null)
  const { draft, change, place, selection } = useMessageDraft({
    me,
    conversation,
    field,
    notesOnly: onReply !== undefined,
  })
  const [dragging, setDragging] = useState(false)
  const [picking, setPicking] = useState(false)
  const capabilities = channel?.capabilities
  const rules = fileRules(capabilities?.attachments)
  const uploads = useUploads(rules)
  const window = useReplyWindow(channel, conversation)
  const optedOutAt = useOptedOut(conversation)

  const note = draft.mode === 'note'
  const carriesFiles = !note && rules.allowed
  const files = note ? [] : uploads.items
  const length = lengthNotice(
    draft.text,
    note ? undefined : capabilities,
    files.map(({ file, attachment }) => ({
      sizeBytes: file.size,
      contentType: attachment?.contentType ?? '',
    })),
  )
  const barred = channel?.deletedAt !== undefined || optedOutAt !== undefined
  const closed = window.kind === 'closed'
  const templates = !note && !barred && capabilities?.templates === 'native'
  /** Nothing else can be sent, or somebody asked for them. */
  const showsPicker = templates && (closed || picking)
  const formats = !note && (capabilities?.formatting ?? 'absent') !== 'absent'
  const replyTo = !note && capabilities && capabilities.replyTo !== 'absent' ? draft.replyTo : undefined
  const blocked =
    (draft.text.trim() === '' && files.length === 0) ||
    length.refused ||
    (!note && (closed || barred)) ||
    files.some(({ state }) => state !== 'ready') ||
    !maySend

  const begin = (mode: Draft['mode']) => {
    if (onReply && mode === 'message') return onReply()
    change({ ...draft, mode })
    field.current?.focus()
  }
  useShortcut('r', onReply ? undefined : () => begin('message'))
  useShortcut('n', () => begin('note'))
  // Where replies are written elsewhere, it is heard there what is wished.
  useComposerWishes(onReply ? undefined : id, (wish) => {
    if (wish.kind === 'template') setPicking(true)
    if (wish.kind === 'files') uploads.take(wish)
    if (wish.kind === 'again') {
      const { pending } = wish
      const { attachments, files: unstored } = uploads.carried()
      forgetPending(pending.clientMessageId)
      change(againOf(draft, pending))
      uploads.take({ attachments: [...pending.attachments, ...attachments], files: unstored })
    }
    if (wish.kind === 'reply') change({ ...draft, mode: 'message', replyTo: targetOf(wish.message) })
    field.current?.focus()
  })
  useEffect(() => {
    const desk = matchMedia('(min-width: 48em) and (pointer: fine)').matches
    if (desk && (draft.text !== '' || onReply)) field.current?.focus()
  }, [])

  const post = (part: Pick<PendingMessage, 'kind' | 'text' | 'attachments'> & Partial<PendingMessage>) =>
    sendPending({
      clientMessageId: newClientMessageId(),
      conversationId: id,
      createdAt: new Date().toISOString(),
      ...part,
    })
  const send = () => {
    if (blocked) return
    post({
      kind: draft.mode,
      text: draft.text.trim(),
      attachments: files.flatMap(({ attachment }) => attachment ?? []),
      ...(replyTo ? { replyTo } : {}),
    })
    change({ text: '', mode: draft.mode })
    uploads.clear()
    field.current?.focus()
  }
  const insert = (what: string) => {
    const { text: typed, start, end } = selection()
    place(typed.slice(0, start) + what + typed.slice(end), start + what.length)
  }
  const mark = (kind: MarkKind) => {
    const marked = toggleMark(selection(), kind)
    place(marked.text, marked.start, marked.end)
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
      {!note && <ComposerNotices channel={channel} contactName={contact.name} optedOutAt={optedOutAt} />}
      {!note && !barred && <WindowTimer window={window} templates={templates} />}
      <div className={cx(css['box'], note && css['note'], dragging && css['dragging'])}>
        {dragging && <span className={css['drop']}>{text.composer.drop}</span>}
        <div className={css['top']}>
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
          {!note && channel && (
            <AnswerBy
              conversation={conversation}
              channel={channel}
              carry={() => ({
                text: draft.text,
                ...uploads.carried(),
                onGone: () => {
                  change({ text: '', mode: 'message' })
                  uploads.clear()
                },
              })}
            />
          )}
        </div>
        {showsPicker ? (
          <Suspense fallback={<SkeletonRows rows={2} avatar={false} />}>
            <TemplatePicker
              channelId={channelId}
              onSend={(template, read) => {
                post({ kind: 'message', text: read, attachments: [], template })
                setPicking(false)
                return true
              }}
              onClose={closed ? undefined : () => setPicking(false)}
            />
          </Suspense>
        ) : (
          <>
            {replyTo && (
              <ReplyStrip
                target={replyTo}
                onCancel={() => {
                  const { replyTo: _gone, ...rest } = draft
                  change(rest)
                }}
              />
            )}
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
              placeholder={
                note ? text.composer.notePlaceholder : text.composer.replyPlaceholder(contact.name)
              }
              onChange={({ currentTarget }) => {
                change({ ...draft, text: currentTarget.value })
                if (!note && currentTarget.value !== '') typeInConversation(id)
              }}
              onPaste={(event) => {
                if (takeFiles(event.clipboardData.files)) event.preventDefault()
              }}
              onKeyDown={(event) => {
                const kind = MARK_KEYS[event.key]
                if (formats && kind && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
                  event.preventDefault()
                  return mark(kind)
                }
                if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
                event.preventDefault()
                send()
              }}
            />
            {!note && (
              <AttachmentTray items={uploads.items} onRemove={uploads.remove} onRetry={uploads.retry} />
            )}
            <div className={css['foot']}>
              <ComposerTools
                rules={rules}
                carriesFiles={carriesFiles}
                onFiles={takeFiles}
                onEmoji={insert}
                {...(formats ? { onMark: mark } : {})}
                {...(templates ? { onTemplates: () => setPicking(true) } : {})}
              />
              {!formats && <span className={css['hint']}>{text.composer.hint}</span>}
              <LengthCount
                typed={draft.text}
                notice={length}
                segments={note ? undefined : capabilities?.text.segments}
              />
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
          </>
        )}
      </div>
    </div>
  )
}
