import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verified } from '../contract/raw-request.ts'
import { AppError } from '../domain/errors.ts'
import type { LiveChannel } from '../services/channel-directory.ts'
import { createIngress } from './ingress.ts'
import { recogniseFrameError } from './problem.ts'

const CHANNEL = 'c'.repeat(24)
const HOSTILE = '<script>alert(1)</script>'

const server = createServer()
const FACTS = { channelId: CHANNEL, address: '192.0.2.1' }
const deliver = (body: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${port}/ingress/${CHANNEL}?key=hidden`, { method: 'POST', body, headers })
let journalTrouble: Error
let port = 0
let unforeseen: unknown[]
let hasLiveClients: boolean
let waitSeconds: number
/** What another node has changed, and this one has not read yet. */
let news: Partial<LiveChannel> | undefined
let look: Promise<void>
let observed: number[]
let lines: { readonly level: string; readonly fields: object }[]
let isTalkative: boolean

const append = async (): Promise<never> => {
  throw journalTrouble
}

beforeEach(async () => {
  unforeseen = []
  hasLiveClients = false
  waitSeconds = 0
  news = undefined
  look = Promise.resolve()
  observed = []
  lines = []
  isTalkative = false
  const note = (level: string) => (fields: object) => void lines.push({ level, fields })
  const channel = {
    id: CHANNEL,
    paused: false,
    config: {},
    connector: {
      get visitors() {
        return hasLiveClients ? {} : undefined
      },
    },
    inbound: {
      kind: 'webhook',
      maxBodyBytes: 100,
      verify: (
        { body, receivedAtMs }: { readonly body: Uint8Array; readonly receivedAtMs: number },
        { secret }: { readonly secret?: string },
      ) =>
        Buffer.from(body).toString() === 'signed anew' && secret !== 'new'
          ? { ok: false, code: 'invalid-signature' }
          : {
              ok: true,
              request: verified({ body, contentType: 'text/plain', facts: {}, receivedAtMs }),
              ...(Buffer.from(body).toString() === 'to the journal'
                ? {}
                : { handshake: { status: 200, body: Buffer.from(body).toString() } }),
            },
    },
  } as unknown as LiveChannel
  const ingress = createIngress({
    channels: {
      peek: () => channel,
      get: () => look.then(() => (news ? { ...channel, ...news } : channel)),
    },
    publicUrl: 'http://localhost',
    recognise: recogniseFrameError,
    now: Date.now,
    append,
    orderClock: () => 1,
    takeQuota: () => 0,
    takeAddressQuota: () => waitSeconds,
    log: {
      isLevelEnabled: () => isTalkative,
      debug: note('debug'),
      info: note('info'),
      warn: note('warn'),
    },
    addressKeyOf: () => '192.0.2.1',
    onError: (error) => unforeseen.push(error),
    onAcknowledged: () => undefined,
    observe: (status) => observed.push(status),
  })
  server.removeAllListeners('request')
  server.on('request', (request, response) => ingress(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

it('takes a sender who hangs up in the middle for what he is', async () => {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(`POST /ingress/${CHANNEL} HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf`)
  await once(server, 'request')
  socket.resetAndDestroy()
  await expect.poll(() => observed).toEqual([499])
  expect(unforeseen).toEqual([])
})

it('bounds an address that live clients post from, but no platform', async () => {
  const post = () => fetch(`http://127.0.0.1:${port}/ingress/${CHANNEL}`, { method: 'POST', body: 'x' })
  waitSeconds = 7
  expect((await post()).status).toBe(200)
  hasLiveClients = true
  const refused = await post()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('7')
  expect(await refused.json()).toMatchObject({ code: 'rate-limited' })
})

it('lets no browser take an echo, or a refusal, for a page', async () => {
  const post = (body: string) =>
    fetch(`http://127.0.0.1:${port}/ingress/${CHANNEL}`, { method: 'POST', body })
  const echo = await post(HOSTILE)
  expect(await echo.text()).toBe(HOSTILE)
  expect(echo.headers.get('content-type')).toMatch(/^text\/plain/)
  const refused = await post('x'.repeat(101))
  expect(refused.status).toBe(413)
  for (const answer of [echo, refused]) {
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

it('names every request, by the id that its sender gave if that has a sane form', async () => {
  const given = await deliver('x', { 'X-Request-Id': 'from-the-proxy-1' })
  expect(given.headers.get('x-request-id')).toBe('from-the-proxy-1')
  for (const odd of ['short', 'x'.repeat(65), 'with spaces in it']) {
    const named = await deliver('x', { 'X-Request-Id': odd })
    expect(named.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  }
  expect(lines).toEqual([])
  isTalkative = true
  await deliver('x', { 'X-Request-Id': 'talkative-1' })
  const fields = { requestId: 'talkative-1', channelId: CHANNEL, status: 200 }
  expect(lines).toEqual([{ level: 'debug', fields }])
})

it('logs each refusal once, with who and why and nothing of what was sent', async () => {
  const tooLarge = await deliver('secret'.repeat(20))
  const requestId = tooLarge.headers.get('x-request-id')
  expect(await tooLarge.json()).toMatchObject({ requestId })
  expect(lines).toEqual([
    { level: 'info', fields: { ...FACTS, requestId, code: 'request-too-large', status: 413 } },
  ])
  lines = []
  journalTrouble = new AppError('unavailable')
  await deliver('to the journal', { 'X-Request-Id': 'unavailable-1' })
  journalTrouble = new Error('secret')
  await deliver('to the journal', { 'X-Request-Id': 'unforeseen-1' })
  expect(lines).toEqual([
    { level: 'warn', fields: { ...FACTS, requestId: 'unavailable-1', code: 'unavailable', status: 503 } },
    { level: 'warn', fields: { ...FACTS, requestId: 'unforeseen-1', code: 'internal', status: 500 } },
  ])
  expect(unforeseen).toEqual([journalTrouble])
})

describe('what was changed on another node', () => {
  it('counts for the first delivery after it', async () => {
    expect((await deliver('signed anew')).status).toBe(401)
    news = { config: { secret: 'new' } }
    expect((await deliver('signed anew')).status).toBe(200)
    news = { config: { secret: 'newer' } }
    expect((await deliver('signed anew')).status).toBe(401)
    expect(unforeseen).toEqual([])
  })

  it('takes a channel that is gone for gone', async () => {
    news = { config: { secret: 'new' }, deletedAtMs: 1, paused: true }
    expect((await deliver('signed anew')).status).toBe(401)
  })

  it('is waited for but a moment: what is not signed is refused also while the database is away', async () => {
    look = new Promise(() => undefined)
    expect((await deliver('signed anew')).status).toBe(401)
    look = Promise.reject(new Error('away'))
    look.catch(() => undefined)
    expect((await deliver('signed anew')).status).toBe(401)
    expect(unforeseen).toEqual([])
  })
})
