import { request } from 'node:http'
import type { Socket } from 'socket.io-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AgentClient,
  CONVERSATION_X,
  CONVERSATION_Y,
  connected,
  createOffice,
  endMark,
  hasEvent,
  hasMark,
  id,
  joined,
  type LiveServer,
  type Office,
  record,
  startLiveServer,
  X,
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

/** The client as somebody uses it who does not keep to the event map. */
function loose(client: unknown): Socket {
  return client as Socket
}

async function agent(session = 'xavier'): Promise<AgentClient> {
  const client = live.agent(session)
  await connected(client)
  return client
}

/** The connection is still good for what is allowed. */
async function expectAlive(client: AgentClient): Promise<void> {
  expect(await client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })).toEqual({
    ok: true,
  })
}

describe('what a client sends', () => {
  it.each([
    ['no body', []],
    ['null', [null]],
    ['a number', [7]],
    ['an array', [[CONVERSATION_X]]],
    ['operators', [{ conversationId: { $ne: null } }]],
    ['a short id', [{ conversationId: 'abc' }]],
    ['an unknown member', [{ conversationId: CONVERSATION_X, agentId: id('2') }]],
    ['two bodies', [{ conversationId: CONVERSATION_X }, { conversationId: CONVERSATION_X }]],
    ['a prototype', [JSON.parse('{"__proto__":{"x":1},"conversationId":"x"}')]],
    ['bytes', [Buffer.from('hello')]],
  ])('is refused as invalid input: %s', async (_what, args) => {
    const client = await agent()
    for (const event of ['conversation.view', 'conversation.typing']) {
      expect(await loose(client).emitWithAck(event, ...args)).toMatchObject({
        ok: false,
        code: 'invalid-input',
      })
    }
    await expectAlive(client)
  })

  it('may go without an acknowledgement', async () => {
    const client = await agent()
    loose(client).emit('conversation.view')
    loose(client).emit('conversation.typing', { conversationId: 'x' })
    loose(client).emit('nonsense')
    await expectAlive(client)
    expect(live.realtime.stats().refusedEvents).toEqual({ 'invalid-input': 2, 'not-found': 1 })
  })

  it('reaches nobody when only the server may send it, or nobody', async () => {
    const boss = await agent('boss')
    const client = await agent()
    const recording = record(boss)
    const names = ['events', 'sync.required', 'session.ended', 'visitor.typing', 'messages', 'agent.typing']
    for (const name of [
      ...names,
      'node.batch',
      'node.lost',
      'error',
      'connection',
      'constructor',
      '__proto__',
    ]) {
      expect(await loose(client).emitWithAck(name, { text: 'CANARY' })).toMatchObject({
        ok: false,
        code: 'not-found',
      })
    }
    const mark = endMark()
    live.bus.publish([mark])
    await recording.until(hasMark(mark))
    expect(recording.heard).toHaveLength(1)
    await expectAlive(client)
  })

  it.each(['disconnecting', 'newListener', 'removeListener', 'connect'])(
    'closes only the sender’s connection when it carries a reserved name: %s',
    async (name) => {
      const client = await agent()
      const other = await agent()
      const recording = record(client)
      client.io.engine.write(`2/agent,["${name}",{}]`)
      await recording.until(hasEvent('disconnect'))
      await expectAlive(other)
    },
  )

  it('does not tell a conversation out of sight from one that is not', async () => {
    const client = await agent()
    for (const conversationId of [CONVERSATION_Y, id<string>('f')]) {
      for (const event of ['conversation.view', 'conversation.typing'] as const) {
        expect(await client.emitWithAck(event, { conversationId })).toEqual({ ok: false, code: 'not-found' })
      }
    }
  })

  it('may be too much: first it is refused, then the connection ends', async () => {
    const client = await agent()
    const recording = record(client)
    const answers: { ok: boolean; code?: string }[] = []
    for (let i = 0; i < 500; i += 1) {
      loose(client).emit('conversation.view', { conversationId: null }, (answer: { ok: boolean }) =>
        answers.push(answer),
      )
    }
    await recording.until(hasEvent('disconnect'))
    expect(answers.some((answer) => answer.code === 'rate-limited')).toBe(true)
    expect(answers.length).toBeLessThan(300)
    await expectAlive(await agent())
  })

  it('is held shorter for visitors', async () => {
    const { client: visitor, recording } = await joined(live.widget({ channelId: X, token: 'token-v1' }))
    const first = await Promise.all(Array.from({ length: 15 }, () => visitor.emitWithAck('visitor.typing')))
    expect(first.filter((answer) => answer.ok).length).toBeLessThan(13)
    for (let i = 0; i < 100; i += 1) visitor.emit('visitor.typing', () => undefined)
    await recording.until(hasEvent('disconnect'))
  })

  it('ends the connection when a packet is too large, over both transports', async () => {
    const bystander = await agent('boss')
    for (const transports of [['websocket'], ['polling']]) {
      const { client, recording } = await joined(live.agent('xavier', { transports }))
      loose(client).emit('conversation.view', { conversationId: 'x'.repeat(1_000_000) })
      await recording.until(hasEvent('disconnect'))
      client.disconnect()
    }
    await expectAlive(bystander)
  })

  it('may not be garbage', async () => {
    const bystander = await agent('boss')
    const garbage = ['2/agent,{}', '2/agent,[]', '2/agent,[{}]', '9', '51-/agent,["x"', '59999-/agent,["x"]']
    for (const frame of garbage) {
      const client = await agent()
      const recording = record(client)
      client.io.engine.write(frame)
      await recording.until(hasEvent('disconnect'))
      client.disconnect()
    }
    await expectAlive(bystander)
  })

  it('may be an event without a name', async () => {
    const client = await agent()
    client.io.engine.write('2/agent,')
    await expectAlive(client)
    expect(live.realtime.stats().refusedEvents).toEqual({ 'not-found': 1 })
  })

  it('leaves plain HTTP to the server behind', async () => {
    const status = await new Promise((resolve) => {
      request(`${live.url}/anything`, (response) => resolve(response.statusCode)).end()
    })
    expect(status).toBe(404)
  })

  it('answers with an inner error when a look-up fails, and goes on', async () => {
    let broken = true
    const other = await startLiveServer(office, {
      conversationChannel: async (conversationId) => {
        if (broken) throw new Error('secret of the database')
        return office.conversations.get(conversationId)
      },
    })
    const client = other.agent('xavier')
    await connected(client)
    const view = () => client.emitWithAck('conversation.view', { conversationId: CONVERSATION_X })
    expect(await view()).toEqual({ ok: false, code: 'internal' })
    broken = false
    expect(await view()).toEqual({ ok: true })
    await other.close()
  })
})
