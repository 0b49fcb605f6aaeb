import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registry } from '../../connectors/index.ts'
import { type JournaledRequest, verified } from '../../src/contract/raw-request.ts'
import type { ConversationId } from '../../src/domain/ids.ts'
import { openTestDatabase, type TestDatabase } from '../harness/database.ts'
import { createPathRig } from '../harness/path-rig.ts'
import { CHECKS, journaledFixtures, journaledReceipt, parseFixtures } from './connector-kit.ts'
import { EITHER_CHECKS } from './either-kit.ts'
import type { ConnectorFixtures } from './fixtures/connector-fixtures.ts'
import { outgoingTo, sidesOf, subjectOf } from './kit-subject.ts'
import { onPlatform } from './platform-stage.ts'
import { PROOF_CHECKS } from './proof-kit.ts'
import { SESSION_CHECKS } from './session-kit.ts'
import { WIRE_CHECKS } from './wire-kit.ts'

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

const known = await Promise.all(
  registry.all.map(async (connector) => ({ connector, fixtures: await fixturesOf(connector.type) })),
)

it('no two kinds look alike', () => {
  const colors = registry.all.flatMap(({ mark }) => mark?.color ?? [])
  expect(new Set(colors).size).toBe(colors.length)
})

describe.each(known.map((subject) => [subject.connector.type, subject] as const))(
  '%s, on its platform',
  (_, { connector, fixtures }) => {
    it.each(Object.entries({ ...PROOF_CHECKS, ...WIRE_CHECKS, ...EITHER_CHECKS }))(
      '%s',
      async (_promise, check) => {
        expect(await check(subjectOf(connector, fixtures))).toEqual([])
      },
    )
  },
)

/** Every way in of every connector. */
const sides = known.flatMap(({ connector, fixtures }) => {
  const ways = sidesOf(connector, fixtures)
  return ways.map(
    (side) =>
      [
        ways.length > 1 || connector.inbound.kind === 'either'
          ? `${connector.type} by ${side.way}`
          : connector.type,
        side,
      ] as const,
  )
})

describe.each(sides)('%s', (_, { connector, fixtures }) => {
  const subject = subjectOf(connector, fixtures)

  it.each(Object.entries(CHECKS))('%s', async (_promise, check) => {
    expect(await check(subject)).toEqual([])
  })

  it.each(connector.inbound.kind === 'session' ? Object.entries(SESSION_CHECKS) : [])(
    '%s',
    async (_promise, check) => {
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

  /** Channel, journal and projection as the server has them, around the connector itself. */
  function onThePaths(played = connector, config = subject.config) {
    const rig = createPathRig(database.stores, { connector: played, config })
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

  /** A customer has written. */
  async function opened({ rig, first }: ReturnType<typeof onThePaths>): Promise<ConversationId> {
    await rig.receive([first()])
    const [conversation] = rig.events.flatMap((event) =>
      event.type === 'conversation.created' ? [event.conversation] : [],
    )
    return (await rig.conversation(await threadOf(conversation?.id))).id
  }

  const settlesRight = onPlatform(async ({ config, ctx }) => {
    const told = { ...subject, config }
    if (!journaledReceipt(told, '3'.repeat(24)))
      return connector.capabilities(config).receipts.delivered === 'native' ? ['gives no receipt'] : []
    const paths = onThePaths(
      {
        ...connector,
        async send(message) {
          const sent = await connector.send({ ...message, to: outgoingTo(fixtures).to }, ctx)
          const receipt = journaledReceipt(told, sent.externalId)
          await paths.rig.receive([paths.rig.entryOf(receipt ?? {})])
          return sent
        },
      },
      config,
    )
    const id = await opened(paths)
    await paths.rig.reply(id, 'Hi')
    await paths.rig.deliver(id)
    expect((await paths.rig.thread(id)).at(-1)).toMatchObject({
      status: 'delivered',
      delivery: { state: 'done' },
    })
    return []
  })

  const overNetwork = fixtures.sendsOverNetwork === true

  it.each(overNetwork ? ['settles a receipt right that comes while the platform still answers'] : [])(
    '%s',
    async () => {
      expect(await settlesRight(subject)).toEqual([])
    },
  )

  it.each(overNetwork ? [] : ['settles a receipt right that comes before our send returned'])(
    '%s',
    async () => {
      const paths = onThePaths()
      const { rig } = paths
      const id = await opened(paths)
      const [queued] = (await rig.reply(id, 'Hi')).messages
      const receipt = journaledReceipt(subject, queued?.id ?? '')
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
    },
  )
})
