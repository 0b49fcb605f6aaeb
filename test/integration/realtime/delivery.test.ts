import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent, VisitorMessageView } from '../../../src/domain/events.ts'
import {
  addAgent,
  CONVERSATION_X,
  connected,
  createOffice,
  endMark,
  hasEvent,
  hasMark,
  joined,
  type LiveServer,
  messageIn,
  type Office,
  record,
  startLiveServer,
  textsOf,
  X,
  Y,
} from './live-server.ts'

let office: Office
let live: LiveServer

beforeEach(async () => {
  office = createOffice({
    boss: 'all',
    xavier: new Set([X]),
    yvonne: new Set([Y]),
    zoe: new Set([X, Y]),
  })
  live = await startLiveServer(office)
})
afterEach(async () => {
  await live.close()
  expect(live.handlerErrors).toEqual([])
})

const join = (session: string) => joined(live.agent(session))

describe('delivery to agents', () => {
  it('brings every event once to those who may see it, in order, in one packet a turn', async () => {
    const all = await Promise.all(['boss', 'xavier', 'yvonne', 'zoe'].map(join))
    const [boss, xavier, yvonne, zoe] = all.map(({ recording }) => recording)
    const mark = endMark()
    live.bus.publish([messageIn(X, 'x1'), messageIn(Y, 'y1')])
    live.bus.publish([messageIn(X, 'x2')])
    live.bus.publish([mark])
    await Promise.all(all.map(({ recording }) => recording.until(hasMark(mark))))
    expect(textsOf(boss?.events() ?? [])).toEqual(['x1', 'y1', 'x2', 'agent.updated'])
    expect(boss?.heard).toHaveLength(1)
    expect(textsOf(xavier?.events() ?? [])).toEqual(['x1', 'x2', 'agent.updated'])
    expect(textsOf(yvonne?.events() ?? [])).toEqual(['y1', 'agent.updated'])
    expect(textsOf(zoe?.events() ?? []).sort()).toEqual(['agent.updated', 'x1', 'x2', 'y1'])
  })

  it('never lets a canary of the other team through', async () => {
    const { recording } = await join('yvonne')
    const canary = 'CANARY-7f3a'
    const contact = {
      type: 'contact.updated',
      contact: { id: 'c', name: canary, identities: [{ channelId: X }] },
    } as unknown as DomainEvent
    const channel = { type: 'channel.updated', channel: { id: X, name: canary } } as unknown as DomainEvent
    const changed = {
      type: 'message.updated',
      message: { text: canary },
      channelId: X,
    } as unknown as DomainEvent
    for (let round = 0; round < 300; round += 1) {
      live.bus.publish([messageIn(X, canary), contact, channel, changed, messageIn(Y, 'own')])
      if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const visitor = live.widget({ channelId: X, token: 'token-v1' })
    await connected(visitor)
    visitor.emit('visitor.typing', () => undefined)
    const mark = endMark()
    live.bus.publish([mark])
    await recording.until(hasMark(mark))
    expect(recording.events()).toHaveLength(301)
    expect(JSON.stringify(recording.heard)).not.toContain(canary)
    expect(hasEvent('visitor.typing')(recording.heard)).toBe(false)
  })

  it('tells once of a contact to an agent who sees two of its channels', async () => {
    const { recording } = await join('zoe')
    const mark = endMark()
    const contact = {
      type: 'contact.updated',
      contact: { id: 'c', identities: [{ channelId: X }, { channelId: Y }] },
    } as unknown as DomainEvent
    live.bus.publish([contact, messageIn(X, 'x1'), messageIn(Y, 'y1'), mark])
    await recording.until(hasMark(mark))
    expect(textsOf(recording.events()).filter((text) => text === 'contact.updated')).toHaveLength(1)
    expect(recording.events()).toHaveLength(4)
  })

  it('shows of a contact on several channels only the identities on those that an agent sees', async () => {
    const Z = '3'.repeat(24) as typeof X
    addAgent(office, 'both', new Set([X, Y]))
    addAgent(office, 'every', new Set([X, Y, Z]))
    const all = await Promise.all(['boss', 'xavier', 'yvonne', 'both', 'every'].map(join))
    const mark = endMark()
    const identities = [X, Y, Z].map((channelId) => ({ channelId, externalId: `canary-${channelId}` }))
    live.bus.publish([
      { type: 'contact.updated', contact: { id: 'c', version: 2, identities } } as unknown as DomainEvent,
      mark,
    ])
    await Promise.all(all.map(({ recording }) => recording.until(hasMark(mark))))
    const seen = all.map(({ recording }) =>
      recording
        .events()
        .flatMap((event) =>
          event.type === 'contact.updated' ? event.contact.identities.map(({ channelId }) => channelId) : [],
        ),
    )
    expect(seen).toEqual([[X, Y, Z], [X], [Y], [X, Y], [X, Y, Z]])
    expect(JSON.stringify(all[1]?.recording.heard)).not.toContain(`canary-${Y}`)
    expect(JSON.stringify(all[2]?.recording.heard)).not.toContain(`canary-${X}`)
    expect(JSON.stringify(all[3]?.recording.heard)).not.toContain(`canary-${Z}`)
  })

  it('cuts a great batch into packets and loses nothing', async () => {
    const { recording } = await join('boss')
    live.bus.publish(Array.from({ length: 950 }, (_, i) => messageIn(i % 2 ? X : Y, String(i))))
    const mark = endMark()
    live.bus.publish([mark])
    await recording.until(hasMark(mark))
    expect(textsOf(recording.events()).slice(0, 950)).toEqual(
      Array.from({ length: 950 }, (_, i) => String(i)),
    )
    expect(recording.heard).toHaveLength(5)
  })
})

describe('delivery to visitors', () => {
  it('brings news to all windows of that visitor alone', async () => {
    const windows = [0, 1].map(() => live.widget({ channelId: X, token: 'token-v1' }))
    const other = live.widget({ channelId: Y, token: 'token-v2' })
    const [first, second, foreign] = [...windows, other].map(record)
    await Promise.all([...windows, other].map(connected))
    const messages = [{ id: 'm1', text: 'hello' }] as unknown as VisitorMessageView[]
    const more = [{ id: 'm2', text: 'again' }] as unknown as VisitorMessageView[]
    live.bus.tellVisitors([{ channelId: X, visitorId: 'v1', messages }])
    live.bus.tellVisitors([{ channelId: X, visitorId: 'v1', messages: more }])
    live.bus.requireSync()
    for (const window of [first, second, foreign]) await window?.until(hasEvent('sync.required'))
    expect(first?.heard[0]).toEqual({ event: 'sync.required', body: undefined })
    await first?.until(hasEvent('messages'))
    await second?.until(hasEvent('messages'))
    expect(second?.heard[1]).toEqual({ event: 'messages', body: [...messages, ...more] })
    expect(hasEvent('messages')(foreign?.heard ?? [])).toBe(false)
  })
})

describe('typing and viewing', () => {
  it('shows the visitor that an agent types, and colleagues on the same conversation', async () => {
    const [boss, xavier, yvonne] = await Promise.all(['boss', 'xavier', 'yvonne'].map(join))
    const { recording: atVisitor } = await joined(live.widget({ channelId: X, token: 'token-v1' }))
    await boss?.client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
    await xavier?.client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
    await xavier?.client.emitWithAck('conversation.typing', { conversationId: CONVERSATION_X })
    await atVisitor.until(hasEvent('agent.typing'))
    expect(atVisitor.heard).toEqual([{ event: 'agent.typing', body: { name: 'Agent xavier' } }])
    await boss?.recording.until((heard) => heard.length === 2)
    const presence = { conversationId: CONVERSATION_X, agentId: '2'.repeat(24), name: 'Agent xavier' }
    expect(boss?.recording.heard.map(({ body }) => body)).toEqual([
      { ...presence, state: 'viewing' },
      { ...presence, state: 'typing' },
    ])
    expect(xavier?.recording.heard.map(({ body }) => body)).toEqual([
      { ...presence, agentId: '1'.repeat(24), name: 'Agent boss', state: 'viewing' },
    ])
    xavier?.client.disconnect()
    await boss?.recording.until((heard) => heard.length === 3)
    expect(boss?.recording.heard[2]?.body).toEqual({ ...presence, state: 'left' })
    expect(yvonne?.recording.heard).toEqual([])
  })

  it('shows the visitor’s typing to the agents who see his conversation', async () => {
    const [boss, xavier, yvonne] = await Promise.all(['boss', 'xavier', 'yvonne'].map(join))
    const visitor = live.widget({ channelId: X, token: 'token-v1' })
    await connected(visitor)
    expect(await visitor.emitWithAck('visitor.typing')).toEqual({ ok: true })
    await boss?.recording.until(hasEvent('visitor.typing'))
    await xavier?.recording.until(hasEvent('visitor.typing'))
    const mark = endMark()
    live.bus.publish([mark])
    await yvonne?.recording.until(hasMark(mark))
    expect(xavier?.recording.heard[0]?.body).toEqual({ conversationId: CONVERSATION_X })
    expect(hasEvent('visitor.typing')(yvonne?.recording.heard ?? [])).toBe(false)
  })

  it('shows them also the typing that a platform tells of', async () => {
    const [xavier, yvonne] = await Promise.all(['xavier', 'yvonne'].map(join))
    live.bus.visitorTyping({ channelId: X, visitorId: 'v1' })
    await xavier?.recording.until(hasEvent('visitor.typing'))
    const mark = endMark()
    live.bus.publish([mark])
    await yvonne?.recording.until(hasMark(mark))
    expect(xavier?.recording.heard[0]?.body).toEqual({ conversationId: CONVERSATION_X })
    expect(hasEvent('visitor.typing')(yvonne?.recording.heard ?? [])).toBe(false)
  })
})
