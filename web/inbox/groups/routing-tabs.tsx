import { Link } from '@tanstack/react-router'
import { useAllowed } from '../data/queries.ts'
import { routingText } from '../text/routing-text.ts'
import css from './groups.module.css'

const TABS = [
  ['/settings/routing', routingText.pages.settings],
  ['/settings/teams', routingText.pages.teams],
  ['/settings/categories', routingText.pages.categories],
  ['/settings/skills', routingText.pages.skills],
] as const

/** The way between the pages about routing. */
export function RoutingTabs() {
  const mayManage = useAllowed('routing.manage')
  return (
    <nav className={css['tabs']} aria-label={routingText.pages.label}>
      {TABS.filter(([to]) => mayManage || to !== '/settings/routing').map(([to, label]) => (
        <Link
          key={to}
          to={to}
          className={css['tab']}
          activeProps={{ className: css['current'] ?? '', 'aria-current': 'page' }}
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}
