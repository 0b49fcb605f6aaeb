import { beforeEach, describe, expect, it } from 'vitest'
import { ROUND_ROBIN_POLICY } from '../../../src/domain/routing.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { routeConversations } from '../../../src/services/route-conversations.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import { freshDatabase } from '../../harness/database.ts'
import {
  ANNA,
  availableAgent,
  BORIS,
  CHANNEL,
  hexId,
  linesOf,
  type Office,
  openOffice,
  principalOf,
} from '../../harness/office.ts'
import { entryOf, said, scriptedChannel } from '../../harness/scripted-channel.ts'

const TEAM = [availableAgent(ANNA), availableAgent(BORIS)]
const SUE = principalOf(hexId('e'), 'supervisor')

const database = freshDatabase()
let nodes: readonly Office[]

const openNode = (): Office =>
  openOffice(database.stores, [scriptedChannel(CHANNEL, undefined, { policy: ROUND_ROBIN_POLICY })])

beforeEach(() => {
  nodes = [openNode(), openNode()]
})

const waitingOf = async (limit: number): Promise<readonly StoredConversation[]> => {
  const [group] = await database.stores.routingQueue.groups()
  return database.stores.routingQueue.waiting(group, limit)
}
const node = (index: number): Office => nodes[index] as Office
const staff = (team: typeof TEAM): void => {
  for (const one of nodes) one.team = team
}
const everyone = async (): Promise<StoredConversation[]> => {
  const found = await database.stores.lists.page({ channels: 'all' }, 1_000)
  return found
}
const write = (office: Office, who: string) =>
  office.receive(entryOf(CHANNEL, [said(who, `${who}-1`)], undefined, who))
const route = (office: Office, waiting: readonly StoredConversation[]) =>
  routeConversations(waiting, 'capacity', office.deps)
const ownedBy = (conversations: readonly StoredConversation[], id: string): number =>
  conversations.filter(({ assigneeId }) => assigneeId === id).length

describe('two routers at once', () => {
  it('share one ring: everybody gets the same number, whoever decides', async () => {
    staff(TEAM)
    const lane = async (number: number): Promise<void> => {
      for (let index = 0; index < 15; index += 1) await write(node(number % 2), `v${number}-${index}`)
    }
    await Promise.all([lane(0), lane(1), lane(2), lane(3)])
    const all = await everyone()
    expect(all).toHaveLength(60)
    expect([ownedBy(all, ANNA), ownedBy(all, BORIS)]).toEqual([30, 30])
    expect(
      (await database.stores.rings.read([`channel:${CHANNEL}`], 0)).get(`channel:${CHANNEL}`)?.turn,
    ).toBe(60)
  })

  it('that look at the same queue give each conversation away once, with one explanation that holds', async () => {
    for (let index = 0; index < 20; index += 1) await write(node(0), `v${index}`)
    const waiting = await waitingOf(100)
    expect(waiting).toHaveLength(20)
    staff(TEAM)
    await Promise.all(nodes.map((office) => route(office, waiting)))
    for (const conversation of await everyone()) {
      const decisions = await database.stores.routing.decisionsOf(conversation.id, 10)
      const winners = decisions.filter(({ outcome }) => outcome === 'assigned')
      expect(winners).toMatchObject([
        { id: conversation.routing.decisionId, winner: conversation.assigneeId },
      ])
      const lines = await linesOf(database.stores, conversation.id)
      expect(lines.filter(({ event }) => event?.name === 'assigned')).toHaveLength(1)
      expect(conversation.routing.status).toBe('settled')
    }
  })

  it('open the ring of a new channel once', async () => {
    staff(TEAM)
    await Promise.all(nodes.map((office, index) => write(office, `first-${index}`)))
    const all = await everyone()
    expect([ownedBy(all, ANNA), ownedBy(all, BORIS)]).toEqual([1, 1])
  })
})

