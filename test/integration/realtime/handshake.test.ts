import { io } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AgentClient,
  addAgent,
  connected,
  createOffice,
  type LiveServer,
  type Office,
  record,
  startLiveServer,
  X,
  Y,
} from './live-server.ts'

let office: Office
let live: LiveServer

beforeEach(async () => {
  office = createOffice({ ann: 'all' })
  live = await startLiveServer(office)
})
afterEach(async () => {
  await live.close()
})

const FOREIGN = { extraHeaders: { origin: 'https://evil.example' } }

describe('the handshake of an agent', () => {
  it('takes a session from our own page, over both transports', async () => {
    await connected(live.agent('ann'))
    await connected(live.agent('ann', { transports: ['polling'] }))
    expect(live.realtime.stats().agentSockets).toBe(2)
  })

  it('takes a page of the host it is asked by, but under a public https address none that came without', async () => {
    const own = { extraHeaders: { origin: live.url } }
    await expect(connected(live.agent('ann', own))).rejects.toThrow('origin-not-allowed')
    const plain = await startLiveServer(office, { publicUrl: 'http://inbox.example' })
    await connected(plain.agent('ann', { extraHeaders: { origin: plain.url } }))
    await plain.close()
  })

  it.each([
    ['no cookie', undefined, 'sign-in-required'],
    ['an unknown session', 'nobody', 'sign-in-required'],
    ['an empty session', '', 'sign-in-required'],
  ])('refuses %s', async (_what, session, code) => {
    await expect(connected(live.agent(session))).rejects.toThrow(code)
    expect(live.realtime.stats().refusedHandshakes).toEqual({ [code]: 1 })
  })

  it.each(['https://evil.example', 'null', 'https://inbox.example.evil.example', 'http://inbox.example'])(
    'refuses the origin %s',
    async (origin) => {
      const client = live.agent('ann', { extraHeaders: { origin } })
      await expect(connected(client)).rejects.toThrow('origin-not-allowed')
    },
  )

  it('refuses a polling request that another site made', async () => {
    const client = io(`${live.url}/agent`, {
      forceNew: true,
      transports: ['polling'],
      reconnection: false,
      extraHeaders: { cookie: 'session=ann', 'sec-fetch-site': 'cross-site' },
    })
    await expect(connected(client)).rejects.toThrow('origin-not-allowed')
    client.disconnect()
  })

  it('refuses whoever may not read conversations', async () => {
    const weak = addAgent(office, 'weak', 'all')
    office.sessions.set('weak', { ...weak, permissions: new Set(['agent.read'] as const) })
    await expect(connected(live.agent('weak'))).rejects.toThrow('permission-denied')
  })

  it('says that the database is away, so that the client tries again', async () => {
    office.databaseAway = true
    await expect(connected(live.agent('ann'))).rejects.toThrow('unavailable')
  })

  it('bounds the sockets of one agent', async () => {
    const small = await startLiveServer(office, { limits: { socketsPerAgent: 2 } })
    await connected(small.agent('ann'))
    await connected(small.agent('ann'))
    await expect(connected(small.agent('ann'))).rejects.toThrow('rate-limited')
    await small.close()
  })
})

