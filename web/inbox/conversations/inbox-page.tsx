import { IconMessages } from '@tabler/icons-react'
import { Outlet, useLocation, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { viewConversation } from '../data/agent-connection.ts'
import { cx } from '../parts/class-names.ts'
import { EmptyState } from '../parts/states.tsx'
import { text } from '../text/text.ts'
import css from './inbox-page.module.css'
import { ListPane } from './list-pane.tsx'
import { filterOf } from './list-search.ts'

/** List and thread beside each other; on a phone one of the two. */
export function InboxPage() {
  const search = useSearch({ from: '/signed-in/inbox' })
  const { conversationId } = useParams({ strict: false })
  const writing = useLocation({ select: ({ pathname }) => pathname === '/write' })
  useEffect(() => {
    viewConversation(conversationId ?? null)
    return () => viewConversation(null)
  }, [conversationId])
  return (
    <div className={cx(css['page'], (conversationId || writing) && css['chosen'])}>
      <ListPane search={search} filter={filterOf(search)} chosen={conversationId} />
      <section className={css['detail']} aria-label={text.thread.label}>
        <Outlet />
      </section>
    </div>
  )
}

/** The right side before anything is chosen. */
export function NothingChosen() {
  return (
    <EmptyState
      icon={<IconMessages size={24} stroke={1.6} />}
      title={text.conversation.choose}
      hint={text.conversation.chooseHint}
    />
  )
}
