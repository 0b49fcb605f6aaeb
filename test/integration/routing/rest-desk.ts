/**
 * The whole server in this process: customers write on a scripted channel, everybody else works by REST with a token of
 * his own. The router runs as it does in production; only the clock moves when a test says so.
 */
import { vi } from 'vitest'
import type { Connector } from '../../../src/contract/connector.ts'
import type { Availability } from '../../../src/domain/agent.ts'
import type { AgentId, ChannelId, ChannelType } from '../../../src/domain/ids.ts'
import type { WhyView } from '../../../src/domain/queue-views.ts'
import type { ContactView, ConversationView, MessageView } from '../../../src/domain/views.ts'
import { said, scriptedConnector } from '../../harness/scripted-channel.ts'
import { startInboxServer } from '../conversations/inbox-server.ts'
import type { Someone } from '../http/test-server.ts'

export const MINUTE = 60_000
export const DAY = 86_400_000
/** The router and a person may change a conversation by turns; they do not do so for ever. */
const MOST_TRIES = 20

/** What a route answered. */
export interface Answer<T = never> {
  readonly status: number
  readonly body: T
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** Somebody whose token outlives any session, whatever the clock says. */
export interface Clerk {
  readonly id: AgentId
  readonly name: string
  call<T>(method: Method, path: string, body?: object): Promise<Answer<T>>
}

export type RestDesk = Awaited<ReturnType<typeof openRestDesk>>

/** A step over these agents, or over everybody. */
export const stepOver = (agents: readonly Clerk[] | 'all', change: object = {}) => ({
  target: {
    kind: 'agents-and-teams',
    agentIds: agents === 'all' ? 'all' : agents.map(({ id }) => id),
    teamIds: [],
    primaryTeamOnly: false,
  },
  strategy: 'least-open',
  availableOnly: true,
  waitMs: 0,
  ...change,
})

export async function openRestDesk() {
  const realNow = Date.now
  let aheadMs = 0
  vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs)
  const letters: Connector = {
    ...scriptedConnector({ capabilities: { workType: 'email' } }),
    type: 'letters' as ChannelType,
  }
  const inbox = await startInboxServer([letters])
  const { db } = inbox.store

  const clerkOf = async ({ agent, profile }: Someone): Promise<Clerk> => {
    const made = await agent
      .post('/api/v1/api-tokens')
      .send({ name: 'desk', scopes: profile.permissions })
      .expect(201)
    const headers = { Authorization: `Bearer ${made.body.secret}`, 'Content-Type': 'application/json' }
    return {
      id: profile.id,
      name: profile.name,
      async call(method, path, body) {
        const answer = await fetch(`${inbox.url}/api/v1${path}`, {
          method: method.toUpperCase(),
          headers,
          ...(body ? { body: JSON.stringify(body) } : {}),
        })
        const text = await answer.text()
        return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
      },
    }
  }
  const boss = await clerkOf(inbox.owner)
  const sue = await clerkOf(inbox.supervisor)
  const ana = await clerkOf(inbox.anna)
  const ben = await clerkOf(inbox.boris)
  const cid = await clerkOf(await inbox.someone(inbox.owner.agent, 'agent', 'cid@example.com'))

  let written = 0
  let named = 0
  let channelId = inbox.channelId

