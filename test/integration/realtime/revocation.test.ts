import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  addAgent,
  CONVERSATION_X,
  connected,
  createOffice,
  endMark,
  hasEvent,
  hasMark,
  id,
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
  office = createOffice({ boss: 'all', xavier: new Set([X]) })
  live = await startLiveServer(office)
})
afterEach(async () => {
  await live.close()
  expect(live.handlerErrors).toEqual([])
})

const join = (session: string) => joined(live.agent(session))

describe('when rights change', () => {
  it('ends the sockets of a session the next time that it is looked up, even if nobody says a word', async () => {
    const { client, recording } = await join('xavier')
    const { client: other } = await join('boss')
    const lookUp = vi.spyOn(office.sessions, 'get')
    office.sessions.delete('xavier')
    await recording.until(hasEvent('disconnect'))
    expect(lookUp.mock.calls.filter(([session]) => session === 'xavier')).toHaveLength(1)
    expect(recording.heard).toEqual([
      { event: 'session.ended', body: undefined },
      { event: 'disconnect', body: 'io server disconnect' },
    ])
    live.bus.publish([messageIn(X, 'late')])
    expect(client.connected).toBe(false)
    expect(other.connected).toBe(true)
    await expect.poll(() => office.presence).toEqual(['+2', '+1', '-2 signed out'])
    await expect(connected(live.agent('xavier'))).rejects.toThrow('sign-in-required')
  })

  it('ends them at once on the signal of a sign-out, and only that session', async () => {
    const agentId = office.sessions.get('xavier')?.agentId
    addAgent(office, 'xavier-phone', new Set([X]), { ...(agentId ? { agentId } : {}) })
    const { recording } = await join('xavier')
    const { client: phone } = await join('xavier-phone')
    office.sessions.delete('xavier')
    live.bus.signal({ kind: 'agent-access-changed', agentId: agentId ?? id('2') })
    await recording.until(hasEvent('disconnect'))
    expect(phone.connected).toBe(true)
  })

  it('ends a session that was taken over by another agent', async () => {
    const { recording } = await join('xavier')
    addAgent(office, 'xavier', 'all', { agentId: id('9') })
    await recording.until(hasEvent('session.ended'))
  })

  it('moves a socket between rooms when the channels change', async () => {
    const { client, recording } = await join('xavier')
    const xavier = office.sessions.get('xavier')
    if (!xavier) throw new Error('he was added above')
    await client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
    office.sessions.set('xavier', { ...xavier, channels: new Set([Y]) })
    live.bus.signal({ kind: 'channel-changed', channelId: Y })
    await recording.until(hasEvent('sync.required'))
    const mark = endMark()
    live.bus.publish([messageIn(X, 'not any more'), messageIn(Y, 'from now on'), mark])
    await recording.until(hasMark(mark))
    expect(textsOf(recording.events()).sort()).toEqual(['agent.updated', 'from now on'])
    expect(await client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })).toMatchObject({
      code: 'not-found',
    })
    office.sessions.set('xavier', { ...xavier, channels: 'all' })
    live.bus.signal({ kind: 'agent-access-changed', agentId: xavier.agentId })
    await recording.until((heard) => heard.filter(({ event }) => event === 'sync.required').length === 2)
    const second = endMark()
    live.bus.publish([messageIn(X, 'x'), messageIn(Y, 'y'), second])
    await recording.until(hasMark(second))
    expect(textsOf(recording.events()).slice(2)).toEqual(['x', 'y', 'agent.updated'])
  })

  it('keeps sockets while the database is away', async () => {
    const { client, recording } = await join('xavier')
    office.databaseAway = true
    const agentId = office.sessions.get('xavier')?.agentId ?? id('2')
    live.bus.signal({ kind: 'agent-access-changed', agentId })
    const mark = endMark()
    live.bus.publish([mark])
    await recording.until(hasMark(mark))
    expect(client.connected).toBe(true)
  })

  it('closes sockets whose sessions nobody could confirm for a minute, so that the client comes back', async () => {
    let nowMs = 0
    const aging = await startLiveServer(office, { now: () => nowMs })
    const client = aging.agent('xavier')
    const recording = record(client)
    await connected(client)
    office.databaseAway = true
    nowMs = 61_000
    aging.bus.signal({
      kind: 'agent-access-changed',
      agentId: office.sessions.get('xavier')?.agentId ?? id('2'),
    })
    await recording.until(hasEvent('disconnect'))
    expect(recording.heard).toEqual([{ event: 'disconnect', body: 'transport close' }])
    await aging.close()
  })

  it('closes the widgets of a channel whose tokens are no longer good', async () => {
    const visitor = live.widget({ channelId: X, token: 'token-v1' })
    const other = live.widget({ channelId: Y, token: 'token-v2' })
    const recording = record(visitor)
    await Promise.all([connected(visitor), connected(other)])
    office.visitorTokens.clear()
    live.bus.signal({ kind: 'channel-changed', channelId: X })
    await recording.until(hasEvent('disconnect'))
    expect(other.connected).toBe(true)
  })
})

describe('a connection that ends', () => {
  it('comes back by itself after the server closed down', async () => {
    const { recording } = await join('boss')
    await live.realtime.close()
    await recording.until(hasEvent('disconnect'))
    expect(recording.heard).toEqual([{ event: 'disconnect', body: 'transport close' }])
    expect(live.server.listening).toBe(true)
  })

  it('is cut when the client does not read', async () => {
    const small = await startLiveServer(office, { limits: { backlogPackets: 20 } })
    // A WebSocket by hand, which stops reading once it stands.
    const socket = connect(small.port, '127.0.0.1')
    const head = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: 127.0.0.1:${small.port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Cookie: session=boss',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    await new Promise((resolve) => socket.once('data', resolve))
    const payload = Buffer.from('40/agent,')
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]))
    await expect.poll(() => small.realtime.stats().agentSockets).toBe(1)
    socket.on('error', () => undefined)
    socket.pause()
    const text = 'x'.repeat(20_000)
    for (let i = 0; i < 2_000; i += 1) {
      small.bus.publish([messageIn(X, text)])
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    await expect.poll(() => small.realtime.stats().agentSockets).toBe(0)
    expect(small.realtime.stats().slowSocketsCut).toBe(1)
    socket.destroy()
    await small.close()
  })
})
