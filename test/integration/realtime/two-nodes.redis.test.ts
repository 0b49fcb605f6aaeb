import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { Signal } from '../../../src/services/bus.ts'
import {
  CONVERSATION_X,
  createOffice,
  endMark,
  hasEvent,
  hasMark,
  id,
  joined,
  type LiveServer,
  messageIn,
  type Office,
  type Recording,
  startLiveServer,
  textsOf,
  X,
  Y,
} from './live-server.ts'
import { createRedisServer, type RedisServer } from './redis-server.ts'

let redis: RedisServer
let office: Office
let one: LiveServer
let two: LiveServer
let heardByTwo: [Signal, string][]

async function bothLinked(): Promise<void> {
  await expect
    .poll(() => [one, two].map((live) => live.realtime.stats().linkUp), { timeout: 20_000 })
    .toEqual([true, true])
}

beforeEach(async () => {
  redis = await createRedisServer()
  await redis.start()
  office = createOffice({ boss: 'all', xavier: new Set([X]), yvonne: new Set([Y]) })
  const link = { redis: { url: redis.url, prefix: 'test' } }
  one = await startLiveServer(office, link)
  two = await startLiveServer(office, link)
  await bothLinked()
  heardByTwo = []
  two.bus.onSignal((signal, origin) => void heardByTwo.push([signal, origin]))
})
afterEach(async () => {
  await one.close()
  await two.close()
  redis.thaw()
  await redis.kill()
  expect([...one.handlerErrors, ...two.handlerErrors]).toEqual([])
})

const join = (live: LiveServer, session: string) => joined(live.agent(session))

const syncs = (recording: Recording): number =>
  recording.heard.filter(({ event }) => event === 'sync.required').length