describe('the handshake of a visitor', () => {
  it('takes a token of the channel', async () => {
    await connected(live.widget({ channelId: X, token: 'token-v1' }))
    expect(live.realtime.stats().visitorSockets).toBe(1)
  })

  it.each([
    ['nothing', {}, 'invalid-input'],
    ['operators', { channelId: { $ne: null }, token: { $ne: null } }, 'invalid-input'],
    ['an odd channel id', { channelId: '../x', token: 'token-v1' }, 'invalid-input'],
    ['an empty token', { channelId: X, token: '' }, 'invalid-input'],
    ['a token of gigantic length', { channelId: X, token: 'x'.repeat(5000) }, 'invalid-input'],
    ['a forged token', { channelId: X, token: 'forged' }, 'invalid-token'],
    ['the token of another channel', { channelId: Y, token: 'token-v1' }, 'invalid-token'],
  ])('refuses %s', async (_what, auth, code) => {
    await expect(connected(live.widget(auth))).rejects.toThrow(code)
  })

  it('refuses the frame of a foreign site', async () => {
    const client = live.widget({ channelId: X, token: 'token-v1' }, FOREIGN)
    await expect(connected(client)).rejects.toThrow('origin-not-allowed')
  })

  it('does not let a visitor into the agents’ namespace', async () => {
    const client = live.agent(undefined, { auth: { channelId: X, token: 'token-v1' } })
    await expect(connected(client)).rejects.toThrow('sign-in-required')
  })

  it('bounds the sockets of one visitor, also when all come at once', async () => {
    const small = await startLiveServer(office, { limits: { socketsPerVisitor: 3 } })
    const clients = Array.from({ length: 12 }, () => small.widget({ channelId: X, token: 'token-v1' }))
    const recordings = clients.map(record)
    await Promise.allSettled(clients.map(connected))
    await expect.poll(() => small.realtime.stats().visitorSockets).toBe(3)
    await expect.poll(() => clients.filter((client) => client.connected).length).toBe(3)
    expect(
      recordings.flatMap((recording) => recording.heard).every((one) => one.event === 'disconnect'),
    ).toBe(true)
    await small.close()
  })
})

describe('everybody', () => {
  it('is refused in the default and in unknown namespaces', async () => {
    for (const namespace of ['/', '/admin', '/agent2']) {
      const client = io(`${live.url}${namespace}`, { forceNew: true, transports: ['websocket'] })
      await expect(connected(client)).rejects.toThrow()
      client.disconnect()
    }
    expect(live.realtime.stats().refusedHandshakes['not-found']).toBe(1)
  })

  it('is held back when one address opens connection after connection', async () => {
    const small = await startLiveServer(office, {
      limits: { handshakes: { capacity: 5, perSecond: 0.001, floodAfter: 5 } },
    })
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => connected(small.agent('ann', { reconnection: false }))),
    )
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(5)
    expect(small.realtime.stats().refusedHandshakes['rate-limited']).toBe(35)
    await small.close()
  })

  it('has but so many open sockets of one address, agents and visitors apart, and more once some closed', async () => {
    const small = await startLiveServer(office, {
      addressOf: () => '203.0.113.7',
      limits: { agentSocketsPerAddress: 2, visitorSocketsPerAddress: 1 },
    })
    const asVisitor = () => small.widget({ channelId: X, token: 'token-v1' })
    const first = small.agent('ann')
    await connected(first)
    await connected(small.agent('ann'))
    await connected(asVisitor())
    for (const one of [small.agent('ann'), asVisitor()]) {
      const refusal = new Promise((resolve) =>
        (one as AgentClient).once('connect_error', (error) => resolve((error as { data?: unknown }).data)),
      )
      expect(await refusal).toEqual({
        code: 'rate-limited',
        detail: 'too many open connections from this address',
      })
      expect(small.realtime.stats().agentSockets).toBe(2)
    }
    first.disconnect()
    await expect.poll(() => small.realtime.stats().agentSockets).toBe(1)
    await connected(small.agent('ann'))
    const atOnce = Array.from({ length: 6 }, () => small.agent('ann', { reconnection: false }))
    await Promise.allSettled(atOnce.map(connected))
    await expect.poll(() => small.realtime.stats().agentSockets).toBe(2)
    await small.close()
  })

  it('is held back, too, when one connection knocks again and again', async () => {
    const small = await startLiveServer(office, {
      limits: { handshakes: { capacity: 5, perSecond: 0.001, floodAfter: 5 } },
    })
    const agent = small.agent('ann')
    await connected(agent)
    const knocking = agent.io.socket('/widget', { auth: { channelId: X, token: 'forged' } })
    const codes: string[] = []
    for (let i = 0; i < 6; i += 1) {
      knocking.connect()
      codes.push(
        await connected(knocking).then(
          () => 'ok',
          (error: Error) => error.message,
        ),
      )
    }
    expect(codes.slice(0, 3)).toEqual(Array(3).fill('invalid-token'))
    expect(codes.at(-1)).toBe('rate-limited')
    await small.close()
  })
})
