import type { ChannelHealthView } from '../../../src/domain/views.ts'
import { settingsText } from '../text/settings-text.ts'
import { Tag } from './page-parts.tsx'

const TONES = { unknown: 'plain', healthy: 'good', degraded: 'warn', failing: 'danger' } as const

/** How a channel does. */
export const ChannelHealth = ({ health }: { readonly health: ChannelHealthView }) => (
  <Tag tone={TONES[health.state]}>{settingsText.channels.health[health.state]}</Tag>
)
