import type { Connector, SessionInbound, WayFacts, WebhookInbound } from './connector.ts'

/** The way in that counts for a channel with these settings. @param facts see `EitherInbound.choose` */
export function inboundOf<C>(
  { inbound }: Pick<Connector<C>, 'inbound'>,
  config: C,
  facts: WayFacts,
): WebhookInbound<C> | SessionInbound<C> {
  if (inbound.kind !== 'either') return inbound
  return inbound.choose(config, facts) === 'webhook' ? inbound.webhook : inbound.session
}

/** A `parse` that understands whatever a channel of this kind has journaled, whichever way it came. */
export function parseOf<C>({ inbound }: Pick<Connector<C>, 'inbound'>): SessionInbound<C>['parse'] {
  const { parse } = inbound.kind === 'either' ? inbound.session : inbound
  return parse
}
