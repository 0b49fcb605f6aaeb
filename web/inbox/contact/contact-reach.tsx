import { IconCircleCheck, IconCircleDashed, IconTemplate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ContactView, ReachView } from '../../../src/domain/views.ts'
import { reachQuery } from '../data/messenger-api.ts'
import { cx } from '../parts/class-names.ts'
import { ErrorState, SkeletonRows } from '../parts/states.tsx'
import { soonTime } from '../parts/time.ts'
import { peopleText } from '../text/people-text.ts'
import css from './contact-reach.module.css'

/** Windows close by themselves. */
const REREAD_MS = 60_000

/** Every way to a person: open now, or why not. */
export function ContactReach({ contact }: { readonly contact: ContactView }) {
  const { data, isError, error, refetch } = useQuery({
    ...reachQuery(contact.id),
    refetchInterval: REREAD_MS,
  })
  if (isError && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={2} avatar={false} />
  if (data.length === 0) return <p className={css['none']}>{peopleText.page.unreached}</p>
  return (
    <ul className={css['ways']}>
      {data.map((way) => (
        <li key={`${way.channelId} ${way.to}`} className={cx(css['way'], way.ok && css['ok'])}>
          <span className={css['icon']}>
            <Icon way={way} />
          </span>
          <span className={css['where']}>
            <Where way={way}>
              <bdi>{way.channelName}</bdi>
            </Where>
            <bdi className={css['to']} dir="auto">
              {way.to}
            </bdi>
          </span>
          <span className={css['state']}>{stateOf(way)}</span>
        </li>
      ))}
    </ul>
  )
}

const Where = ({ way, children }: { readonly way: ReachView; readonly children: ReactNode }) =>
  way.conversationId ? (
    <Link
      to="/conversations/$conversationId"
      params={{ conversationId: way.conversationId }}
      search={true}
      className={css['channel']}
    >
      {children}
    </Link>
  ) : (
    <span className={css['channel']}>{children}</span>
  )

function Icon({ way }: { readonly way: ReachView }) {
  if (way.ok) return <IconCircleCheck size={16} stroke={1.8} aria-hidden />
  if (way.templatesOnly) return <IconTemplate size={16} stroke={1.8} aria-hidden />
  return <IconCircleDashed size={16} stroke={1.8} aria-hidden />
}

function stateOf({ ok, templatesOnly, reason, windowClosesAt }: ReachView): string {
  const words = peopleText.ways
  if (ok) return windowClosesAt ? peopleText.page.until(soonTime(windowClosesAt)) : words.ok
  return [reason && words[reason], templatesOnly && words.templatesOnly].filter(Boolean).join(' · ')
}
