/** What every connector must keep to, as functions that answer with what they found wrong. */
import fc from 'fast-check'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, ConnectorContext, OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import type { ChannelId } from '../../src/domain/ids.ts'
import { planOutbound } from '../../src/domain/outbound.ts'
import { createSecretBox } from '../../src/runtime/secret-box.ts'
import {
  openSettings,
  redactSettings,
  sealSettings,
  validateSettings,
} from '../../src/services/channel-settings.ts'
import type { ConnectorFixtures } from './fixtures/connector-fixtures.ts'

/** One thing wrong. */
export type Finding = string
export interface Subject {
  readonly connector: Connector
  readonly fixtures: ConnectorFixtures
  readonly config: ConfigValues
}
export type Check = (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>

const CHANNEL = '1'.repeat(24) as ChannelId
const LEAST_FORGERIES = 12

/** The subject with the settings a new channel would have. */
export function subjectOf(connector: Connector, fixtures: ConnectorFixtures): Subject {
  return {
    connector,
    fixtures,
    config: validateSettings(connector.configFields, fixtures.settings) as ConfigValues,
  }
}

const settingsRoundTrip: Check = ({ connector, fixtures }) => {
  const { configFields } = connector
  const box = createSecretBox(new Uint8Array(32).fill(7))
  const values = validateSettings(configFields, fixtures.settings)
  const settings = sealSettings(configFields, CHANNEL, values, box)
  const opened = openSettings(configFields, { id: CHANNEL, settings }, box)
  const shown = JSON.stringify(redactSettings(configFields, opened))
  const stored = JSON.stringify(settings)
  return configFields.flatMap(({ key, kind }) => {
    const value = values[key]
    const found: Finding[] = []
    if (JSON.stringify(opened[key]) !== JSON.stringify(value))
      found.push(`${key} comes back as something else`)
    if (kind !== 'secret' || typeof value !== 'string' || value === '') return found
    if (shown.includes(value)) found.push(`${key} is shown`)
    if (stored.includes(value)) found.push(`${key} is stored in the clear`)
    return found
  })
}

const refusesForgeries: Check = ({ connector, fixtures, config }) => {
  const { inbound } = connector
  if (inbound.kind !== 'webhook') return []
  const forged = Object.entries(fixtures.forged(config))
  const few = forged.length < LEAST_FORGERIES ? [`only ${forged.length} forgeries are tried`] : []
  return [
    ...few,
    ...forged.flatMap(([what, request]) => {
      const answer = inbound.verify(request, config)
      if (answer.ok) return [`takes a request with ${what}`]
      return answer.code === 'invalid-signature' || answer.code === 'invalid-token'
        ? []
        : [`calls a request with ${what} ${answer.code}`]
    }),
  ]
}

/** What a connector makes of each fixture. @throws Error when it refuses one */
export function parseFixtures({
  connector,
  fixtures,
  config,
}: Subject): Record<string, readonly InboundEvent[]> {
  const { inbound } = connector
  if (inbound.kind !== 'webhook') return {}
  return Object.fromEntries(
    Object.entries(fixtures.requests(config)).map(([what, request]) => {
      const answer = inbound.verify(request, config)
      if (!answer.ok) throw new Error(`refuses ${what}: ${answer.code}`)
      return [what, inbound.parse(answer.request)]
    }),
  )
}

const parsesDeterministically: Check = (subject) => {
  const { connector, fixtures, config } = subject
  const found: Finding[] = []
  const once = JSON.stringify(parseFixtures(subject))
  const again = JSON.stringify(parseFixtures(subject))
  if (once !== again) found.push('parses the same bytes differently')
  const { inbound } = connector
  if (inbound.kind !== 'webhook') return found
  for (const [what, request] of Object.entries(fixtures.requests(config))) {
    const [one, other] = [inbound.verify(request, config), inbound.verify(request, config)]
    if (!one.ok || !other.ok) continue
    if (one.deliveryKey !== other.deliveryKey) found.push(`keys ${what} differently at its redelivery`)
    if (JSON.stringify(one.request).includes(request.headers['authorization'] ?? '\u0000'))
      found.push(`hands the credentials of ${what} to the journal`)
  }
  return found
}

const survivesJunk: Check = ({ connector, fixtures, config }) => {
  const { inbound } = connector
  const found = new Set<Finding>()
  const json = fc.json().map((text) => Buffer.from(text))
  const bodies = fc.oneof(fc.uint8Array({ maxLength: 300 }), json)
  const parse = (body: Uint8Array, facts: Record<string, string>): void => {
    const request = () =>
      inbound.parse(verified({ body, contentType: 'application/json', facts, receivedAtMs: 1 }))
    try {
      const once = JSON.stringify(request())
      const again = JSON.stringify(request())
      if (once !== again) found.add('parses junk differently')
    } catch (error) {
      found.add(`throws at junk in parse: ${String(error)}`)
    }
  }
  fc.assert(
    fc.property(bodies, fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), (body, facts) => {
      parse(body, facts)
      if (inbound.kind !== 'webhook') return
      try {
        const signed = inbound.verify(fixtures.signed(body, config), config)
        if (signed.ok) inbound.parse(signed.request)
        inbound.verify({ ...fixtures.signed(body, config), headers: facts }, config)
      } catch (error) {
        found.add(`throws at junk in verify: ${String(error)}`)
      }
    }),
    { numRuns: 500 },
  )
  return [...found]
}

