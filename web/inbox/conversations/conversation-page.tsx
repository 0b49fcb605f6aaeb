import { useMediaQuery } from '@mantine/hooks'
import { IconMessageOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import type { ConversationView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { markRead } from '../data/conversation-actions.ts'
import { channelsQuery, useChannels, useConversation } from '../data/queries.ts'
import { EmptyState, ErrorState, SkeletonRows } from '../parts/states.tsx'
import { usePageVisible } from '../parts/use-page-visible.ts'
import { text } from '../text/text.ts'
import { Thread } from '../thread/thread.tsx'
import { ThreadHead } from '../thread/thread-head.tsx'
import css from './conversation-page.module.css'

/** Fetched beside the first screen, so that it is there when somebody wants to write. */
const loadComposer = () => import('../composer/composer.tsx')
loadComposer().catch(() => undefined)

const Composer = lazy(() => loadComposer().then((module) => ({ default: module.Composer })))

const ContactPanel = lazy(() =>
  import('../contact/contact-screens.ts').then((module) => ({ default: module.ContactPanel })),
)

const ContactDrawer = lazy(() =>
  import('../contact/contact-screens.ts').then((module) => ({ default: module.ContactDrawer })),
)

const FiledBanner = lazy(() =>
  import('./filed-banner.tsx').then((module) => ({ default: module.FiledBanner })),
)

const LetterDesk = lazy(() =>
  import('../composer/letter-desk.tsx').then((module) => ({ default: module.LetterDesk })),
)

const DETAILS_SHOWN = 'tributary-details'

/** One conversation: thread, composer and the customer beside it. */
export function ConversationPage() {
  const { conversationId } = useParams({ from: '/signed-in/inbox/conversations/$conversationId' })
  const { query, conversation } = useConversation(conversationId)
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const [pinned, setPinned] = useState(() => localStorage.getItem(DETAILS_SHOWN) !== 'no')
  const [drawer, setDrawer] = useState(false)
  const visible = usePageVisible()

  const unread = conversation?.unreadCount ?? 0
  const version = conversation?.version
  useEffect(() => {
    if (conversation && unread > 0 && visible) void markRead(conversation)
  }, [conversationId, unread > 0, version, visible])

  if (!conversation) {
    if (query.isPending) return <SkeletonRows rows={5} />
    return isProblem(query.error, 'not-found') || isProblem(query.error, 'invalid-id') ? (
      <EmptyState
        icon={<IconMessageOff size={24} stroke={1.6} />}
        title={text.general.notFoundTitle}
        hint={text.conversation.missing}
      >
        <Link to="/" search={true} className={css['home']}>
          {text.general.toInbox}
        </Link>
      </EmptyState>
    ) : (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    )
  }
  const toggleDetails = () => {
    if (!wide) return setDrawer(true)
    localStorage.setItem(DETAILS_SHOWN, pinned ? 'no' : 'yes')
    setPinned(!pinned)
  }
  return (
    <>
      <div className={css['thread']}>
        <ThreadHead conversation={conversation} detailsShown={wide && pinned} onDetails={toggleDetails} />
        {conversation.filed && (
          <Suspense>
            <FiledBanner conversation={conversation} />
          </Suspense>
        )}
        <Thread key={conversation.id} conversation={conversation} />
        <Writing key={`composer-${conversation.id}`} conversation={conversation} />
      </div>
      {wide && pinned && (
        <aside className={css['details']} aria-label={text.contact.label}>
          <Suspense fallback={<SkeletonRows rows={4} avatar={false} />}>
            <ContactPanel key={conversation.contact.id} conversation={conversation} />
          </Suspense>
        </aside>
      )}
      {!wide && drawer && (
        <Suspense>
          <ContactDrawer conversation={conversation} onClose={() => setDrawer(false)} />
        </Suspense>
      )}
    </>
  )
}

/** Where one writes: letters on channels that carry such, short messages on the others. */
function Writing({ conversation }: { readonly conversation: ConversationView }) {
  const channel = useChannels().get(conversation.channelId)
  const unknown = useQuery(channelsQuery).isPending
  const letters = channel?.capabilities.letters
  if (unknown) return null
  if (!channel || !letters) {
    return (
      <Suspense fallback={<div className={css['writing']} />}>
        <Composer conversation={conversation} />
      </Suspense>
    )
  }
  return (
    <Suspense>
      <LetterDesk conversation={conversation} channel={channel} own={letters.ownAddresses} />
    </Suspense>
  )
}
