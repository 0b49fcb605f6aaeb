import { useNavigate } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { ReachView } from '../../../src/domain/views.ts'
import { wishComposer } from '../data/composer-wishes.ts'
import { NEW_CONVERSATION } from '../data/letter-drafts.ts'
import { useChannels, useMe } from '../data/queries.ts'
import { messengerText } from '../text/messenger-text.ts'
import { type Carried, keepThere, pushedAside } from './carry-over.ts'

const ConfirmDialog = lazy(() =>
  import('../parts/confirm-dialog.tsx').then((module) => ({ default: module.ConfirmDialog })),
)

const words = messengerText.answerBy

/** Whether anything may go to somebody by a way now. */
export const isUsable = ({ ok, templatesOnly = false }: ReachView): boolean => ok || templatesOnly

/**
 * Goes to where somebody is written to by another way, with all that is written here; asks before a message that was
 * begun to somebody else is pushed aside.
 * @returns what to call with the way, and the question, to be drawn
 */
export function useOtherWay(
  name: string,
  carry: () => Carried,
): readonly [(reach: ReachView) => void, ReactNode] {
  const me = useMe().id
  const channels = useChannels()
  const navigate = useNavigate()
  const [asking, setAsking] = useState<ReachView>()

  const go = async (reach: ReachView) => {
    const { conversationId } = reach
    const { attachments, files, onGone, ...written } = carry()
    const letters = channels.get(reach.channelId)?.capabilities.letters !== undefined
    await keepThere(me, reach, written, { letters, name })
    if (conversationId) {
      await navigate({ to: '/conversations/$conversationId', params: { conversationId }, search: true })
    } else await navigate({ to: '/write', search: true })
    if (attachments.length + files.length > 0) {
      const there = conversationId ?? NEW_CONVERSATION
      wishComposer({ kind: 'files', conversationId: there, attachments, files })
    }
    onGone()
  }
  const begun = asking && pushedAside(me, asking)?.to[0]
  const question = asking && (
    <Suspense>
      <ConfirmDialog
        opened
        danger
        title={words.asideTitle}
        question={words.aside(begun?.name ?? begun?.address)}
        action={words.asideConfirm}
        onConfirm={() => void go(asking)}
        onClose={() => setAsking(undefined)}
      />
    </Suspense>
  )
  return [(reach) => (pushedAside(me, reach) ? setAsking(reach) : void go(reach)), question]
}
