/** What sending must keep to when a platform misbehaves on the real wire. */
import type { RecordedAmong } from '../../src/contract/connector.ts'
import type { ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { Fault } from '../fakes/provider/provider-server.ts'
import { type Check, type Finding, isWords, secretsIn } from './kit-subject.ts'
import { answerOf, OF_A_BROKEN_LINE, wrongFacts } from './kit-trouble.ts'
import { messageTo, onPlatform, outcomeOf, type Stage } from './platform-stage.ts'

const misbehave = ({ platform }: Stage, fault?: Fault): void =>
  platform.misbehave(fault && ((call) => ((platform.isSend?.(call) ?? true) ? fault : undefined)))

const noneRecorded: RecordedAmong = async () => new Set()

const messagesAt = ({ platform }: Stage): number =>
  platform.arrivals().filter(({ kind }) => kind === 'message').length

const failsAsAgreed: Check = onPlatform(async (stage) => {
  const { connector, fixtures, ctx, capabilities } = stage
  const answers = (trouble: Parameters<typeof answerOf>[1]): Fault => {
    const { status, headers, body } = answerOf(fixtures, trouble)
    return {
      kind: 'status',
      status,
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : '{}',
    }
  }
  const cases: Readonly<
    Record<string, { readonly fault: Fault; readonly facts: Partial<ConnectorErrorFacts> }>
  > = {
    'refused credentials': {
      fault: answers('bad-credentials'),
      facts: { retry: 'never', delivery: 'not-sent' },
    },
    'a platform that asks for patience': {
      fault: answers('rate-limited'),
      facts: { retry: 'later', delivery: 'not-sent', retryAfterMs: 7_000 },
    },
    'a platform that is down': { fault: answers('unavailable'), facts: { retry: 'later' } },
    'a line that is cut before it is taken': { fault: { kind: 'cut-before' }, facts: OF_A_BROKEN_LINE },
    'a line that is cut once it is taken': { fault: { kind: 'cut-after' }, facts: OF_A_BROKEN_LINE },
    'an answer that nobody can read': { fault: { kind: 'garbage' }, facts: {} },
  }
  const found: Finding[] = []
  for (const [what, { fault, facts }] of Object.entries(cases)) {
    misbehave(stage, fault)
    const outcome = await outcomeOf(stage, () => connector.send(messageTo(stage), ctx))
    misbehave(stage)
    if (fault.kind === 'garbage') {
      // It may have been taken; whoever gets ids of his own may believe a success.
      if ('error' in outcome) found.push(...wrongFacts(what, outcome.error, {}, false))
      continue
    }
    if ('value' in outcome) found.push(`takes ${what} for a success`)
    else found.push(...wrongFacts(what, outcome.error, facts, capabilities.idempotentSend))
  }
  return found
})

const reconciles: Check = onPlatform(async (stage) => {
  const { connector, ctx, capabilities } = stage
  const found: Finding[] = []
  const message = messageTo(stage, { text: 'Once' })
  const before = messagesAt(stage)
  misbehave(stage, { kind: 'cut-after' })
  await outcomeOf(stage, () => connector.send(message, ctx))
  misbehave(stage)
  const made = stage.platform.arrivals().flatMap((arrival) => (arrival.kind === 'message' ? [arrival] : []))
  if (capabilities.idempotentSend) {
    const again = await outcomeOf(stage, () => connector.send({ ...message, attempt: 2 }, ctx))
    if ('error' in again) found.push(`cannot send again: ${String(again.error)}`)
    if (messagesAt(stage) !== before + 1) found.push('sends twice though it says that it does not')
    if ('value' in again && again.value.externalId !== made.at(-1)?.externalId)
      found.push('names a message differently at its second attempt')
  }
  if (!connector.findSent) return found
  const sought = await outcomeOf(stage, async () => connector.findSent?.(message, ctx, noneRecorded))
  if ('error' in sought) return [...found, `cannot look for what it sent: ${String(sought.error)}`]
  const { value } = sought
  if (value?.found !== 'sent' || value.receipt.externalId !== made.at(-1)?.externalId)
    found.push(`looks for what was taken and finds ${JSON.stringify(value)}`)
  const never = messageTo(stage, { text: 'Never' })
  const missing = await outcomeOf(stage, async () => connector.findSent?.(never, ctx, noneRecorded))
  if ('error' in missing) found.push(`cannot look for what it never sent: ${String(missing.error)}`)
  else if (missing.value?.found === 'sent') found.push('finds what it never sent')
  return found
})

const neverStood: Check = onPlatform(async (stage) => {
  const { connector, ctx, capabilities, platform } = stage
  await platform.stop()
  const outcome = await outcomeOf(stage, () => connector.send(messageTo(stage), ctx))
  if ('value' in outcome) return ['sends to a platform that does not stand']
  return wrongFacts(
    'a platform that does not stand',
    outcome.error,
    { retry: 'later', delivery: 'not-sent' },
    capabilities.idempotentSend,
  )
})

const testsTheConnection: Check = onPlatform(async (stage) => {
  const { connector, ctx, contextWith, wrongConfig, lines } = stage
  const found: Finding[] = []
  const right = await outcomeOf(stage, () => connector.check(ctx))
  if ('error' in right) found.push(`throws in check: ${String(right.error)}`)
  else if (!right.value.ok) found.push(`says of a connection that stands: ${right.value.code}`)
  const wrong = await outcomeOf(stage, () => connector.check(contextWith(wrongConfig)))
  if ('error' in wrong) found.push(`throws in check: ${String(wrong.error)}`)
  else if (wrong.value.ok) found.push('says that a refused connection stands')
  else if (!isWords(wrong.value.detail)) found.push('does not say in words why it is refused')
  return [...found, ...secretsIn(connector, wrongConfig, lines.join('\n'))]
})

/** Every check by what it promises. */
export const WIRE_CHECKS: Readonly<Record<string, Check>> = {
  'a send that fails on the wire says what is known of it': failsAsAgreed,
  'a send whose answer is lost is neither repeated nor lost': reconciles,
  'a platform that does not stand has got nothing': neverStood,
  'its test of a platform tells right from wrong, in words': testsTheConnection,
}
