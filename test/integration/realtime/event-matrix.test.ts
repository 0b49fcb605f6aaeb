/**
 * Sends every event as everybody. The tables are bound to the event maps: an event without a row, or a row without an
 * event, does not compile.
 */
import type { Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  AgentClientEvents,
  AgentServerEvents,
  DomainEvent,
  WidgetClientEvents,
  WidgetServerEvents,
} from '../../../src/domain/events.ts'
import { type Permission, ROLES } from '../../../src/domain/permissions.ts'
import {
  addAgent,
  CONVERSATION_X,
  CONVERSATION_Y,
  connected,
  createOffice,
  endMark,
  hasMark,
  type LiveServer,
  record,
  startLiveServer,
  X,
  Y,
} from './live-server.ts'

interface Row {
  readonly body: readonly object[]
  /** Needed besides the permission to connect, which is that to read. */
  readonly permission: Permission
  /** The same about a conversation out of sight. */
  readonly outOfSight: readonly object[]
}

const AGENT_EVENTS = {
  'conversation.view': {
    body: [{ conversationId: CONVERSATION_X }],
    permission: 'conversation.read',
    outOfSight: [{ conversationId: CONVERSATION_Y }],
  },
  'conversation.typing': {
    body: [{ conversationId: CONVERSATION_X }],
    permission: 'message.send',
    outOfSight: [{ conversationId: CONVERSATION_Y }],
  },
} as const satisfies Record<keyof AgentClientEvents, Row>

const WIDGET_EVENTS = { 'visitor.typing': [] } as const satisfies Record<
  keyof WidgetClientEvents,
  readonly object[]
>

const FROM_SERVER = {
  events: true,
  'visitor.typing': true,
  'conversation.presence': true,
  'sync.required': true,
  'session.ended': true,
  messages: true,
  'agent.typing': true,
  'queue.place': true,
} as const satisfies Record<keyof AgentServerEvents | keyof WidgetServerEvents, true>

/** Who hears of what happened: whoever sees the channel it is about, or every agent. */
const HAPPENED = {
  'conversation.created': (channelId) => ({ conversation: { channelId } }),
  'conversation.updated': (channelId) => ({ conversation: { channelId } }),
  'conversation.assigned': (channelId) => ({ conversation: { channelId } }),
  'conversation.unassigned': (channelId) => ({ conversation: { channelId } }),
  'conversation.queued': (channelId) => ({ conversation: { channelId } }),
  'conversation.escalated': (channelId) => ({ conversation: { channelId } }),
  'conversation.resolved': (channelId) => ({ conversation: { channelId } }),
  'conversation.reopened': (channelId) => ({ conversation: { channelId } }),
  'message.created': (channelId) => ({ message: {}, conversation: { channelId } }),
  'message.updated': (channelId) => ({ message: {}, channelId }),
  'contact.updated': (channelId) => ({ contact: { identities: [{ channelId }] } }),
  'channel.updated': (channelId) => ({ channel: { id: channelId } }),
  'agent.updated': 'everybody',
  'routing.changed': 'everybody',
} as const satisfies Record<DomainEvent['type'], 'everybody' | ((channelId: string) => object)>

const OF_EVERYBODY = { 'agent.updated': { agent: {} }, 'routing.changed': { part: 'teams' } }

const office = createOffice()
let live: LiveServer

beforeAll(async () => {
  for (const role of ROLES) addAgent(office, role, role === 'agent' ? new Set([X]) : 'all', { role })
  const reader = addAgent(office, 'a reader', new Set([X]))
  office.sessions.set('a reader', { ...reader, permissions: new Set(['conversation.read'] as const) })
  live = await startLiveServer(office)
})
afterAll(() => live.close())

type Answer = { readonly ok: boolean; readonly code?: string }
const send = (client: unknown, event: string, body: readonly unknown[]): Promise<Answer> =>
  (client as Socket).timeout(5_000).emitWithAck(event, ...body)