const keepsToTextLimit: Check = ({ connector, config }) => {
  const capabilities = connector.capabilities(config)
  const { support, maxLength, overLimit } = capabilities.text
  if (support === 'absent') return []
  if (!Number.isSafeInteger(maxLength) || maxLength < 2) return [`carries texts of ${maxLength} characters`]
  const plan = (text: string) =>
    planOutbound({ text, attachments: [] }, capabilities, { lastInboundAtMs: 1_000 }, 1_001)
  const [at, over] = [plan('a'.repeat(maxLength)), plan('a'.repeat(maxLength + 1))]
  const found: Finding[] = []
  if (!at.ok || at.parts.length !== 1) found.push('does not carry a text at its limit in one message')
  if (overLimit === 'refuse' ? over.ok : !over.ok || over.parts.length !== 2)
    found.push('does not treat a text beyond its limit as it says')
  return found
}

const METHODS = ['sendTyping', 'markRead', 'editMessage', 'deleteMessage'] as const

const hasWhatItDeclares: Check = ({ connector, config }) => {
  const capabilities = connector.capabilities(config)
  const found = METHODS.flatMap((method): Finding[] => {
    const declared = capabilities[method === 'sendTyping' ? 'typing' : method] === 'native'
    const present = connector[method] !== undefined
    if (declared === present) return []
    return [
      declared ? `declares ${method} native and lacks it` : `has ${method} and does not declare it native`,
    ]
  })
  if (JSON.stringify(connector.capabilities(config)) !== JSON.stringify(capabilities))
    found.push('declares other capabilities when asked again')
  return found
}

const OUTGOING: OutboundMessage = {
  id: 'f'.repeat(24),
  attempt: 1,
  to: { identityExternalId: 'anon:ada', threadKey: 'anon:ada' },
  author: { name: 'Agnes' },
  text: 'Hello',
  attachments: [],
  token: 'a'.repeat(32),
  writtenAtMs: Date.UTC(2026, 10, 23, 12),
  automatic: false,
}

type Fetch = typeof globalThis.fetch
const noNetwork: Fetch = () => Promise.reject(new TypeError('there is no network'))

/** All that a connector may touch, without a network unless one is given; `lines` gets what it logs and reports. */
export function contextOf(
  config: ConfigValues,
  signal = new AbortController().signal,
  fetch: Fetch = noNetwork,
  lines: string[] = [],
): ConnectorContext<ConfigValues> {
  const note = (facts: object, message = ''): void => void lines.push(`${JSON.stringify(facts)} ${message}`)
  let mark: Readonly<Record<string, unknown>> | undefined
  return {
    config,
    channelId: CHANNEL,
    webhookUrl: 'https://inbox.example/ingress/1',
    logger: { debug: note, info: note, warn: note, error: note },
    fetch,
    resolveHost: () => Promise.reject(new TypeError('there is no network')),
    resolveDns: () => Promise.reject(new TypeError('there is no network')),
    clock: () => Date.UTC(2026, 10, 23, 12),
    checkpoint: {
      read: async () => mark,
      write: async (value) => {
        mark = value
      },
    },
    reportHealth: note,
    signal,
  }
}

