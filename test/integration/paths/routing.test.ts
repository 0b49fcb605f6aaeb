import { describe, expect, it } from 'vitest'
import { ROUND_ROBIN_POLICY } from '../../../src/domain/routing.ts'
import { assignConversation } from '../../../src/services/assign-conversation.ts'
import { createBus } from '../../../src/services/bus.ts'
import { createOrderClock } from '../../../src/services/order-clock.ts'
import { routeConversations } from '../../../src/services/route-conversations.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, routingAgent, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const people = [routingAgent('Ann'), routingAgent('Ben'), routingAgent('Cid', { present: false })]
const [ann, ben] = people

describe('routing', () => {
  it('gives what arrives to the available in turn, with its explanation, whatever the batch', async () => {
    const rig = createPathRig(database.stores, { policy: ROUND_ROBIN_POLICY, agents: people })
    const names = Array.from({ length: 12 }, (_, index) => `visitor-${index}`)
    const entries = names.map((name) => rig.entry(says('Hello', `${name}-1`, name)))
    await rig.receive(entries.slice(0, 1))
    await Promise.all([rig.receive(entries.slice(1, 6)), rig.receive(entries.slice(6))])
    await rig.receive(entries)
    const got = await Promise.all(names.map((name) => rig.conversation(name)))
    for (const agent of [ann, ben]) {
      expect(got.filter(({ assigneeId }) => assigneeId === agent?.id)).toHaveLength(6)
    }
    for (const { id, assigneeId, routing } of got) {
      const decisions = await database.stores.routing.decisionsOf(id, 10)
      expect(decisions).toHaveLength(1)
      expect(decisions[0]).toMatchObject({ id: routing.decisionId, outcome: 'assigned', winner: assigneeId })
      expect(decisions[0]?.candidates.map(({ name }) => name)).toEqual(['Ann', 'Ben', 'Cid'])
    }
  })

  it('waits where nobody is available, and takes the first who comes', async () => {
    const rig = createPathRig(database.stores, { policy: ROUND_ROBIN_POLICY, agents: people.slice(2) })
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const waiting = await rig.conversation()
    expect(waiting).toMatchObject({ routing: { status: 'waiting' } })
    await routeConversations([waiting], 'capacity', { ...rig.routeDeps, agents: async () => people })
    expect(await rig.conversation()).toMatchObject({ assigneeId: ann?.id, routing: { status: 'settled' } })
  })

  it('loses to a person who chooses while it runs', async () => {
    const rig = createPathRig(database.stores, { policy: ROUND_ROBIN_POLICY, agents: people.slice(2) })
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const waiting = await rig.conversation()
    const byHand = () =>
      assignConversation(waiting.id, { assigneeId: ben?.id ?? null, version: waiting.version }, rig.agent, {
        ...database.stores,
        assignable: async () => ({ name: 'Ben' }),
        policyOf: async () => ROUND_ROBIN_POLICY,
        bus: createBus(() => undefined),
        orderClock: createOrderClock(),
        now: () => rig.state.nowMs,
      })
    let outcome = ''
    await routeConversations([waiting], 'capacity', {
      ...rig.routeDeps,
      agents: async () => people,
      routing: {
        ...database.stores.routing,
        async recordDecisions(decisions) {
          await database.stores.routing.recordDecisions(decisions)
          await byHand()
        },
      },
      observe: (seen) => {
        outcome = seen.outcome
      },
    })
    expect(outcome).toBe('lost-to-a-person')
    expect(await rig.conversation()).toMatchObject({ assigneeId: ben?.id })
    const [lost] = await database.stores.routing.decisionsOf(waiting.id, 1)
    expect(lost).toMatchObject({ outcome: 'lost-to-a-person' })
  })
})