describe('a person’s choice', () => {
  it('stands against a router that runs at the same moment, or is told of the conflict: never overwritten', async () => {
    for (let round = 0; round < 40; round += 1) {
      staff([])
      await write(node(0), `v${round}`)
      const waiting = await node(0).thread(`v${round}`)
      staff([availableAgent(ANNA)])
      const [byHand] = await Promise.allSettled([
        assignConversation(waiting.id, { assigneeId: BORIS, version: waiting.version }, SUE, {
          ...node(1).deps,
          assignable: async () => ({ name: 'Boris' }),
        }),
        route(node(0), [waiting]),
        route(node(1), [waiting]),
      ])
      const { assigneeId, routing } = await node(0).thread(`v${round}`)
      if (byHand.status === 'fulfilled') {
        expect(assigneeId).toBe(BORIS)
      } else {
        expect(byHand.reason).toMatchObject({ code: 'version-conflict' })
        expect(assigneeId).toBe(ANNA)
      }
      expect(routing.status).toBe('settled')
      const decisions = await database.stores.routing.decisionsOf(waiting.id, 10)
      const held = decisions.filter(({ outcome }) => outcome === 'assigned')
      expect(held.map(({ winner }) => winner)).toEqual(byHand.status === 'fulfilled' ? [] : [ANNA])
    }
  })

  it('to answer takes the conversation, and the router leaves it to him', async () => {
    await write(node(0), 'v')
    const waiting = await node(0).thread('v')
    const command = { clientMessageId: 'a', text: 'Mine', attachmentIds: [] }
    await sendReply(waiting.id, command, principalOf(BORIS), node(0).deps)
    staff([availableAgent(ANNA)])
    await route(node(0), [waiting])
    expect(await node(0).thread('v')).toMatchObject({ assigneeId: BORIS, routing: { status: 'settled' } })
  })

  it('to take it from somebody is not undone by the router where the policy waits for people', async () => {
    staff([availableAgent(ANNA)])
    const policy = { ...ROUND_ROBIN_POLICY, onUnassign: 'wait' } as const
    node(0).channels.set(CHANNEL, scriptedChannel(CHANNEL, undefined, { policy }))
    await write(node(0), 'v')
    const owned = await node(0).thread('v')
    expect(owned.assigneeId).toBe(ANNA)
    await assignConversation(owned.id, { assigneeId: null, version: owned.version }, SUE, node(0).deps)
    expect(await database.stores.routingQueue.owed(10)).toEqual([])
    await route(node(0), [await node(0).thread('v')])
    expect(await node(0).thread('v')).not.toHaveProperty('assigneeId')
  })
})

describe('what wakes', () => {
  it.each(['resolved', 'snoozed', 'pending'] as const)(
    'a %s conversation that nobody owns has it routed',
    async (status) => {
      await write(node(0), 'v')
      const before = await node(0).thread('v')
      await database.stores.conversations.change(before.id, before.version, {
        status,
        routing: { ...before.routing, status: 'settled' },
      })
      staff([availableAgent(ANNA)])
      await node(0).receive(entryOf(CHANNEL, [said('v', 'v-2')]))
      expect(await node(0).thread('v')).toMatchObject({ status: 'open', assigneeId: ANNA })
    },
  )

  it.each([
    ['is there', [BORIS], BORIS],
    ['is not there', [ANNA], ANNA],
  ] as const)('one that was resolved goes by whether its owner %s', async (_, later, owner) => {
    staff([availableAgent(BORIS)])
    await write(node(0), 'v')
    const before = await node(0).thread('v')
    await database.stores.conversations.change(before.id, before.version, { status: 'resolved' })
    staff(later.map(availableAgent))
    await node(0).receive(entryOf(CHANNEL, [said('v', 'v-2')]))
    expect(await node(0).thread('v')).toMatchObject({ status: 'open', assigneeId: owner })
  })
})

describe('the queue', () => {
  it('keeps who found nobody waiting, in order of arrival, and counts them', async () => {
    for (const who of ['v1', 'v2', 'v3']) await write(node(0), who)
    const { routingQueue } = database.stores
    expect((await waitingOf(2)).map(({ threadKey }) => threadKey)).toEqual(['v1', 'v2'])
    expect(await routingQueue.count('waiting')).toBe(3)
    staff([availableAgent(ANNA)])
    await route(node(0), await waitingOf(10))
    expect(await routingQueue.count('waiting')).toBe(0)
  })

  it('stores no second explanation when a look tells nothing new', async () => {
    await write(node(0), 'v')
    const waiting = await node(0).thread('v')
    for (let look = 0; look < 3; look += 1) await route(node(0), [waiting])
    const decisions = await database.stores.routing.decisionsOf(waiting.id, 10)
    expect(decisions.map(({ outcome }) => outcome)).toEqual(['waiting'])
  })
})