const sendsIdempotently: Check = async ({ connector, config }) => {
  if (!connector.capabilities(config).idempotentSend) return []
  const context = contextOf(config)
  const one = await connector.send(OUTGOING, context)
  const other = await connector.send({ ...OUTGOING, attempt: 2 }, context)
  return one.externalId === other.externalId ? [] : ['names a message differently at its second attempt']
}

const ignoresItself: Check = ({ connector, fixtures, config }) => {
  const { inbound } = connector
  const echo = fixtures.echo(config)
  if (inbound.kind !== 'webhook' || !echo) return []
  const answer = inbound.verify(echo, config)
  if (!answer.ok) return [`refuses its own echo: ${answer.code}`]
  const heard = inbound.parse(answer.request).filter(({ type }) => type === 'message')
  return heard.length === 0 ? [] : ['takes its own message for a customer’s']
}

/** What a platform may do to a send, and what that lets us believe. */
const TROUBLE: Readonly<
  Record<string, { readonly fetch: Fetch; readonly facts: Partial<ConnectorErrorFacts> }>
> = {
  '401': {
    fetch: async () => new Response('{}', { status: 401 }),
    facts: { retry: 'never', delivery: 'not-sent' },
  },
  '429': {
    fetch: async () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } }),
    facts: { retry: 'later', delivery: 'not-sent', retryAfterMs: 7_000 },
  },
  '503': { fetch: async () => new Response('{}', { status: 503 }), facts: { retry: 'later' } },
  'a line that breaks after the bytes': {
    fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } })),
    facts: { delivery: 'unknown' },
  },
  'a line that never stood': {
    fetch: () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } })),
    facts: { retry: 'later', delivery: 'not-sent' },
  },
}

const failsAsAgreed: Check = async ({ connector, fixtures, config }) => {
  const found: Finding[] = []
  for (const [what, { fetch, facts }] of Object.entries(TROUBLE)) {
    let asked = 0
    const counting: Fetch = (...request) => {
      asked += 1
      return fetch(...request)
    }
    const context = contextOf(config, undefined, counting)
    const error = await connector.send(OUTGOING, context).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (!fixtures.sendsOverNetwork) {
      if (asked > 0) found.push('reaches out though its fixtures say it does not')
      if (error !== undefined) found.push(`cannot send: ${String(error)}`)
    } else if (!(error instanceof ConnectorError)) {
      found.push(`answers ${what} with ${String(error)}`)
    } else {
      for (const [fact, value] of Object.entries(facts))
        if (error.facts[fact as keyof ConnectorErrorFacts] !== value)
          found.push(`calls ${what} not ${fact} ${value}`)
    }
  }
  return found
}

const keepsItsSecrets: Check = async ({ connector, config }) => {
  const lines: string[] = []
  for (const { fetch } of Object.values(TROUBLE)) {
    const context = contextOf(config, undefined, fetch, lines)
    for (const act of [() => connector.check(context), () => connector.send(OUTGOING, context)]) {
      const outcome = await act().catch((error: unknown) => error)
      lines.push(
        outcome instanceof Error ? `${outcome.stack} ${JSON.stringify(outcome)}` : JSON.stringify(outcome),
      )
    }
  }
  const said = lines.join('\n')
  return connector.configFields.flatMap(({ key, kind }) => {
    const value = config[key]
    return kind === 'secret' && typeof value === 'string' && value !== '' && said.includes(value)
      ? [`tells ${key}`]
      : []
  })
}

/** Every check by what it promises. Those that need a database stand in the tests. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'its settings come back as they were, and no secret is shown or stored in the clear': settingsRoundTrip,
  'whatever is not proven is refused': refusesForgeries,
  'the same bytes make the same events, and no credentials are kept': parsesDeterministically,
  'junk never makes it throw': survivesJunk,
  'text at its limit goes whole, beyond it as declared': keepsToTextLimit,
  'it has exactly the methods that it declares native': hasWhatItDeclares,
  'a message sent twice has one name': sendsIdempotently,
  'its own message is never taken for a customer’s': ignoresItself,
  'a send that fails says what is known of it, and nothing else is thrown': failsAsAgreed,
  'no log line, health report, check or error tells a secret': keepsItsSecrets,
}
