/** What goes wrong between a connector and its platform, and what may be believed of it. */
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { ProviderAnswer } from '../fakes/provider/provider-server.ts'
import type { ConnectorFixtures, PlatformTrouble } from './fixtures/connector-fixtures.ts'
import type { Finding } from './kit-subject.ts'

/** Nobody knows whether the platform took it. */
export const OF_A_BROKEN_LINE: Partial<ConnectorErrorFacts> = { delivery: 'unknown' }

const PLAIN: Readonly<Record<PlatformTrouble, ProviderAnswer>> = {
  'bad-credentials': { status: 401, body: '{}' },
  'rate-limited': { status: 429, headers: { 'retry-after': '7' }, body: '{}' },
  unavailable: { status: 503, body: '{}' },
}

/** How a platform says so. */
export const answerOf = ({ answers }: ConnectorFixtures, trouble: PlatformTrouble): ProviderAnswer =>
  answers?.[trouble] ?? PLAIN[trouble]

/**
 * What is wrong with an error.
 * @param repeatable sending again does no harm: what is uncertain may then count as not sent, so that it is sent again
 */
export function wrongFacts(
  what: string,
  error: unknown,
  facts: Partial<ConnectorErrorFacts>,
  repeatable: boolean,
): readonly Finding[] {
  if (!(error instanceof ConnectorError)) return [`answers ${what} with ${String(error)}`]
  const found: Finding[] = []
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(error.facts.code)) found.push(`calls ${what} ${error.facts.code}`)
  for (const [fact, value] of Object.entries(facts)) {
    const given = error.facts[fact as keyof ConnectorErrorFacts]
    if (given === value) continue
    if (repeatable && facts === OF_A_BROKEN_LINE && given === 'not-sent' && error.facts.retry === 'later')
      continue
    found.push(`calls ${what} not ${fact} ${value} but ${given}`)
  }
  return found
}