const CALLERS = [...ROLES, 'a reader']

describe.each(CALLERS)('%s', (session) => {
  it.each(Object.entries(AGENT_EVENTS))('may send %s as far as his rights go', async (event, row) => {
    const client = live.agent(session)
    await connected(client)
    const principal = office.sessions.get(session)
    const may = principal?.permissions.has(row.permission)
    expect(await send(client, event, row.body)).toEqual(
      may ? { ok: true } : expect.objectContaining({ ok: false, code: 'permission-denied' }),
    )
    const beyond = may && principal?.channels === 'all' ? { ok: true } : { ok: false }
    expect(await send(client, event, row.outOfSight)).toMatchObject(beyond)
    client.disconnect()
  })

  it.each(Object.keys({ ...WIDGET_EVENTS, ...FROM_SERVER }))('has no event %s', async (event) => {
    const client = live.agent(session)
    await connected(client)
    expect(await send(client, event, [{}])).toMatchObject({ ok: false, code: 'not-found' })
    client.disconnect()
  })
})

describe('what happened', () => {
  it('is heard by whoever may see it, and by no visitor', async () => {
    const agents = CALLERS.map((session) => live.agent(session))
    const visitor = live.widget({ channelId: X, token: 'token-v1' })
    const [toVisitor, ...recordings] = [record(visitor as never), ...agents.map((client) => record(client))]
    await Promise.all([visitor as never, ...agents].map(connected))
    const about = (channelId: string) =>
      Object.entries(HAPPENED).map(([type, of]): DomainEvent => {
        const rest = of === 'everybody' ? OF_EVERYBODY[type as keyof typeof OF_EVERYBODY] : of(channelId)
        return { type, ...rest } as unknown as DomainEvent
      })
    const mark = endMark()
    live.bus.publish([...about(X), ...about(Y), mark])
    await Promise.all(recordings.map((recording) => recording.until(hasMark(mark))))
    const all = Object.keys(HAPPENED)
    const everybody = all.filter((type) => type in OF_EVERYBODY)
    for (const [index, session] of CALLERS.entries()) {
      const heard = (recordings[index]?.events() ?? []).slice(0, -1).map(({ type }) => type)
      const seesAll = office.sessions.get(session)?.channels === 'all'
      expect([session, [...heard].sort()]).toEqual([session, [...all, ...(seesAll ? all : everybody)].sort()])
    }
    expect(toVisitor?.heard).toEqual([])
  })
})

describe('a visitor', () => {
  it.each(Object.entries(WIDGET_EVENTS))('may send %s', async (event, body) => {
    const client = live.widget({ channelId: Y, token: 'token-v2' })
    await connected(client)
    expect(await send(client, event, body)).toEqual({ ok: true })
  })

  it.each(Object.keys({ ...AGENT_EVENTS, ...FROM_SERVER }).filter((event) => !(event in WIDGET_EVENTS)))(
    'has no event %s',
    async (event) => {
      const client = live.widget({ channelId: X, token: 'token-v1' })
      await connected(client)
      const body = [{ conversationId: CONVERSATION_X }]
      expect(await send(client, event, body)).toMatchObject({ ok: false, code: 'not-found' })
    },
  )
})

describe('nobody', () => {
  it.each([
    ['no session', () => live.agent(undefined), 'sign-in-required'],
    ['an ended session', () => live.agent('ended'), 'sign-in-required'],
    ['no token', () => live.widget({ channelId: X }), 'invalid-input'],
    ['a forged token', () => live.widget({ channelId: X, token: 'forged' }), 'invalid-token'],
  ])('gets to send any event with %s', async (_what, open, code) => {
    const client = open() as Socket
    for (const event of Object.keys({ ...AGENT_EVENTS, ...WIDGET_EVENTS }))
      client.emit(event, {}, () => undefined)
    await expect(connected(client as never)).rejects.toThrow(code)
    expect(live.handlerErrors).toEqual([])
  })
})
