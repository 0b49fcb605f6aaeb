/** What sending must keep to without a platform: the answers are made up, and the network breaks where it hurts. */
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { PlatformTrouble } from './fixtures/connector-fixtures.ts'
import { contextOf, type Fetch } from './kit-context.ts'
import { type Check, type Finding, outgoingTo, type Subject, secretsIn, toldBy } from './kit-subject.ts'
import { answerOf, OF_A_BROKEN_LINE, wrongFacts } from './kit-trouble.ts'

interface Trouble {
  readonly fetch: Fetch
  readonly facts: Partial<ConnectorErrorFacts>
}

const brokenBy =
  (code: string): Fetch =>
  () =>
    Promise.reject(new TypeError('fetch failed', { cause: { code } }))

/** What a platform may do to a send, and what that lets us believe. */
function troubleOf({ fixtures }: Subject): Readonly<Record<string, Trouble>> {
  const answering =
    (trouble: PlatformTrouble): Fetch =>
    async () => {
      const { status, headers, body } = answerOf(fixtures, trouble)
      return new Response(typeof body === 'string' ? body : '{}', {
        status,
        headers: { 'content-type': 'application/json', ...headers },
      })
    }
  return {
    'refused credentials': {
      fetch: answering('bad-credentials'),
      facts: { retry: 'never', delivery: 'not-sent' },
    },
    'a platform that asks for patience': {
      fetch: answering('rate-limited'),
      facts: { retry: 'later', delivery: 'not-sent', retryAfterMs: 7_000 },
    },
    'a platform that is down': { fetch: answering('unavailable'), facts: { retry: 'later' } },
    'a line that breaks after the bytes': { fetch: brokenBy('ECONNRESET'), facts: OF_A_BROKEN_LINE },
    'a line that never stood': {
      fetch: brokenBy('ECONNREFUSED'),
      facts: { retry: 'later', delivery: 'not-sent' },
    },
  }
}

const sendsIdempotently: Check = async ({ connector, fixtures, config }) => {
  // Over a network it is shown on the wire.
  if (!connector.capabilities(config).idempotentSend || fixtures.sendsOverNetwork === true) return []
  const context = contextOf(config)
  const message = outgoingTo(fixtures)
  const one = await connector.send(message, context)
  const other = await connector.send({ ...message, attempt: 2 }, context)
  return one.externalId === other.externalId ? [] : ['names a message differently at its second attempt']
}

const failsAsAgreed: Check = async (subject) => {
  const { connector, fixtures, config } = subject
  const { idempotentSend } = connector.capabilities(config)
  const found: Finding[] = []
  for (const [what, { fetch, facts }] of Object.entries(troubleOf(subject))) {
    let asked = 0
    const counting: Fetch = (...request) => {
      asked += 1
      return fetch(...request)
    }
    const context = contextOf(config, undefined, counting)
    const error = await connector.send(outgoingTo(fixtures), context).then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    if (fixtures.sendsOverNetwork !== true && asked > 0)
      found.push('reaches out though its fixtures say it does not')
    if (fixtures.sendsOverNetwork === 'own sockets') {
      if (!(error instanceof ConnectorError)) found.push(`answers a missing network with ${String(error)}`)
      else if (error.facts.delivery !== 'not-sent')
        found.push('does not know that nothing left without a network')
    } else if (!fixtures.sendsOverNetwork) {
      if (error !== undefined) found.push(`cannot send: ${String(error)}`)
    } else {
      found.push(...wrongFacts(what, error, facts, idempotentSend))
    }
  }
  return found
}

const keepsItsSecrets: Check = async (subject) => {
  const { connector, fixtures, config } = subject
  const lines: string[] = []
  for (const { fetch } of Object.values(troubleOf(subject))) {
    const context = contextOf(config, undefined, fetch, lines)
    for (const act of [() => connector.check(context), () => connector.send(outgoingTo(fixtures), context)])
      lines.push(toldBy(await act().catch((error: unknown) => error)))
  }
  return secretsIn(connector, config, lines.join('\n'))
}

/** Every check by what it promises. */
export const SENDING_CHECKS: Readonly<Record<string, Check>> = {
  'a message sent twice has one name': sendsIdempotently,
  'a send that fails says what is known of it, and nothing else is thrown': failsAsAgreed,
  'no log line, health report, check or error tells a secret': keepsItsSecrets,
}
