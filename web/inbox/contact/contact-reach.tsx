import { IconCircleCheck, IconCircleDashed, IconTemplate } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ContactView, ReachView } from '../../../src/domain/views.ts'
import type { Carried } from '../composer/carry-over.ts'
import { isUsable, useOtherWay } from '../composer/use-other-way.tsx'
import { reachQuery } from '../data/messenger-api.ts'
import { useChannels } from '../data/queries.ts'
import { ChannelMark } from '../parts/channel-mark.tsx'
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
  const channels = useChannels()
  const [goBy, question] = useOtherWay(contact.name, nothing)
  if (isError && !data) return <ErrorState error={error} onRetry={() => void refetch()} />
  if (!data) return <SkeletonRows rows={2} avatar={false} />
  if (data.length === 0) return <p className={css['none']}>{peopleText.page.unreached}</p>
  return (
    <>
      {question}
      <ul className={css['ways']}>
        {data.map((way) => (
          <li key={`${way.channelId} ${way.to}`} className={cx(css['way'], way.ok && css['ok'])}>
            <ChannelMark channel={channels.get(way.channelId)} size={24} />
            <span className={css['where']}>
              <Where way={way} onBegin={() => goBy(way)}>
                <bdi>{way.channelName}</bdi>
              </Where>
              <bdi className={css['to']} dir="auto">
                {way.to}
              </bdi>
            </span>
            <span className={css['state']}>
              <Icon way={way} />
              {stateOf(way)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** One only goes there, to write. */
const nothing = (): Carried => ({ text: '', attachments: [], files: [], onGone: () => undefined })

function Where(props: {
  readonly way: ReachView
  /** Where nothing was said yet. */
  readonly onBegin: () => void
  readonly children: ReactNode
}) {
  const { way, onBegin, children } = props
  if (way.conversationId) {
    return (
      <Link
        to="/conversations/$conversationId"
        params={{ conversationId: way.conversationId }}
        search={true}
        className={css['channel']}
      >
        {children}
      </Link>
    )
  }
  if (!isUsable(way)) return <span className={css['channel']}>{children}</span>
  return (
    <button
      type="button"
      className={cx(css['channel'], css['begin'])}
      title={peopleText.page.begin}
      onClick={onBegin}
    >
      {children}
    </button>
  )
}

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
