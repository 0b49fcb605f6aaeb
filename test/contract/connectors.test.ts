import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registry } from '../../connectors/index.ts'
import { type JournaledRequest, verified } from '../../src/contract/raw-request.ts'
import { openTestDatabase, type TestDatabase } from '../harness/database.ts'
import { createPathRig } from '../harness/path-rig.ts'
import { CHECKS, journaledFixtures, parseFixtures, type Subject, subjectOf } from './connector-kit.ts'
import type { ConnectorFixtures } from './fixtures/connector-fixtures.ts'
import { SESSION_CHECKS } from './session-kit.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
}, 60_000)
afterAll(() => database.close())

/** @throws Error when a connector of the registry has no fixtures */
async function fixturesOf(type: string): Promise<ConnectorFixtures> {
  const found = (await import(`./fixtures/${type}.ts`)) as { readonly fixtures: ConnectorFixtures }
  return found.fixtures
}

describe.each(registry.all.map((connector) => [connector.type, connector] as const))(
  '%s',
  (type, connector) => {
    let subject: Subject
    beforeAll(async () => {
      subject = subjectOf(connector, await fixturesOf(type))
    })

    it.each(Object.entries(CHECKS))('%s', async (_, check) => {
      expect(await check(subject)).toEqual([])
    })

    it.each(connector.inbound.kind === 'session' ? Object.entries(SESSION_CHECKS) : [])(
      '%s',
      async (_, check) => {
        const { fixtures } = subject
        if (!('session' in fixtures)) throw new Error('a connector that calls its platform needs a platform')
        expect(await check({ connector, fixtures })).toEqual([])
      },
    )

    it('makes of each fixture what it always made', async () => {
      expect(await parseFixtures(subject)).toMatchSnapshot()
    })

    function isByOwnClient(request: JournaledRequest): boolean {
      if (connector.inbound.kind !== 'webhook') return false
      const events = connector.inbound.parse(verified(request))
      return events.some((event) => event.type === 'status' && event.identityExternalId !== undefined)
    }

    /** A receipt for what we sent, as the journal has it; undefined where the platform tells no such thing. */
    function receiptOf(externalId: string): JournaledRequest | undefined {
      const { fixtures, config } = subject
      if ('session' in fixtures) {
        const item = fixtures.session.receipt(externalId, config)
        return item && { ...item, receivedAtMs: Date.UTC(2026, 10, 23, 12) }
      }
      const request = fixtures.receipt(externalId, config)
      if (!request || connector.inbound.kind !== 'webhook') return undefined
      const answer = connector.inbound.verify(request, config)
      if (!answer.ok) throw new Error(answer.code)
      return answer.request
    }

    /** Channel, journal and projection as the server has them, around the connector itself. */
    function onThePaths() {
      const rig = createPathRig(database.stores, { connector, config: subject.config })
      const first = journaledFixtures(subject)['first']
      if (!first) throw new Error('the first fixture is missing')
      // A new entry at each call, as a redelivery behind the journal's back would be.
      return { rig, first: () => rig.entryOf({ ...first, receivedAtMs: rig.state.nowMs }) }
    }

    it('makes one message of what is delivered again and again', async () => {
      const { rig, first } = onThePaths()
      await rig.receive([first(), first()])
      await rig.receive([first()])
      const [opened] = rig.events.flatMap((event) =>
        event.type === 'conversation.created' ? [event.conversation] : [],
      )
      const { id, unreadCount } = await rig.conversation(await threadOf(opened?.id))
      expect(await rig.thread(id)).toHaveLength(1)
      expect(unreadCount).toBe(1)
    })

    async function threadOf(id: string | undefined): Promise<string> {
      const found = await database.stores.conversations.find(
        id as Parameters<typeof database.stores.conversations.find>[0],
      )
      return found?.threadKey ?? ''
    }

    it('settles a receipt right that comes before our send returned', async () => {
      const { rig, first } = onThePaths()
      await rig.receive([first()])
      const [opened] = rig.events.flatMap((event) =>
        event.type === 'conversation.created' ? [event.conversation] : [],
      )
      const { id } = await rig.conversation(await threadOf(opened?.id))
      const [queued] = (await rig.reply(id, 'Hi')).messages
      const receipt = receiptOf(queued?.id ?? '')
      if (!receipt) {
        expect(connector.capabilities(subject.config).receipts.delivered).toBe('absent')
        return
      }
      const early = rig.entryOf(receipt)
      await rig.receive([early])
      expect((await rig.thread(id)).at(-1)).toMatchObject({ status: 'queued' })
      await rig.deliver(id)
      // A platform may know before we do; the customer's own client has what it speaks of from us, so it cannot.
      if (isByOwnClient(receipt)) {
        expect((await rig.thread(id)).at(-1)).toMatchObject({ status: 'sent' })
        await rig.receive([early])
      }
      expect((await rig.thread(id)).at(-1)).toMatchObject({
        status: 'delivered',
        delivery: { state: 'done' },
      })
    })
  },
)
