/** What every connector must keep to, as functions that answer with what they found wrong. */
import fc from 'fast-check'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, OutboundMessage, WebhookInbound } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { parseOf } from '../../src/contract/inbound-of.ts'
import { type JournaledRequest, type Verified, verified } from '../../src/contract/raw-request.ts'
import { planOutbound } from '../../src/domain/outbound.ts'
import { createSecretBox } from '../../src/runtime/secret-box.ts'
import {
  openSettings,
  redactSettings,
  sealSettings,
  validateSettings,
} from '../../src/services/channel-settings.ts'
import type { ConnectorFixtures, WebhookFixtures } from './fixtures/connector-fixtures.ts'
import { CHANNEL, contextOf, type Fetch } from './kit-context.ts'

/** One thing wrong. */
export type Finding = string
export interface Subject {
  readonly connector: Connector
  readonly fixtures: ConnectorFixtures
  readonly config: ConfigValues
}
export type Check = (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>

const LEAST_FORGERIES = 12

/** The subject with the settings a new channel would have. */
export function subjectOf(connector: Connector, fixtures: ConnectorFixtures): Subject {
  return {
    connector,
    fixtures,
    config: validateSettings(connector.configFields, fixtures.settings) as ConfigValues,
  }
}

/** Both halves of a connector that platforms call; undefined of one that calls its platform. */
function webhookOf({
  connector,
  fixtures,
}: Subject):
  | { readonly inbound: WebhookInbound<ConfigValues>; readonly fixtures: WebhookFixtures }
  | undefined {
  const inbound = connector.inbound.kind === 'either' ? connector.inbound.webhook : connector.inbound
  if (inbound.kind !== 'webhook') return undefined
  if ('session' in fixtures) throw new Error('a connector that platforms call needs requests, not items')
  return { inbound, fixtures }
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

const refusesForgeries: Check = (subject) => {
  const { config } = subject
  const webhook = webhookOf(subject)
  if (!webhook) return []
  const { inbound, fixtures } = webhook
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

/** The fixtures as the journal would hand them to `parse`. @throws Error when the connector refuses one */
export function journaledFixtures(subject: Subject): Readonly<Record<string, Verified<JournaledRequest>>> {
  const { fixtures, config } = subject
  const webhook = webhookOf(subject)
  if (!webhook) {
    if (!('session' in fixtures)) throw new Error('a connector that calls its platform needs items')
    return Object.fromEntries(
      Object.entries(fixtures.session.items(config)).map(([what, { body, contentType, facts }]) => [
        what,
        verified({ body, contentType, facts, receivedAtMs: 1 }),
      ]),
    )
  }
  return Object.fromEntries(
    Object.entries(webhook.fixtures.requests(config)).map(([what, request]) => {
      const answer = webhook.inbound.verify(request, config)
      if (!answer.ok) throw new Error(`refuses ${what}: ${answer.code}`)
      return [what, answer.request]
    }),
  )
}

/** What a connector makes of each fixture. @throws Error when it refuses one */
export async function parseFixtures(subject: Subject): Promise<Record<string, readonly InboundEvent[]>> {
  const parsed: Record<string, readonly InboundEvent[]> = {}
  for (const [what, request] of Object.entries(journaledFixtures(subject)))
    parsed[what] = await parseOf(subject.connector)(request)
  return parsed
}

const parsesDeterministically: Check = async (subject) => {
  const { config } = subject
  const found: Finding[] = []
  const once = JSON.stringify(await parseFixtures(subject))
  const again = JSON.stringify(await parseFixtures(subject))
  if (once !== again) found.push('parses the same bytes differently')
  const webhook = webhookOf(subject)
  if (!webhook) return found
  const { inbound, fixtures } = webhook
  for (const [what, request] of Object.entries(fixtures.requests(config))) {
    const [one, other] = [inbound.verify(request, config), inbound.verify(request, config)]
    if (!one.ok || !other.ok) continue
    if (one.deliveryKey !== other.deliveryKey) found.push(`keys ${what} differently at its redelivery`)
    if (JSON.stringify(one.request).includes(request.headers['authorization'] ?? '\u0000'))
      found.push(`hands the credentials of ${what} to the journal`)
  }
  return found
}

const JUNK_RUNS = 500

const survivesJunk: Check = async (subject) => {
  const { connector, config } = subject
  const { inbound } = connector
  const webhook = webhookOf(subject)
  const found = new Set<Finding>()
  const json = fc.json().map((text) => Buffer.from(text))
  const kinds = Object.values(journaledFixtures(subject))
  // Bytes that nobody wrote, and bytes that somebody wrote but for a few.
  const nearly = fc
    .tuple(
      fc.nat({ max: Math.max(0, kinds.length - 1) }),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 8 }),
    )
    .map(([index, changes]) => {
      const body = new Uint8Array(kinds[index]?.body ?? [])
      for (const [at, byte] of changes) if (body.length > 0) body[at % body.length] = byte
      return body
    })
  const bodies = fc.oneof(fc.uint8Array({ maxLength: 300 }), json, nearly)
  const contentTypes = fc.constantFrom('application/json', ...kinds.map(({ contentType }) => contentType))
  const facts = fc.oneof(
    fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
    fc.constantFrom({}, ...kinds.map((kind) => ({ ...kind.facts }))),
  )
  const parse = async (
    body: Uint8Array,
    contentType: string,
    given: Record<string, string>,
  ): Promise<void> => {
    const request = async () =>
      parseOf(subject.connector)(verified({ body, contentType, facts: given, receivedAtMs: 1 }))
    try {
      const once = JSON.stringify(await request())
      const again = JSON.stringify(await request())
      if (once !== again) found.add('parses junk differently')
    } catch (error) {
      found.add(`throws at junk in parse: ${String(error)}`)
    }
  }
  await fc.assert(
    fc.asyncProperty(bodies, contentTypes, facts, async (body, contentType, given) => {
      await parse(body, contentType, given)
      if (!webhook) return
      try {
        const signed = webhook.inbound.verify(webhook.fixtures.signed(body, config), config)
        if (signed.ok) webhook.inbound.parse(signed.request)
        webhook.inbound.verify({ ...webhook.fixtures.signed(body, config), headers: given }, config)
      } catch (error) {
        found.add(`throws at junk in verify: ${String(error)}`)
      }
    }),
    { numRuns: JUNK_RUNS },
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

const sendsIdempotently: Check = async ({ connector, config }) => {
  if (!connector.capabilities(config).idempotentSend) return []
  const context = contextOf(config)
  const one = await connector.send(OUTGOING, context)
  const other = await connector.send({ ...OUTGOING, attempt: 2 }, context)
  return one.externalId === other.externalId ? [] : ['names a message differently at its second attempt']
}

/** The echo as the journal would hand it to `parse`; undefined where there is none. */
function journaledEcho(subject: Subject): Verified<JournaledRequest> | string | undefined {
  const { fixtures, config } = subject
  if ('session' in fixtures) {
    const item = fixtures.session.echo(config)
    return item && verified({ ...item, receivedAtMs: 1 })
  }
  const echo = fixtures.echo(config)
  const answer = echo && webhookOf(subject)?.inbound.verify(echo, config)
  if (!answer) return undefined
  return answer.ok ? answer.request : `refuses its own echo: ${answer.code}`
}

const ignoresItself: Check = async (subject) => {
  const echo = journaledEcho(subject)
  if (echo === undefined) return []
  if (typeof echo === 'string') return [echo]
  const events = await parseOf(subject.connector)(echo)
  // What is kept as our own, and waits for nobody, is not taken for a customer's.
  const heard = events.filter((event) => event.type === 'message' && event.letter?.automatic !== 'own')
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
    if (fixtures.sendsOverNetwork === 'own sockets') {
      if (asked > 0) found.push('reaches out though its fixtures say it does not')
      if (!(error instanceof ConnectorError)) found.push(`answers a missing network with ${String(error)}`)
      else if (error.facts.delivery !== 'not-sent')
        found.push('does not know that nothing left without a network')
    } else if (!fixtures.sendsOverNetwork) {
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
