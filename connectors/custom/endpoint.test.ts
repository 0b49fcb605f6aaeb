import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { HealthReport, OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import { backoffMs, DEFAULT_RETRY_SCHEDULE } from '../../src/domain/delivery.ts'
import type { ChannelId } from '../../src/domain/ids.ts'
import { createGuardedFetch } from '../../src/runtime/guarded-fetch.ts'
import { validateSettings } from '../../src/services/channel-settings.ts'
import { contextOf } from '../../test/contract/kit-context.ts'
import {
  INBOUND_SECRET,
  OUTBOUND_SECRET,
  type Partner,
  startPartner,
} from '../../test/fakes/custom/partner.ts'
import { jsonAnswer } from '../../test/fakes/provider/provider-server.ts'
import { custom } from './custom-connector.ts'
import type { Context } from './endpoint.ts'
import { send } from './outbound.ts'
import { type CustomConfig, capabilitiesOf, configFields } from './settings.ts'

let partner: Partner
beforeAll(async () => {
  partner = await startPartner()
})
afterAll(() => partner.close())
beforeEach(() => {
  partner.misbehave()
  partner.answerWith()
})

let channels = 0

/** A channel of its own, so that nothing was said of it before. */
function channel(change: Partial<CustomConfig> = {}): {
  readonly ctx: Context
  readonly health: HealthReport[]
} {
  channels += 1
  const health: HealthReport[] = []
  const given = {
    outboundUrl: partner.endpoint,
    inboundSecret: INBOUND_SECRET,
    outboundSecret: OUTBOUND_SECRET,
    ...change,
  }
  const config = validateSettings(configFields, given) as unknown as CustomConfig
  const ctx = {
    ...contextOf({}, undefined, createGuardedFetch({ allow: ['127.0.0.1'] })),
    clock: Date.now,
    config,
    channelId: String(channels).padStart(24, '0') as ChannelId,
    reportHealth: (report: HealthReport) => void health.push(report),
  }
  return { ctx, health }
}

let messages = 0
function message(change: Partial<OutboundMessage> = {}): OutboundMessage {
  messages += 1
  return {
    id: String(messages).padStart(24, 'a'),
    attempt: 1,
    to: { identityExternalId: 'ada', threadKey: 'order-12' },
    author: { name: 'Agnes' },
    text: 'Hello',
    attachments: [],
    token: 'a'.repeat(32),
    writtenAtMs: Date.UTC(2026, 10, 23, 12),
    automatic: false,
    ...change,
  }
}

async function factsOf(sending: Promise<unknown>): Promise<ConnectorErrorFacts> {
  const error = await sending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`thrown was ${String(error)}`)
  return error.facts
}

describe('sending', () => {
  it('posts what was written, whole and without anything else', async () => {
    const { ctx } = channel()
    const sent = message({ replyToExternalId: 'in-1', spans: [{ kind: 'bold', offset: 0, length: 5 }] })
    expect(await send(sent, ctx)).toEqual({ externalId: sent.id })
    expect(partner.taken.at(-1)).toEqual({
      type: 'message',
      id: sent.id,
      to: { id: 'ada' },
      thread: 'order-12',
      text: 'Hello',
      spans: [{ kind: 'bold', offset: 0, length: 5 }],
      attachments: [],
      replyTo: 'in-1',
      author: { name: 'Agnes' },
      automatic: false,
      sentAt: '2026-11-23T12:00:00.000Z',
    })
  })

  it('posts the same bytes under the same id at every attempt, and says who took it', async () => {
    const { ctx } = channel()
    partner.answerWith(() => jsonAnswer(200, { id: 'theirs', status: 'delivered' }))
    const sent = message()
    partner.misbehave(({ number }) => (number % 2 === 1 ? { kind: 'cut-after' } : undefined))
    const before = partner.calls.length
    if (before % 2 === 1)
      partner.misbehave(({ number }) => (number % 2 === 0 ? { kind: 'cut-after' } : undefined))
    expect(await factsOf(send(sent, ctx))).toMatchObject({ retry: 'later', delivery: 'not-sent' })
    expect(await send({ ...sent, attempt: 2 }, ctx)).toEqual({ externalId: 'theirs', status: 'delivered' })
    const [one, other] = partner.calls.slice(before)
    expect(one?.body.equals(other?.body ?? Buffer.alloc(0))).toBe(true)
    expect(one?.headers['webhook-id']).toBe(other?.headers['webhook-id'])
    expect(partner.copies()).toBe(1)
  })

  it.each([
    ['plain text', { status: 200, body: 'thanks' }],
    ['nothing', { status: 204 }],
    ['an id that is no text', { status: 200, body: '{"id":7,"status":"lost"}' }],
    ['a megabyte', { status: 200, body: `"${'x'.repeat(1_000_000)}"` }],
  ])('is done when the answer is %s', async (_, answer) => {
    partner.answerWith(() => answer)
    const sent = message()
    expect(await send(sent, channel().ctx)).toEqual({ externalId: sent.id })
  })

  it.each([
    [{ status: 302, headers: { location: 'https://elsewhere.example/' } }, 'redirected', 'later', 'failing'],
    [{ status: 401 }, 'bad-credentials', 'never', 'failing'],
    [{ status: 404 }, 'endpoint-not-found', 'later', 'failing'],
    [{ status: 410 }, 'endpoint-gone', 'never', 'failing'],
    [{ status: 500 }, 'platform-unavailable', 'later', 'degraded'],
  ] as const)('of what answers %o fails as %s, and people hear of it', async (answer, code, retry, state) => {
    const { ctx, health } = channel()
    partner.misbehave(() => ({ kind: 'status', ...answer }))
    const facts = await factsOf(send(message(), ctx))
    expect(facts).toMatchObject({ code, retry, delivery: 'not-sent' })
    await factsOf(send(message(), ctx))
    partner.misbehave()
    await send(message(), ctx)
    expect(health).toEqual([
      { state, part: 'sending', code, detail: facts.detail },
      { state: 'healthy', part: 'sending' },
    ])
    // Nothing was followed.
    expect(partner.calls.every(({ url }) => url === '/tributary')).toBe(true)
  })

  it('holds the channel when it is asked for patience, and leaves its health alone', async () => {
    const { ctx, health } = channel()
    partner.misbehave(() => ({ kind: 'status', status: 429, headers: { 'retry-after': '30' } }))
    expect(await factsOf(send(message(), ctx))).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 30_000,
      holds: 'channel',
    })
    expect(health).toEqual([])
  })

  it('says again what still holds, since somebody may have said something else meanwhile', async () => {
    let nowMs = Date.UTC(2026, 10, 23, 12)
    const { ctx: real, health } = channel()
    const ctx = { ...real, clock: () => nowMs }
    partner.misbehave(() => ({ kind: 'status', status: 404 }))
    const states = async (): Promise<readonly string[]> => {
      await send(message(), ctx).catch(() => undefined)
      return health.map(({ state }) => state)
    }
    expect(await states()).toEqual(['failing'])
    expect(await states()).toEqual(['failing'])
    nowMs += 60_000
    expect(await states()).toEqual(['failing', 'failing'])
    // The test of the connection is told by whoever asked for it.
    partner.misbehave()
    nowMs = Date.now()
    expect(await custom.check(ctx as never)).toMatchObject({ ok: true })
    partner.misbehave(() => ({ kind: 'status', status: 404 }))
    expect(await states()).toEqual(['failing', 'failing', 'failing'])
  })

  it.each([422, 403, 400])(
    'fails for one customer where that is what was refused with %i',
    async (status) => {
      const { ctx, health } = channel()
      partner.answerWith(() => jsonAnswer(status, { code: 'opted-out', detail: 'He said stop' }))
      expect(await factsOf(send(message(), ctx))).toEqual({
        code: 'opted-out',
        detail: 'The endpoint refused the message: He said stop',
        retry: 'never',
        delivery: 'not-sent',
        optedOut: true,
      })
      expect(health).toEqual([])
    },
  )

  it('reaches nothing inside our own network', async () => {
    const { ctx, health } = channel()
    const facts = await factsOf(send(message(), { ...ctx, fetch: createGuardedFetch() }))
    expect(facts).toMatchObject({ code: 'destination-not-allowed', delivery: 'not-sent' })
    expect(health).toMatchObject([{ state: 'failing', detail: expect.stringContaining('OUTBOUND_ALLOW') }])
  })
})

