import {
  IconAddressBook,
  IconArrowsSplit2,
  IconBug,
  IconCommand,
  IconInbox,
  IconKeyboard,
  IconPlugConnected,
  IconUsers,
} from '@tabler/icons-react'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { startConnection } from '../data/agent-connection.ts'
import { connection } from '../data/client.ts'
import { watchConnection } from '../data/outbox.ts'
import { useAllowed, useConversationList, useMe } from '../data/queries.ts'
import { cx } from '../parts/class-names.ts'
import { LogoMark } from '../parts/logo.tsx'
import { OnDemand } from '../parts/on-demand.tsx'
import { text } from '../text/text.ts'
import { AccountTrigger } from './account-trigger.tsx'
import css from './frame.module.css'
import { openPalette } from './palette-opener.ts'
import { useShortcut } from './shortcuts.ts'

const AccountMenu = lazy(() =>
  import('./account-menu.tsx').then((module) => ({ default: module.AccountMenu })),
)
const CommandPalette = lazy(() =>
  import('./command-palette.tsx').then((module) => ({ default: module.CommandPalette })),
)
const HelpOverlay = lazy(() =>
  import('./help-overlay.tsx').then((module) => ({ default: module.HelpOverlay })),
)

const RECONNECTING_AFTER_MS = 1_500
const PALETTE_AFTER_MS = 2_000

/** On a phone these fill the screen. */
const isReading = (pathname: string): boolean =>
  pathname.startsWith('/conversations/') || pathname === '/write'

/** What surrounds every page of somebody who is signed in. */
export function Frame() {
  const me = useMe().id
  const [palette, setPalette] = useState(false)
  const [help, setHelp] = useState(false)
  const inConversation = useLocation({ select: ({ pathname }) => isReading(pathname) })

  useEffect(() => {
    void startConnection(() => {
      // The page is loaded anew: nothing that this one knew stays in memory for whoever signs in next.
      window.location.assign(`/sign-in?${new URLSearchParams({ next: window.location.pathname })}`)
    })
    return watchConnection(me)
  }, [me])

  // Fetched in a quiet moment, so that the first key typed into the palette arrives there.
  useEffect(() => {
    const timer = setTimeout(() => {
      // Without a connection it is fetched when it is asked for.
      import('./command-palette.tsx').catch(() => undefined)
    }, PALETTE_AFTER_MS)
    return () => clearTimeout(timer)
  }, [])

  const showPalette = () => {
    setPalette(true)
    openPalette()
  }
  useShortcut('mod+k', showPalette)
  useShortcut('?', () => setHelp(true))
  useUnreadTitle()

  return (
    <div className={cx(css['frame'], inConversation && css['reading'])}>
      <a href="#main" className={css['skip']}>
        {text.navigation.skip}
      </a>
      <Rail onPalette={showPalette} onHelp={() => setHelp(true)} />
      <main id="main" className={css['main']} tabIndex={-1}>
        <ConnectionBanner />
        <Outlet />
      </main>
      <Suspense>
        {palette && <CommandPalette onHelp={() => setHelp(true)} />}
        {help && <HelpOverlay onClose={() => setHelp(false)} />}
      </Suspense>
    </div>
  )
}

function Rail({ onPalette, onHelp }: { readonly onPalette: () => void; readonly onHelp: () => void }) {
  const mayQuarantine = useAllowed('quarantine.manage')
  const mayWatchQueue = useAllowed('routing.queue')
  const mayRoute = useAllowed('routing.manage')
  const inRouting = useLocation({
    select: ({ pathname }) => /^\/settings\/(routing|teams|categories|skills)/.test(pathname),
  })
  const inInbox = useLocation({
    select: ({ pathname }) => pathname === '/' || isReading(pathname),
  })
  return (
    <nav className={css['rail']} aria-label={text.navigation.label}>
      <span className={css['logo']}>
        <LogoMark size={26} onDark />
      </span>
      <Link
        to="/"
        className={cx(css['item'], inInbox && css['here'])}
        data-tip-side
        data-tip={text.navigation.inbox}
        aria-label={text.navigation.inbox}
        aria-current={inInbox ? 'page' : undefined}
      >
        <IconInbox size={22} stroke={1.7} />
      </Link>
      {mayWatchQueue && (
        <RailLink to="/queue" label={text.navigation.queue}>
          <IconUsers size={22} stroke={1.7} />
        </RailLink>
      )}
      <RailLink to="/settings/channels" label={text.navigation.channels}>
        <IconPlugConnected size={22} stroke={1.7} />
      </RailLink>
      <RailLink to="/settings/agents" label={text.navigation.agents}>
        <IconAddressBook size={22} stroke={1.7} />
      </RailLink>
      <RailLink
        to={mayRoute ? '/settings/routing' : '/settings/teams'}
        label={text.navigation.routing}
        here={inRouting}
      >
        <IconArrowsSplit2 size={22} stroke={1.7} />
      </RailLink>
      {mayQuarantine && (
        <RailLink to="/settings/quarantine" label={text.navigation.quarantine}>
          <IconBug size={22} stroke={1.7} />
        </RailLink>
      )}
      <span className={css['gap']} />
      <button
        type="button"
        className={cx(css['item'], css['desk-only'])}
        onClick={onPalette}
        data-tip-side
        data-tip={`${text.navigation.palette} (⌘K)`}
        aria-label={text.navigation.palette}
      >
        <IconCommand size={20} stroke={1.7} />
      </button>
      <button
        type="button"
        className={cx(css['item'], css['desk-only'])}
        onClick={onHelp}
        data-tip-side
        data-tip={`${text.navigation.help} (?)`}
        aria-label={text.navigation.help}
      >
        <IconKeyboard size={20} stroke={1.7} />
      </button>
      <OnDemand trigger={<AccountTrigger />}>
        <AccountMenu />
      </OnDemand>
    </nav>
  )
}

function RailLink(props: {
  readonly to: '/queue' | `/settings/${'channels' | 'agents' | 'routing' | 'teams' | 'quarantine'}`
  readonly label: string
  /** Also on pages that lie elsewhere. */
  readonly here?: boolean
  readonly children: ReactNode
}) {
  const { to, label, here = false, children } = props
  return (
    <Link
      to={to}
      className={cx(css['item'], here && css['here'])}
      activeProps={{ className: css['here'] ?? '' }}
      data-tip-side
      data-tip={label}
      aria-label={label}
    >
      {children}
    </Link>
  )
}

/** Shown once a gap has lasted long enough to be worth a word. */
function ConnectionBanner() {
  const state = useSyncExternalStore(connection.subscribe, connection.get)
  const [late, setLate] = useState(false)
  useEffect(() => {
    if (state !== 'reconnecting') return setLate(false)
    const timer = setTimeout(() => setLate(true), RECONNECTING_AFTER_MS)
    return () => clearTimeout(timer)
  }, [state])
  return (
    <div role="status" className={css['status']}>
      {late && (
        <p className={css['banner']}>
          <span className={css['pulse']} aria-hidden />
          {text.connection.reconnecting}
        </p>
      )}
    </div>
  )
}

const MY_OPEN = { view: 'mine', status: 'open' } as const

/** The tab says how many of one's conversations wait. */
function useUnreadTitle(): void {
  const { items } = useConversationList(MY_OPEN)
  const unread = items?.filter(({ unreadCount }) => unreadCount > 0).length ?? 0
  useEffect(() => {
    document.title = text.title(unread, text.navigation.inbox)
  }, [unread])
}
