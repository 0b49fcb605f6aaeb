/** What every connector must keep to, as functions that answer with what they found wrong. */
import fc from 'fast-check'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { WebhookInbound } from '../../src/contract/connector.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { parseOf } from '../../src/contract/inbound-of.ts'
import { type JournaledRequest, type Verified, verified } from '../../src/contract/raw-request.ts'
import { createSecretBox } from '../../src/runtime/secret-box.ts'
import {
  openSettings,
  redactSettings,
  sealSettings,
  validateSettings,
} from '../../src/services/channel-settings.ts'
import { CAPABILITY_CHECKS } from './capability-kit.ts'
import type { WebhookFixtures } from './fixtures/connector-fixtures.ts'
import { CHANNEL } from './kit-context.ts'
import type { Check, Finding, Subject } from './kit-subject.ts'
import { MARK_CHECKS } from './mark-kit.ts'
import { SENDING_CHECKS } from './sending-kit.ts'

const LEAST_FORGERIES = 12

/** Both halves of a connector that platforms call; undefined of one that calls its platform. */
function webhookOf({
  connector: { inbound },
  fixtures,
}: Subject):
  | { readonly inbound: WebhookInbound<ConfigValues>; readonly fixtures: WebhookFixtures }
  | undefined {
  if (inbound.kind === 'either') throw new Error('only one way is tried at a time: see sidesOf')
  if (inbound.kind !== 'webhook') return undefined
  if (!('requests' in fixtures)) throw new Error('a connector that platforms call needs requests, not items')
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
  const { config } = subject
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

/** What comes in must show what the capabilities say of it. */
const hearsWhatItDeclares: Check = async (subject) => {
  const { connector, config } = subject
  const { receipts, reactions } = connector.capabilities(config)
  const events = Object.values(await parseFixtures(subject)).flat()
  const receipt = journaledReceipt(subject, '3'.repeat(24))
  if (receipt) events.push(...(await parseOf(connector)(receipt)))
  const hears = (status: string): boolean =>
    events.some((event) => event.type === 'status' && event.status === status)
  return [
    ...(receipts.delivered !== 'native' || hears('delivered') ? [] : ['receipts.delivered is not proven']),
    ...(receipts.read !== 'native' || hears('read') ? [] : ['receipts.read is not proven']),
    ...(reactions !== 'native' || events.some(({ type }) => type === 'reaction')
      ? []
      : ['reactions is not proven']),
  ]
}

/** A receipt for what we sent, as the journal has it; undefined where the platform tells no such thing. */
export function journaledReceipt(
  subject: Subject,
  externalId: string,
): Verified<JournaledRequest> | undefined {
  const receivedAtMs = Date.UTC(2026, 10, 23, 12)
  const { fixtures, config } = subject
  const webhook = webhookOf(subject)
  if (!webhook) {
    if (!('session' in fixtures)) throw new Error('a connector that calls its platform needs items')
    const item = fixtures.session.receipt(externalId, config)
    return item && verified({ ...item, receivedAtMs })
  }
  const request = webhook.fixtures.receipt(externalId, config)
  if (!request) return undefined
  const answer = webhook.inbound.verify(request, config)
  if (!answer.ok) throw new Error(`refuses a receipt: ${answer.code}`)
  return answer.request
}

/** Every check by what it promises. Those that need a database stand in the tests. */
export const CHECKS: Readonly<Record<string, Check>> = {
  'its settings come back as they were, and no secret is shown or stored in the clear': settingsRoundTrip,
  'whatever is not proven is refused': refusesForgeries,
  'the same bytes make the same events, and no credentials are kept': parsesDeterministically,
  'junk never makes it throw': survivesJunk,
  'what comes in shows what it declares': hearsWhatItDeclares,
  'its own message is never taken for a customer’s': ignoresItself,
  ...MARK_CHECKS,
  ...CAPABILITY_CHECKS,
  ...SENDING_CHECKS,
}
