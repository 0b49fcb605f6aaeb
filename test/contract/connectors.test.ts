import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registry } from '../../connectors/index.ts'
import type { RawRequest } from '../../src/contract/raw-request.ts'
import { openTestDatabase, type TestDatabase } from '../harness/database.ts'
import { createPathRig } from '../harness/path-rig.ts'
import { CHECKS, parseFixtures, type Subject, subjectOf } from './connector-kit.ts'
import type { ConnectorFixtures } from './fixtures/connector-fixtures.ts'

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

    it('makes of each fixture what it always made', () => {
      expect(parseFixtures(subject)).toMatchSnapshot()
    })

    function isByOwnClient(request: RawRequest): boolean {
      if (connector.inbound.kind !== 'webhook') return false
      const answer = connector.inbound.verify(request, subject.config)
      const events = answer.ok ? connector.inbound.parse(answer.request) : []
      return events.some((event) => event.type === 'status' && event.identityExternalId !== undefined)
    }

    /** Channel, journal and projection as the server has them, around the connector itself. */
    function onThePaths() {
      const { config } = subject
      const rig = createPathRig(database.stores, { connector, config })
      const entry = (request: RawRequest) => {
        if (connector.inbound.kind !== 'webhook') throw new Error('only webhooks have requests')
        const answer = connector.inbound.verify(request, config)
        if (!answer.ok) throw new Error(answer.code)
        return rig.entryOf(answer.request)
      }
      return { rig, entry, requests: subject.fixtures.requests(config) }
    }

    it('makes one message of what is delivered again and again', async () => {
      const { rig, entry, requests } = onThePaths()
      await rig.receive([entry(requests.first), entry(requests.first)])
      await rig.receive([entry(requests.first)])
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
      const { rig, entry, requests } = onThePaths()
      await rig.receive([entry(requests.first)])
      const [opened] = rig.events.flatMap((event) =>
        event.type === 'conversation.created' ? [event.conversation] : [],
      )
      const { id } = await rig.conversation(await threadOf(opened?.id))
      const [queued] = (await rig.reply(id, 'Hi')).messages
      const receipt = subject.fixtures.receipt(queued?.id ?? '', subject.config)
      if (!receipt) {
        expect(connector.capabilities(subject.config).receipts.delivered).toBe('absent')
        return
      }
      const early = entry(receipt)
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
