import { Button, NativeSelect } from '@mantine/core'
import { IconAlertTriangle, IconFlask, IconInfoCircle, IconPlayerPlay } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { DryRunOutcomeView, DryRunView } from '../../../src/domain/queue-views.ts'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import { cx } from '../parts/class-names.ts'
import { EmptyState, ErrorState } from '../parts/states.tsx'
import { soonTime } from '../parts/time.ts'
import { Card } from '../settings/page-parts.tsx'
import { routingText } from '../text/routing-text.ts'
import css from './dry-run-panel.module.css'
import { shortDuration } from './durations.ts'
import { samePolicy } from './policy-draft.ts'
import { routingApi } from './routing-queries.ts'

/** Where a dry run takes its conversations from. */
export type DryRunScope = { readonly channelId: string } | { readonly categoryId: string }

const LAST = ['50', '200', '500', '1000', '2000']

/** How the last conversations would have gone: today's policy beside the edited one. */
export function DryRunPanel({
  scope,
  policy,
}: {
  readonly scope: DryRunScope
  readonly policy: AssignmentPolicy
}) {
  const words = routingText.dryRun
  const [last, setLast] = useState('200')
  const run = useMutation({
    mutationFn: (tried: AssignmentPolicy) =>
      routingApi.dryRun({ ...scope, policy: tried, last: Number(last) }),
  })
  const stale = run.data && run.variables && !samePolicy(run.variables, policy)
  return (
    <Card title={words.title} hint={words.hint}>
      <div className={css['ask']}>
        <NativeSelect
          label={words.last}
          value={last}
          data={LAST}
          onChange={({ currentTarget }) => setLast(currentTarget.value)}
        />
        <Button
          variant="default"
          leftSection={<IconPlayerPlay size={16} />}
          loading={run.isPending}
          onClick={() => run.mutate(policy)}
        >
          {words.run}
        </Button>
      </div>
      <div role="status">
        {stale && (
          <p className={css['stale']}>
            <IconInfoCircle size={16} stroke={1.8} aria-hidden />
            {words.stale}
          </p>
        )}
        {run.isError && <ErrorState error={run.error} onRetry={() => run.mutate(policy)} />}
        {run.data?.conversations === 0 && (
          <EmptyState
            icon={<IconFlask size={24} stroke={1.6} />}
            title={words.empty}
            hint={words.emptyHint}
          />
        )}
        {run.data && run.data.conversations > 0 && <Result run={run.data} />}
      </div>
    </Card>
  )
}

function Result({ run }: { readonly run: DryRunView }) {
  const words = routingText.dryRun
  const { today, edited, fromAt, toAt, historyFrom } = run
  return (
    <>
      {fromAt && toAt && (
        <p className={css['over']}>{words.over(run.conversations, soonTime(fromAt), soonTime(toAt))}</p>
      )}
      <OnRecord fromAt={fromAt} historyFrom={historyFrom} />
      <table className={css['figures']}>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{words.figure}</span>
            </th>
            <th scope="col">
              <span className={css['key-today']} aria-hidden />
              {words.today}
            </th>
            <th scope="col">
              <span className={css['key-edited']} aria-hidden />
              {words.edited}
            </th>
          </tr>
        </thead>
        <tbody>
          <Figure label={words.assigned} of={({ assigned }) => assigned} run={run} more />
          <Figure label={words.unassigned} of={({ unassigned }) => unassigned} run={run} />
          <Figure label={words.leftToPick} of={({ leftToPick }) => leftToPick} run={run} neutral />
          <Figure label={words.spreadFigure} of={({ spread }) => spread} run={run} />
          <Figure label={words.median} of={({ medianWaitMs }) => medianWaitMs} run={run} time />
          <Figure label={words.p90} of={({ p90WaitMs }) => p90WaitMs} run={run} time />
          <Figure label={words.longest} of={({ maxWaitMs }) => maxWaitMs} run={run} time />
        </tbody>
      </table>
      <h3 className={css['sub']}>{words.spread}</h3>
      <Spread today={today} edited={edited} />
    </>
  )
}

/** Since when it is known who was available, and what the run makes of the time before. */
function OnRecord({ fromAt, historyFrom }: Pick<DryRunView, 'fromAt' | 'historyFrom'>) {
  const words = routingText.dryRun
  const whole = historyFrom !== undefined && (fromAt === undefined || historyFrom <= fromAt)
  return (
    <div className={cx(css['record'], !whole && css['gap'])}>
      {whole ? (
        <IconInfoCircle size={16} stroke={1.8} aria-hidden />
      ) : (
        <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      )}
      <p>
        {historyFrom === undefined
          ? words.unknownAlways
          : whole
            ? words.known(soonTime(historyFrom))
            : words.unknownBefore(soonTime(historyFrom))}{' '}
        {words.asToday}
      </p>
    </div>
  )
}

function Figure(props: {
  readonly label: string
  readonly of: (outcome: DryRunOutcomeView) => number | undefined
  readonly run: DryRunView
  readonly time?: boolean
  /** Neither more nor less is better. */
  readonly neutral?: boolean
  /** More is better. */
  readonly more?: boolean
}) {
  const { label, of, run, time, neutral, more } = props
  const words = routingText.dryRun
  const [before, after] = [of(run.today), of(run.edited)]
  const say = (value: number | undefined) =>
    value === undefined ? words.nothing : time ? shortDuration(value) : value.toLocaleString()
  const verdict =
    neutral || before === undefined || after === undefined || before === after
      ? undefined
      : after > before === Boolean(more)
        ? 'better'
        : 'worse'
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{say(before)}</td>
      <td>
        {say(after)}
        {verdict && <span className={css[verdict]}>{words[verdict]}</span>}
      </td>
    </tr>
  )
}

/** Two bars for each agent, on one scale. */
function Spread({
  today,
  edited,
}: {
  readonly today: DryRunOutcomeView
  readonly edited: DryRunOutcomeView
}) {
  const names = new Map<string, string>(
    [...today.perAgent, ...edited.perAgent].map(({ agentId, name }) => [agentId, name]),
  )
  const counts = (outcome: DryRunOutcomeView) =>
    new Map<string, number>(outcome.perAgent.map(({ agentId, assigned }) => [agentId, assigned]))
  const [before, after] = [counts(today), counts(edited)]
  const most = Math.max(1, ...before.values(), ...after.values())
  const rows = [...names]
    .map(([id, name]) => ({ id, name, before: before.get(id) ?? 0, after: after.get(id) ?? 0 }))
    .sort(
      (one, other) =>
        other.after - one.after || other.before - one.before || one.name.localeCompare(other.name),
    )
  return (
    // A long one scrolls, by keyboard too.
    <ul className={css['spread']} tabIndex={0} aria-label={routingText.dryRun.spread}>
      {rows.map((row) => (
        <li key={row.id}>
          <span className={css['agent']} aria-hidden>
            <bdi>{row.name}</bdi>
          </span>
          <span className="visually-hidden">
            {routingText.dryRun.agentFigures(row.name, row.before, row.after)}
          </span>
          <span className={css['bars']} aria-hidden>
            <Bar kind="today" value={row.before} most={most} />
            <Bar kind="edited" value={row.after} most={most} />
          </span>
        </li>
      ))}
    </ul>
  )
}

const Bar = (props: { readonly kind: 'today' | 'edited'; readonly value: number; readonly most: number }) => (
  <span className={css['track']}>
    <span className={css[props.kind]} style={{ inlineSize: `${(props.value / props.most) * 100}%` }} />
    <span className={css['value']}>{props.value}</span>
  </span>
)
