import { IconAlertTriangle, IconCircleCheck, IconPlugConnected } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { CheckResult } from '../../../src/contract/check-result.ts'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { ChannelHealthView } from '../../../src/domain/views.ts'
import { cx } from '../parts/class-names.ts'
import { relativeTime } from '../parts/time.ts'
import { settingsText } from '../text/settings-text.ts'
import css from './channel-notes.module.css'

/** What the last test of the connection found, in words that stay. */
export function CheckNote(props: {
  readonly result: CheckResult | undefined
  readonly isChecking: boolean
  readonly fields: readonly ConfigField[]
}) {
  const { result, isChecking, fields } = props
  const words = settingsText.channels
  const field = result && !result.ok ? fields.find(({ key }) => key === result.field) : undefined
  return (
    <div role="status">
      {isChecking && <Note tone="plain" title={words.testing} />}
      {result?.ok && (
        <Note
          tone={result.remains ? 'warn' : 'good'}
          title={result.remains ? words.testRemains : words.testOk}
        >
          {result.detail} {result.remains}
        </Note>
      )}
      {result && !result.ok && (
        <Note tone="bad" title={words.testFailed}>
          {result.detail} {field && words.testField(field.label)}
        </Note>
      )}
    </div>
  )
}

/** Says what is the matter with a channel that does not do well. */
export function HealthNote({ health: { state, detail, at } }: { readonly health: ChannelHealthView }) {
  if (state === 'healthy' || state === 'unknown') return null
  return (
    <Note tone={state === 'degraded' ? 'warn' : 'bad'} title={settingsText.channels.health[state]}>
      {detail}
      {at && ` (${relativeTime(at)})`}
    </Note>
  )
}

const ICONS = {
  plain: IconPlugConnected,
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconAlertTriangle,
}

function Note(props: {
  readonly tone: keyof typeof ICONS
  readonly title: string
  readonly children?: ReactNode
}) {
  const Icon = ICONS[props.tone]
  return (
    <div className={cx(css['note'], css[props.tone])}>
      <Icon size={18} stroke={1.8} aria-hidden />
      <p>
        <strong>{props.title}</strong>
        {props.children}
      </p>
    </div>
  )
}
