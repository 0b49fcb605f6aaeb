import { NativeSelect } from '@mantine/core'
import { IconArrowLeft, IconMessageOff } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { StartConversationCommand } from '../../../src/domain/commands.ts'
import { ProblemError } from '../../shared/problem.ts'
import { LetterForm } from '../composer/letter-form.tsx'
import { fileRules } from '../composer/limits.ts'
import { useComposerWishes } from '../composer/use-message-draft.ts'
import { useUploads } from '../composer/use-uploads.ts'
import { api, live } from '../data/client.ts'
import { newClientMessageId } from '../data/client-message-id.ts'
import type { LetterDraft } from '../data/letter-drafts.ts'
import { keepLetterDraft, NEW_CONVERSATION, readLetterDraft } from '../data/letter-drafts.ts'
import { useChannels, useMe } from '../data/queries.ts'
import { fieldErrors } from '../entrance/fields.ts'
import { EmptyState } from '../parts/states.tsx'
import { tellError } from '../shell/toasts.ts'
import { letterText } from '../text/letter-text.ts'
import { text } from '../text/text.ts'
import { ShortForm } from './short-form.tsx'
import css from './write-page.module.css'

const emptyDraft = (): LetterDraft => ({
  kind: 'new',
  clientMessageId: newClientMessageId(),
  to: [],
  cc: [],
  bcc: [],
  subject: '',
  quote: false,
  signature: true,
})

/** An agent writes first. */
export function WritePage() {
  const channels = [...useChannels().values()].filter(
    ({ capabilities, deletedAt }) => capabilities.startConversation === 'native' && !deletedAt,
  )
  const navigate = useNavigate()
  const me = useMe().id
  const [draft, setDraft] = useState(() => readLetterDraft(me, NEW_CONVERSATION) ?? emptyDraft())
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({})
  const [busy, setBusy] = useState(false)
  const channel = channels.find(({ id }) => id === draft.channelId) ?? channels[0]
  const uploads = useUploads(fileRules(channel?.capabilities.attachments))
  const words = letterText.write
  useComposerWishes(NEW_CONVERSATION, (wish) => {
    if (wish.kind === 'files') uploads.take(wish)
  })

  const keep = (next: LetterDraft) => {
    setErrors({})
    setDraft(next)
    keepLetterDraft(me, NEW_CONVERSATION, next)
  }
  const start = async (
    command: Omit<StartConversationCommand, 'channelId' | 'clientMessageId'>,
  ): Promise<boolean> => {
    if (!channel) return false
    setBusy(true)
    try {
      const { conversation, message } = await api.startConversation({
        ...command,
        channelId: channel.id,
        clientMessageId: draft.clientMessageId,
      })
      live.absorb([
        { type: 'conversation.created', conversation },
        { type: 'message.created', message, conversation },
      ])
      keepLetterDraft(me, NEW_CONVERSATION, undefined)
      await navigate({
        to: '/conversations/$conversationId',
        params: { conversationId: conversation.id },
        search: true,
      })
      return true
    } catch (error) {
      const named = error instanceof ProblemError ? placed(fieldErrors(error)) : {}
      setErrors(named)
      if (Object.keys(named).length === 0) tellError(error)
      return false
    } finally {
      setBusy(false)
    }
  }
  const leave = () => {
    keepLetterDraft(me, NEW_CONVERSATION, undefined)
    void navigate({ to: '/', search: true })
  }
  return (
    <div className={css['page']}>
      <header className={css['head']}>
        <Link to="/" search={true} className={css['back']} aria-label={text.general.back}>
          <IconArrowLeft size={20} stroke={1.8} />
        </Link>
        <div>
          <h1 className={css['title']}>{words.title}</h1>
          <p className={css['hint']}>{words.hint}</p>
        </div>
      </header>
      {!channel ? (
        <EmptyState
          icon={<IconMessageOff size={24} stroke={1.6} />}
          title={words.nowhere}
          hint={words.nowhereHint}
        />
      ) : (
        <div className={css['form']}>
          {channels.length > 1 && (
            <NativeSelect
              label={words.channel}
              error={errors['channelId']}
              value={channel.id}
              data={channels.map(({ id, name }) => ({ value: id as string, label: name }))}
              onChange={({ currentTarget }) => keep({ ...draft, channelId: currentTarget.value })}
            />
          )}
          {channel.capabilities.letters ? (
            <LetterForm
              key={channel.id}
              draft={draft}
              channel={channel}
              uploads={uploads}
              known={[]}
              errors={errors}
              busy={busy}
              onChange={keep}
              onDiscard={leave}
              onSend={({ letter, attachments, text: written }) => {
                const [first] = draft.to
                if (!first) return
                void start({
                  to: first.address,
                  ...(first.name ? { name: first.name } : {}),
                  text: written,
                  attachmentIds: attachments.map(({ id }) => id),
                  letter,
                })
              }}
            />
          ) : (
            <ShortForm
              key={channel.id}
              draft={draft}
              channel={channel}
              uploads={uploads}
              errors={errors}
              busy={busy}
              onChange={keep}
              onSend={start}
            />
          )}
        </div>
      )}
    </div>
  )
}

/** Whose field of the screen a complaint belongs to: `letter.cc.0` is about Cc. */
const placed = (found: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(found).map(([path, said]) => [path.replace(/^letter\./u, '').split('.')[0] ?? '', said]),
  )
