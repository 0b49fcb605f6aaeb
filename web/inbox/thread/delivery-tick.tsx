import { IconAlertCircle, IconCheck, IconChecks, IconClock, IconHelpCircle } from '@tabler/icons-react'
import type { MessageStatus } from '../../../src/domain/message.ts'
import type { MessageView } from '../../../src/domain/views.ts'
import { text } from '../text/text.ts'
import css from './delivery-tick.module.css'

const ICONS: Readonly<Record<MessageStatus | 'checking' | 'unknown', typeof IconCheck>> = {
  queued: IconClock,
  sending: IconClock,
  sent: IconCheck,
  delivered: IconChecks,
  read: IconChecks,
  failed: IconAlertCircle,
  checking: IconClock,
  unknown: IconHelpCircle,
}

/** How far a message of ours has come. */
export function DeliveryTick({ message }: { readonly message: MessageView }) {
  const { delivery } = message
  const status = delivery?.checking
    ? 'checking'
    : delivery?.state === 'unknown'
      ? 'unknown'
      : (message.status ?? 'queued')
  const Icon = ICONS[status]
  const label = text.thread.status[status]
  return (
    <span className={css['tick']} data-status={status} role="img" aria-label={label} title={label}>
      <Icon size={15} stroke={2} aria-hidden />
    </span>
  )
}
