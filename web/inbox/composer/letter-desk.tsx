import { Button, SegmentedControl } from '@mantine/core'
import { IconArrowBackUp, IconArrowBackUpDouble, IconArrowForwardUp, IconNote } from '@tabler/icons-react'
import { lazy, type ReactNode, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import type { ChannelView, ConversationView, MessageView } from '../../../src/domain/views.ts'
import { typeInConversation } from '../data/agent-connection.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { keepLetterDraft, readLetterDraft } from '../data/letter-drafts.ts'
import { forgetPending, sendPending } from '../data/outbox.ts'
import { useAllowed, useMe, useThread } from '../data/queries.ts'
import { letterWishes } from '../letters/letter-wishes.ts'
import type { LetterKind } from '../letters/reply-draft.ts'
import { addressingOf, lastAnswerable, participantsOf, reachesMore } from '../letters/reply-draft.ts'
import { isBlank, writtenLetter } from '../letters/rich-text.ts'
import { useShortcut } from '../shell/shortcuts.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { AnswerBy } from './answer-by.tsx'
import composerCss from './composer.module.css'
import { Composer } from './composer.tsx'
import css from './letter-form.module.css'
import type { FinishedLetter } from './letter-form.tsx'
import { LetterForm } from './letter-form.tsx'
import { fileRules, windowIsClosed } from './limits.ts'
import { againOf, useComposerWishes } from './use-message-draft.ts'
import { useUploads } from './use-uploads.ts'

const ConfirmDialog = lazy(() =>
  import('../parts/confirm-dialog.tsx').then((module) => ({ default: module.ConfirmDialog })),
)

const NOBODY: readonly MessageView[] = []

/** Where an agent writes letters of a conversation, and notes to colleagues. */
export function LetterDesk(props: {
  readonly conversation: ConversationView
  readonly channel: ChannelView
  readonly own: readonly string[]
}) {
  const { conversation, channel, own } = props
  const { id, contact, subject } = conversation
  const me = useMe().id
  const maySend = useAllowed('message.send')
  const messages = useThread(id).messages ?? NOBODY
  const [draft, setDraft] = useState(() => readLetterDraft(me, id))
  const [noting, setNoting] = useState(() => !draft && readDraft(me, id).text !== '')
  /** A note that comes back is read anew. */
  const [notes, setNotes] = useState(0)
  const [asking, setAsking] = useState(false)
  const uploads = useUploads(fileRules(channel.capabilities.attachments))
  const last = lastAnswerable(messages)
  const about = messages.find((message) => message.id === draft?.aboutMessageId) ?? last

  const keep = (next: LetterDraft | undefined) => {
    setDraft(next)
    keepLetterDraft(me, id, next)
  }
  const leave = () => {
    keep(undefined)
    uploads.clear()
  }
  const begin = (kind: LetterKind, whom: MessageView | undefined = last) => {
    setNoting(false)
    keep({
      // What is written stays when one only changes whom it goes to.
      ...(draft?.document ? { document: draft.document } : {}),
      clientMessageId: newClientMessageId(),
      kind,
      ...(whom?.letter ? { aboutMessageId: whom.id } : {}),
      ...addressingOf(kind, whom, own, subject),
      quote: whom?.letter !== undefined,
      signature: draft?.signature ?? true,
    })
  }
  useShortcut('r', () => begin('reply'))
  useShortcut('shift+r', () => begin('reply-all'))
  useShortcut('f', () => begin('forward'))
  useShortcut('n', () => setNoting(true))

  const wish = useSyncExternalStore(letterWishes.subscribe, letterWishes.get)
  useEffect(() => {
    if (wish?.conversationId !== id) return
    letterWishes.set(undefined)
    if (wish.draft) {
      setNoting(false)
      keep({ ...wish.draft, clientMessageId: newClientMessageId() })
      uploads.take({ attachments: wish.attachments ?? [] })
    } else begin(wish.kind, wish.about)
  }, [wish, id])

  useComposerWishes(id, (asked) => {
    if (asked.kind === 'files') {
      if (!draft) begin('reply')
      setNoting(false)
      uploads.take(asked)
    }
    if (asked.kind === 'again') {
      keepDraft(me, id, againOf(readDraft(me, id), asked.pending))
      forgetPending(asked.pending.clientMessageId)
      setNotes(notes + 1)
      setNoting(true)
    }
  })

  const send = (finished: FinishedLetter) => {
    if (!draft) return
    sendPending({
      ...finished,
      clientMessageId: draft.clientMessageId,
      conversationId: id,
      kind: 'message',
      draft,
      createdAt: new Date().toISOString(),
    })
    leave()
  }
  if (!maySend) return null
  if (noting) {
    return (
      <Composer
        key={notes}
        conversation={conversation}
        onReply={() => (draft ? setNoting(false) : begin('reply'))}
      />
    )
  }
  const answerBy = (
    <AnswerBy
      short={!draft}
      conversation={conversation}
      channel={channel}
      carry={() => ({
        text: draft?.document ? writtenLetter(draft.document).text : '',
        ...(draft?.document ? { document: draft.document } : {}),
        ...uploads.carried(),
        onGone: leave,
      })}
    />
  )
  if (!draft) {
    return (
      <Bar
        name={contact.name}
        last={last}
        own={own}
        onWrite={begin}
        onNote={() => setNoting(true)}
        answerBy={answerBy}
      />
    )
  }

  const more = about ? reachesMore(about, own) : false
  const kinds = (['reply', ...(more ? (['reply-all'] as const) : []), 'forward'] as const).map((kind) => ({
    value: kind as LetterKind | 'note',
    label: letterText.composer.kinds[kind],
  }))
  const closed = windowIsClosed(channel.capabilities, conversation, Date.now())
  return (
    <div className={css['desk']}>
      {channel.paused && <p className={composerCss['notice']}>{text.composer.paused}</p>}
      {closed !== undefined && <p className={composerCss['notice']}>{text.composer.windowClosed(closed)}</p>}
      <LetterForm
        key={`${draft.kind}-${draft.clientMessageId}`}
        draft={draft}
        channel={channel}
        uploads={uploads}
        known={participantsOf(messages, own)}
        {...(draft.kind === 'forward' || about ? {} : { contactName: contact.name })}
        closed={closed !== undefined}
        head={
          <div className={css['kinds']}>
            <SegmentedControl
              aria-label={letterText.composer.kind}
              value={draft.kind === 'new' ? 'reply' : draft.kind}
              data={[...kinds, { value: 'note' as const, label: text.composer.note }]}
              onChange={(value) => {
                if (value === 'note') setNoting(true)
                else begin(value as LetterKind, about)
              }}
            />
            {answerBy}
          </div>
        }
        onChange={(next) => {
          keep(next)
          if (next.document !== draft.document) typeInConversation(id)
        }}
        onSend={send}
        onDiscard={() => (isBlank(draft.document) ? leave() : setAsking(true))}
      />
      {asking && (
        <Suspense>
          <ConfirmDialog
            opened
            danger
            title={letterText.composer.discardTitle}
            question={letterText.composer.discardQuestion}
            action={text.general.discard}
            onConfirm={leave}
            onClose={() => setAsking(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

/** One quiet line until somebody begins to write. */
function Bar(props: {
  readonly name: string
  readonly last: MessageView | undefined
  readonly own: readonly string[]
  readonly onWrite: (kind: LetterKind) => void
  readonly onNote: () => void
  readonly answerBy: ReactNode
}) {
  const { name, last, own, onWrite, onNote, answerBy } = props
  const ways = [
    ...(last && reachesMore(last, own)
      ? ([['reply-all', letterText.replyAll, IconArrowBackUpDouble]] as const)
      : []),
    ...(last ? ([['forward', letterText.forward, IconArrowForwardUp]] as const) : []),
  ]
  return (
    <div className={css['desk']}>
      <div className={css['bar']}>
        <button type="button" className={css['begin']} onClick={() => onWrite('reply')}>
          <IconArrowBackUp size={17} stroke={1.8} className={css['arrow']} aria-hidden />
          <span>{letterText.composer.begin(name)}</span>
        </button>
        {ways.map(([kind, label, Icon]) => (
          <Button
            key={kind}
            size="xs"
            variant="subtle"
            color="gray"
            aria-label={label}
            leftSection={<Icon size={16} className={css['arrow']} />}
            onClick={() => onWrite(kind)}
          >
            <span className={css['word']}>{label}</span>
          </Button>
        ))}
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          aria-label={text.composer.note}
          leftSection={<IconNote size={16} />}
          onClick={onNote}
        >
          <span className={css['word']}>{text.composer.note}</span>
        </Button>
        {answerBy}
      </div>
    </div>
  )
}