describe('two nodes', () => {
  it('bring what one publishes to the screens of the other, once and only to whom it belongs', async () => {
    const boss = await join(two, 'boss')
    const xavier = await join(two, 'xavier')
    const yvonne = await join(two, 'yvonne')
    const local = await join(one, 'boss')
    const { recording: atVisitor } = await joined(two.widget({ channelId: X, token: 'token-v1' }))
    const mark = endMark()
    one.bus.publish([messageIn(X, 'x1'), messageIn(Y, 'y1')])
    one.bus.publish([messageIn(X, 'x2'), mark])
    const messages = [{ id: 'm1', text: 'hello' }] as unknown as VisitorMessageView[]
    one.bus.tellVisitors([{ channelId: X, visitorId: 'v1', messages }])
    await Promise.all([boss, xavier, yvonne, local].map(({ recording }) => recording.until(hasMark(mark))))
    await atVisitor.until(hasEvent('messages'))
    expect(textsOf(boss.recording.events())).toEqual(['x1', 'y1', 'x2', 'agent.updated'])
    expect(textsOf(xavier.recording.events())).toEqual(['x1', 'x2', 'agent.updated'])
    expect(textsOf(yvonne.recording.events())).toEqual(['y1', 'agent.updated'])
    expect(textsOf(local.recording.events())).toEqual(['x1', 'y1', 'x2', 'agent.updated'])
    expect(atVisitor.heard).toEqual([{ event: 'messages', body: messages }])
  })

  it('carry signals, once, to the other node only', async () => {
    const heardByOne: string[] = []
    one.bus.onSignal((signal, origin) => void heardByOne.push(`${signal.kind} ${origin}`))
    one.bus.signal({ kind: 'channel-changed', channelId: X })
    one.bus.signal({ kind: 'journal-grew' })
    one.bus.signal({ kind: 'journal-grew' })
    await expect.poll(() => heardByTwo.length).toBe(2)
    expect(heardByTwo).toEqual([
      [{ kind: 'channel-changed', channelId: X }, 'remote'],
      [{ kind: 'journal-grew' }, 'remote'],
    ])
    expect(heardByOne).toEqual(['channel-changed local', 'journal-grew local', 'journal-grew local'])
  })

  it('end the sockets of a session that was ended on the other node', async () => {
    const { recording } = await join(two, 'xavier')
    const agentId = office.sessions.get('xavier')?.agentId ?? id('2')
    office.sessions.delete('xavier')
    one.bus.signal({ kind: 'agent-access-changed', agentId })
    await recording.until(hasEvent('session.ended'))
  })

  it('know together who views and who types', async () => {
    const boss = await join(one, 'boss')
    const xavier = await join(two, 'xavier')
    const { client: visitor, recording: atVisitor } = await joined(
      one.widget({ channelId: X, token: 'token-v1' }),
    )
    await boss.client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
    // The second comes when the word of the first has arrived, so that he must learn it from his own node.
    await expect
      .poll(async () => {
        await xavier.client.emitWithAck('conversation.view', { conversationId: null })
        await xavier.client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
        return hasEvent('conversation.presence')(xavier.recording.heard)
      })
      .toBe(true)
    await xavier.client.emitWithAck('conversation.typing', { conversationId: CONVERSATION_X })
    await atVisitor.until(hasEvent('agent.typing'))
    visitor.emit('visitor.typing', () => undefined)
    await xavier.recording.until(hasEvent('visitor.typing'))
    xavier.client.disconnect()
    await boss.recording.until((heard) => JSON.stringify(heard.at(-1)).includes('"left"'))
    expect(JSON.stringify(boss.recording.heard)).toContain('"typing"')
  })

  it('go on apart while Redis is dead, and read again when it is back', async () => {
    const here = await join(one, 'boss')
    const there = await join(two, 'boss')
    const { recording: atVisitor } = await joined(two.widget({ channelId: X, token: 'token-v1' }))

    let published = 0
    const load = setInterval(() => {
      one.bus.publish([messageIn(X, `m${published}`)])
      one.bus.signal({ kind: 'journal-grew' })
      published += 1
    }, 2)
    await expect.poll(() => there.recording.events().length, { timeout: 10_000 }).toBeGreaterThan(50)
    await redis.kill()
    await expect.poll(() => one.realtime.stats().linkUp).toBe(false)
    const before = published
    await expect.poll(() => published, { timeout: 10_000 }).toBeGreaterThan(before + 300)
    const mark = endMark()
    one.bus.publish([mark])
    await here.recording.until(hasMark(mark))
    expect(textsOf(here.recording.events()).length).toBeGreaterThan(before + 300)
    expect(hasMark(mark)(there.recording.heard)).toBe(false)

    heardByTwo.length = 0
    await redis.start()
    await bothLinked()
    await Promise.all([here, there].map(({ recording }) => recording.until(hasEvent('sync.required'))))
    await atVisitor.until(hasEvent('sync.required'))
    clearInterval(load)
    const kinds = new Set(heardByTwo.map(([signal]) => signal.kind))
    expect([...kinds].sort()).toEqual([
      'agent-access-changed',
      'channel-changed',
      'journal-grew',
      'outbox-wanted',
      'routing-wanted',
    ])

    const second = endMark()
    one.bus.publish([second])
    await there.recording.until(hasMark(second))
    const texts = textsOf(here.recording.events()).filter((text) => text.startsWith('m'))
    expect(texts).toEqual(Array.from({ length: published }, (_, i) => `m${i}`))
  })

  it('survive Redis dying again and again', async () => {
    const here = await join(one, 'boss')
    const there = await join(two, 'boss')
    for (let round = 0; round < 5; round += 1) {
      const seen = syncs(there.recording)
      await redis.kill()
      one.bus.publish([messageIn(X, 'lost on the way')])
      await redis.start()
      await bothLinked()
      await there.recording.until(() => syncs(there.recording) > seen)
    }
    const mark = endMark()
    one.bus.publish([mark])
    await Promise.all([here, there].map(({ recording }) => recording.until(hasMark(mark))))
    expect(here.client.connected && there.client.connected).toBe(true)
  })

  it('are not held up by a Redis that answers nothing', async () => {
    const here = await join(one, 'boss')
    const there = await join(two, 'boss')
    redis.freeze()
    for (let i = 0; i < 50; i += 1) {
      const mark = endMark()
      one.bus.publish([messageIn(X, 'x'.repeat(1_000)), mark])
      await here.recording.until(hasMark(mark))
    }
    expect(there.recording.events()).toHaveLength(0)
    // Long enough that the silence is noticed, and the connections given up.
    await expect.poll(() => one.realtime.stats().linkUp, { timeout: 30_000 }).toBe(false)
    redis.thaw()
    await bothLinked()
    await there.recording.until(hasEvent('sync.required'))
    const mark = endMark()
    one.bus.publish([mark])
    await there.recording.until(hasMark(mark))
  })

  it('start without Redis, and find each other later', async () => {
    await redis.kill()
    const link = { redis: { url: redis.url, prefix: 'test' } }
    const three = await startLiveServer(office, link)
    const { recording } = await join(three, 'boss')
    const mark = endMark()
    three.bus.publish([mark])
    await recording.until(hasMark(mark))
    await redis.start()
    await recording.until(hasEvent('sync.required'))
    await bothLinked()
    const second = endMark()
    one.bus.publish([second])
    await recording.until(hasMark(second))
    await three.close()
  })

  it('hear what a process without an HTTP server does', async () => {
    const worker = await startLiveServer(office, {
      redis: { url: redis.url, prefix: 'test' },
      httpServer: undefined,
    } as object)
    await expect.poll(() => worker.realtime.stats().linkUp).toBe(true)
    const { recording } = await join(two, 'boss')
    const mark = endMark()
    worker.bus.publish([messageIn(X, 'projected by the worker'), mark])
    await recording.until(hasMark(mark))
    expect(textsOf(recording.events())).toEqual(['projected by the worker', 'agent.updated'])
    await worker.close()
  })

  it('hear nothing of another installation on the same Redis', async () => {
    const stranger = await startLiveServer(office, { redis: { url: redis.url, prefix: 'other' } })
    await expect.poll(() => stranger.realtime.stats().linkUp).toBe(true)
    const { recording } = await join(stranger, 'boss')
    const there = await join(two, 'boss')
    const own = endMark()
    one.bus.publish([messageIn(X, 'CANARY'), own])
    await there.recording.until(hasMark(own))
    const mark = endMark()
    stranger.bus.publish([mark])
    await recording.until(hasMark(mark))
    expect(textsOf(recording.events())).toEqual(['agent.updated'])
    await stranger.close()
  })
})