  /** What a route answers when all is well. */
  const ok = async <T>(by: Clerk, method: Method, path: string, body?: object): Promise<T> => {
    const answer = await by.call<T>(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
    return answer.body
  }
  /** Asks until the answer fits. */
  const until = inbox.until
  /** Changes what was just read, and reads it again when something else changed it meanwhile. */
  const changeAsRead = async <Read extends { readonly version: number }, T>(
    read: () => Promise<Read>,
    send: (current: Read) => Promise<Answer<T>>,
    expectedStatus: number,
  ): Promise<Answer<T>> => {
    for (let tries = 1; ; tries += 1) {
      const answer = await send(await read())
      if (answer.status === expectedStatus) return answer
      if (answer.status !== 409 || tries === MOST_TRIES) throw new Error(JSON.stringify(answer))
    }
  }

  const desk = {
    inbox,
    boss,
    sue,
    ana,
    ben,
    cid,
    ok,
    until,
    get channelId(): ChannelId {
      return channelId
    },
    /** Everybody sets out with nothing of his own, away and connected, and nothing waits. */
    async reset(): Promise<void> {
      const gone = [
        'conversations',
        'messages',
        'routing_decisions',
        'routing_rings',
        'contacts',
        'identities',
      ]
      for (const name of gone) await db.collection(name).deleteMany({})
      await db
        .collection('agents')
        .updateMany({}, { $unset: { routing: 1, load: 1, pushReachableUntil: 1, chosenOutOfHours: 1 } })
      await db.collection('agents').updateMany({}, { $set: { availability: 'away' } })
      await db.collection('routing_settings').deleteMany({})
      for (const clerk of [ana, ben, cid]) await desk.connect(clerk)
      inbox.events.length = 0
      inbox.core.bus.signal({ kind: 'routing-rules-changed' })
    },
    /** A device of his is connected, as the node that holds its socket would note. */
    async connect({ id }: Clerk): Promise<void> {
      await inbox.core.stores.presence.record('desk', [{ agentId: id, sockets: 1 }], 3_600_000)
    },
    async disconnect({ id }: Clerk): Promise<void> {
      await inbox.core.stores.presence.remove('desk', id)
    },
    /** Nobody's load was touched for long, as the database's own clock sees it: the next recount is due. */
    async restLoads(): Promise<void> {
      const agoMs = (ms: number) => new Date(realNow() - ms)
      await db
        .collection('agents')
        .updateMany({}, { $set: { 'load.touchedAt': agoMs(MINUTE), 'load.countedAt': agoMs(2 * MINUTE) } })
    },
    passMs(ms: number): void {
      aheadMs += ms
    },
    now: (): number => Date.now(),
    /** Makes the channel that customers write on from now on. */
    async channel(policy: object, more: object = {}): Promise<ChannelId> {
      const made = await ok<{ id: ChannelId }>(boss, 'post', '/channels', {
        type: 'scripted',
        name: 'Shop',
        config: {},
        policy,
        ...more,
      })
      channelId = made.id
      return channelId
    },
    choose: (by: Clerk, availability: Availability) =>
      ok(by, 'put', '/profile/availability', { availability }),
    async online(...clerks: readonly Clerk[]): Promise<void> {
      for (const clerk of clerks) await desk.choose(clerk, 'online')
    },
    /** Changes what the router goes by for an agent. */
    async limit({ id }: Clerk, change: object): Promise<void> {
      const { version } = await ok<{ version: number }>(boss, 'get', `/agents/${id}/routing`)
      await ok(boss, 'patch', `/agents/${id}/routing`, { ...change, version })
    },
    async settings(change: object): Promise<void> {
      const { version } = await ok<{ version: number }>(boss, 'get', '/routing/settings')
      await ok(boss, 'patch', '/routing/settings', { ...change, version })
    },
    /** Makes a team, topic or skill with a name that nothing else has. */
    async make<T extends { readonly id: string; readonly name: string }>(
      what: 'teams' | 'categories' | 'skills',
      fields: object = {},
    ): Promise<T> {
      named += 1
      return ok<T>(boss, 'post', `/${what}`, { name: `${what} ${named}`, ...fields })
    },
    /** A customer writes; answered when the message has had its effect. */
    async write(who: string, text = `Hello from ${who}`): Promise<ConversationView> {
      written += 1
      await inbox.deliver([said(who, `${who}-${written}`, { text })], channelId)
      return desk.of(who)
    },
    /** Customers write one after the other. */
    async writeAll(...customers: readonly string[]): Promise<void> {
      for (const who of customers) await desk.write(who)
    },
    /** The conversation that a customer's next message would go to. */
    async of(who: string, by: Clerk = boss): Promise<ConversationView> {
      const [found] = await inbox.core.stores.conversations.findCurrent(channelId, [who])
      return ok<ConversationView>(by, 'get', `/conversations/${found?.id}`)
    },
    ownerOf: async (who: string): Promise<AgentId | undefined> => (await desk.of(who)).assigneeId,
    ownersOf: (...customers: readonly string[]): Promise<readonly (AgentId | undefined)[]> =>
      Promise.all(customers.map((who) => desk.ownerOf(who))),
    /** Waits until somebody, or nobody, has it. */
    async comesTo(who: string, owner: Clerk | undefined): Promise<ConversationView> {
      return until(
        () => desk.of(who),
        ({ assigneeId, routing }) => assigneeId === owner?.id && routing.status !== 'pending',
      )
    },
    /** Waits until the router gave somebody what nobody had before, and whatever else it gave away in the same run. */
    async givenTo(who: string, owner: Clerk): Promise<void> {
      await desk.comesTo(who, owner)
      // The line is written after every claim of the run.
      await until(
        () => desk.linesOf(who),
        (lines) => lines.includes('assigned'),
      )
    },
    /** Changes a conversation as it stands; throws at any other answer than the one expected. */
    patch: (by: Clerk, who: string, change: object, expectedStatus = 200) =>
      changeAsRead(
        () => desk.of(who),
        ({ id, version }) =>
          by.call<ConversationView>('patch', `/conversations/${id}`, { ...change, version }),
        expectedStatus,
      ),
    /** As {@link RestDesk.patch}, of who has it. */
    assign: (by: Clerk, who: string, change: object, expectedStatus = 200) =>
      changeAsRead(
        () => desk.of(who),
        ({ id, version }) =>
          by.call<ConversationView & { warning?: string }>('put', `/conversations/${id}/assignment`, {
            ...change,
            version,
          }),
        expectedStatus,
      ),
    sendBack: (by: Clerk, who: string, more: object = {}, expectedStatus = 200) =>
      changeAsRead(
        () => desk.of(who),
        ({ id, version }) =>
          by.call<ConversationView>('post', `/conversations/${id}/send-back`, { ...more, version }),
        expectedStatus,
      ),
    async reply(by: Clerk, who: string, text = 'Hi'): Promise<void> {
      const { id } = await desk.of(who)
      written += 1
      await ok(by, 'post', `/conversations/${id}/messages`, { clientMessageId: `r${written}`, text })
    },
    async why(who: string): Promise<WhyView> {
      return ok<WhyView>(boss, 'get', `/conversations/${(await desk.of(who)).id}/why`)
    },
    /** The thread, oldest first. */
    async thread(who: string): Promise<readonly MessageView[]> {
      const { id } = await desk.of(who)
      const { items } = await ok<{ items: MessageView[] }>(boss, 'get', `/conversations/${id}/messages`)
      return items.reverse()
    },
    async linesOf(who: string): Promise<readonly string[]> {
      return (await desk.thread(who)).flatMap(({ event }) => event?.name ?? [])
    },
    changeContact: (by: Clerk, who: string, change: object, expectedStatus = 200) =>
      changeAsRead(
        async () => ok<ContactView>(boss, 'get', `/contacts/${(await desk.of(who)).contact.id}`),
        ({ id, version }) => by.call<ContactView>('patch', `/contacts/${id}`, { ...change, version }),
        expectedStatus,
      ),
    async close(): Promise<void> {
      await inbox.close()
      vi.restoreAllMocks()
    },
  }
  await desk.reset()
  return desk
}