describe('a file of a customer', () => {
  const fetched = async (path: string): Promise<string> => {
    const ref = { kind: 'remote', ref: `${partner.url}${path}`, name: 'a' } as const
    const stream = await custom.fetchAttachment?.(ref, channel().ctx as never)
    const chunks: Buffer[] = []
    for await (const chunk of stream ?? []) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks).toString()
  }

  it('is fetched where it lies, also behind redirects, but not inside our own network', async () => {
    partner.misbehave(({ url }) => {
      if (url === '/file') return { kind: 'status', status: 200, body: 'bytes' }
      if (url === '/moved') return { kind: 'status', status: 302, headers: { location: '/file' } }
      if (url === '/loop') return { kind: 'status', status: 302, headers: { location: '/loop' } }
      if (url === '/inside')
        return { kind: 'status', status: 302, headers: { location: 'http://127.0.0.2:1/secret' } }
      return { kind: 'status', status: url === '/busy' ? 503 : 404 }
    })
    expect(await fetched('/file')).toBe('bytes')
    expect(await fetched('/moved')).toBe('bytes')
    expect(await factsOf(fetched('/gone'))).toMatchObject({ code: 'file-not-available', retry: 'never' })
    expect(await factsOf(fetched('/busy'))).toMatchObject({ retry: 'later' })
    expect(await factsOf(fetched('/loop'))).toMatchObject({ retry: 'never' })
    expect(await factsOf(fetched('/inside'))).toMatchObject({ code: 'connection-failed' })
  })
})

describe('the capabilities', () => {
  it('are what the settings say', () => {
    const most = channel({ maxTextLength: 120, files: false, messagesPerSecond: 3, replyWindowHours: 48 })
    expect(capabilitiesOf(most.ctx.config)).toMatchObject({
      text: { maxLength: 120, overLimit: 'split' },
      attachments: { support: 'absent' },
      replyWindowHours: 48,
      pacing: { channel: { messages: 3, perMs: 1_000 } },
      typing: 'absent',
      startConversation: 'absent',
    })
    const least = capabilitiesOf(channel().ctx.config)
    const { retry = DEFAULT_RETRY_SCHEDULE } = least
    const waits = Array.from({ length: retry.maxAttempts - 1 }, (_, index) =>
      backoffMs(index + 1, retry, 0.5),
    )
    // As the documentation says.
    expect(Math.round(waits.reduce((sum, ms) => sum + ms, 0) / 3_600_000)).toBe(9)
    expect(least).not.toHaveProperty('replyWindowHours')
    expect(least).not.toHaveProperty('pacing')
    expect(least.attachments).toMatchObject({
      support: 'native',
      maxBytes: 25 * 1_048_576,
      maxPerMessage: 10,
    })
  })
})
