import { checkPolicy, type PolicyFacts } from '../domain/routing/policy-check.ts'
import type { ChannelAdminView, ChannelRoutingView, ChannelView } from '../domain/views.ts'
import type { LiveChannel } from './channel-directory.ts'
import { redactSettings } from './channel-settings.ts'
import { instant } from './present.ts'

/** A channel as agents see it: nothing of its settings. */
export function presentChannel({
  id,
  type,
  name,
  paused,
  deletedAtMs,
  capabilities,
  connector,
  version,
  record,
}: LiveChannel): ChannelView {
  const { state, code, detail, atMs } = record.health
  return {
    id,
    type,
    typeName: connector.displayName,
    ...(connector.mark ? { mark: connector.mark } : {}),
    name,
    paused,
    health: {
      state,
      ...(code === undefined ? {} : { code }),
      ...(detail === undefined ? {} : { detail }),
      ...(atMs === undefined ? {} : { at: instant(atMs) }),
    },
    capabilities,
    ...(deletedAtMs === undefined ? {} : { deletedAt: instant(deletedAtMs) }),
    version,
  }
}

/**
 * A channel as someone sees it who says who gets its conversations.
 * @param facts what its policy is judged by
 */
export function presentChannelRouting(channel: LiveChannel, facts: PolicyFacts): ChannelRoutingView {
  const { policy, categoryId, skills } = channel
  return {
    ...presentChannel(channel),
    policy,
    policyIssues: checkPolicy(policy, facts),
    ...(categoryId ? { categoryId } : {}),
    skills,
  }
}

/** Where a platform must deliver what belongs to a channel. */
export const webhookUrlOf = (publicUrl: string, channelId: string): string =>
  `${publicUrl}/ingress/${channelId}`

/**
 * A channel as an administrator sees it: secrets read as `true`.
 * @param facts what its policy is judged by
 */
export function presentChannelToAdmin(
  channel: LiveChannel,
  publicUrl: string,
  facts: PolicyFacts,
): ChannelAdminView {
  const { id, config, connector, inbound, access, record } = channel
  const isLiving = channel.deletedAtMs === undefined
  const calledByPlatform = isLiving && inbound.kind === 'webhook' && connector.visitors === undefined
  return {
    ...presentChannelRouting(channel, facts),
    config: redactSettings(connector.configFields, config),
    access,
    ...(calledByPlatform ? { webhookUrl: webhookUrlOf(publicUrl, id) } : {}),
    ...(isLiving && connector.visitors
      ? { snippet: connector.visitors.snippet(config, { id, publicUrl }) }
      : {}),
    createdAt: instant(record.createdAtMs),
  }
}
