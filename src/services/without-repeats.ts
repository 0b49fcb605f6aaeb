import type { ArrivedMessage } from './parse-entries.ts'

/** Of each message its earliest arrival. */
export function withoutRepeats(arrivals: readonly ArrivedMessage[]): readonly ArrivedMessage[] {
  const earliest = new Map<string, ArrivedMessage>()
  const keyOf = ({ channel, externalId }: ArrivedMessage): string => `${channel.id}:${externalId}`
  for (const arrival of arrivals) {
    const known = earliest.get(keyOf(arrival))
    if (!known || arrival.order < known.order) earliest.set(keyOf(arrival), arrival)
  }
  return arrivals.filter((arrival) => earliest.get(keyOf(arrival)) === arrival)
}
