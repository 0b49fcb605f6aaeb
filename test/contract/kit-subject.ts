/** What the kit tries: one connector, one way in, its fixtures, and the settings a new channel would have. */
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, OutboundMessage } from '../../src/contract/connector.ts'
import { validateSettings } from '../../src/services/channel-settings.ts'
import type { ConnectorFixtures } from './fixtures/connector-fixtures.ts'

/** One thing wrong. */
export type Finding = string
export interface Subject {
  readonly connector: Connector
  readonly fixtures: ConnectorFixtures
  readonly config: ConfigValues
}
export type Check = (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>

/** The subject with the settings a new channel would have. */
export function subjectOf(connector: Connector, fixtures: ConnectorFixtures): Subject {
  return { connector, fixtures, config: settingsOf(connector, fixtures.settings) }
}

/** Settings as a connector gets them. */
export const settingsOf = (connector: Connector, given: ConnectorFixtures['settings']): ConfigValues =>
  validateSettings(connector.configFields, given) as ConfigValues

/** One way in of a connector, as if it had no other. */
export interface Side extends Omit<Subject, 'config'> {
  readonly way: 'webhook' | 'session'
}

/** The ways in of a connector, each with the fixtures of its own. */
export function sidesOf(connector: Connector, fixtures: ConnectorFixtures): readonly Side[] {
  const { inbound } = connector
  if (inbound.kind !== 'either') return [{ way: inbound.kind, connector, fixtures }]
  if (!('requests' in fixtures)) throw new Error('a connector of either way needs requests')
  const { session, ...called } = { session: undefined, ...fixtures }
  const { requests, receipt, forged, echo, signed, ...shared } = called
  return [
    { way: 'webhook', connector: { ...connector, inbound: inbound.webhook }, fixtures: called },
    ...(session === undefined
      ? []
      : [
          {
            way: 'session' as const,
            connector: { ...connector, inbound: inbound.session },
            fixtures: { ...shared, session },
          },
        ]),
  ]
}

/** Whom and what the kit writes, unless it says otherwise. */
export const outgoingTo = ({ to }: ConnectorFixtures): OutboundMessage => ({
  id: 'f'.repeat(24),
  attempt: 1,
  to: to ?? { identityExternalId: 'anon:ada', threadKey: 'anon:ada' },
  author: { name: 'Agnes' },
  text: 'Hello',
  attachments: [],
  token: 'a'.repeat(32),
  writtenAtMs: Date.UTC(2026, 10, 23, 12),
  automatic: false,
})

/** The secrets that something said gives away. */
export const secretsIn = (connector: Connector, config: ConfigValues, said: string): readonly Finding[] =>
  connector.configFields.flatMap(({ key, kind }) => {
    const value = config[key]
    return kind === 'secret' && typeof value === 'string' && value !== '' && said.includes(value)
      ? [`tells ${key}`]
      : []
  })

/** Whatever was thrown or answered, with all that it carries. */
export const toldBy = (outcome: unknown): string =>
  outcome instanceof Error
    ? `${outcome.stack} ${JSON.stringify(outcome)} ${toldBy(outcome.cause ?? '')}`
    : (JSON.stringify(outcome) ?? '')

/** In words: not a code, not an exception's name. */
export const isWords = (text: string | undefined): boolean => (text ?? '').trim().split(/\s+/).length >= 3
