/** Platforms promise no order: whatever the order in which things arrive, the end is the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { ReceiptStatus } from '../../../src/domain/message.ts'
import type { StoredMessage } from '../../../src/store/stored-message.ts'
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'
import { permutations, playEach } from '../../harness/permutations.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
}, 60_000)
afterAll(() => database.close())

const EDIT: InboundEvent = {
  type: 'message-edited',
  externalId: 'in-2',
  text: 'second thoughts',
  editedAtMs: Date.UTC(2026, 10, 23, 12, 1),
}
const LATER_EDIT: InboundEvent = {
  type: 'message-edited',
  externalId: 'in-2',
  text: 'third thoughts',
  editedAtMs: Date.UTC(2026, 10, 23, 12, 2),
}
const DELETION: InboundEvent = {
  type: 'message-deleted',
  externalId: 'in-2',
  deletedAtMs: Date.UTC(2026, 10, 23, 12, 3),
}
const REACTION: InboundEvent = {
  type: 'reaction',
  externalId: 'in-2',
  identity: { externalId: 'ada', verified: false },
  emoji: '👍',
  removed: false,
}
const STATUSES: readonly ReceiptStatus[] = ['sent', 'delivered', 'read', 'failed']

/** What may happen, by name. `send` is our own call of the platform coming back. */
const HAPPENINGS = {
  message: says('first thoughts', 'in-2'),
  edit: EDIT,
  'later edit': LATER_EDIT,
  deletion: DELETION,
  reaction: REACTION,
} as const satisfies Readonly<Record<string, InboundEvent>>
type Happening = keyof typeof HAPPENINGS | ReceiptStatus | 'send'

const isStatus = (happening: Happening): happening is ReceiptStatus =>
  STATUSES.some((status) => status === happening)

/** Plays happenings in an order. @returns what stands at the end, without instants and ids */
async function playedIn(order: readonly Happening[]): Promise<string> {
  const rig = createPathRig(database.stores)
  await rig.receive([rig.entry(says('Hello', 'in-1'))])
  const { id } = await rig.conversation()
  const [answer] = (await rig.reply(id, 'Hi')).messages
  for (const happening of order) {
    rig.state.nowMs += 1_000
    if (happening === 'send') await rig.deliver(id)
    else if (isStatus(happening)) {
      const failure = happening === 'failed' ? { errorCode: 'gone', errorDetail: 'He has left' } : {}
      const externalId = `out-${answer?.id}`
      const receipt = { type: 'status', externalId, status: happening, atMs: 1, ...failure } as const
      await rig.receive([rig.entry(receipt)])
    } else await rig.receive([rig.entry(HAPPENINGS[happening])])
  }
  const conversation = await rig.conversation()
  return JSON.stringify({
    thread: (await rig.thread(id))
      .filter(({ kind }) => kind === 'message')
      .map(endOf)
      .sort(),
    unread: conversation.unreadCount,
    status: conversation.status,
  })
}

const endOf = ({
  externalId,
  direction,
  text,
  status,
  delivery,
  reactions,
  ...rest
}: StoredMessage): string =>
  JSON.stringify({
    direction,
    theirs: direction === 'inbound' ? externalId : undefined,
    text,
    status,
    delivery: delivery?.state,
    errorCode: delivery?.errorCode,
    reactions,
    edited: rest.editedAtMs,
    deleted: rest.deletedAtMs,
  })

/** Every choice of some things, in their order. */
const choices = <T>(items: readonly T[]): readonly (readonly T[])[] =>
  items.reduce<readonly (readonly T[])[]>(
    (found, item) => [...found, ...found.map((choice) => [...choice, item])],
    [[]],
  )

async function endsOf(happenings: readonly Happening[]): Promise<ReadonlySet<string>> {
  const ends = new Set<string>()
  await playEach(permutations(happenings), async (order) => ends.add(await playedIn(order)))
  return ends
}

describe('every order ends the same', () => {
  it.each(choices(STATUSES).map((statuses) => [['send', ...statuses] as const]))(
    'of %j',
    async (happenings) => {
      const ends = await endsOf(happenings)
      expect([...ends]).toHaveLength(1)
      const [highest] = (['read', 'delivered', 'failed', 'sent'] as const).filter((status) =>
        happenings.includes(status),
      )
      expect([...ends][0]).toContain(`\\"status\\":\\"${highest ?? 'sent'}\\"`)
    },
    120_000,
  )

  it.each([
    [['message', 'edit', 'later edit', 'reaction'] as const],
    [['message', 'edit', 'later edit', 'deletion', 'reaction'] as const],
    [['message', 'edit', 'send', 'delivered', 'failed'] as const],
  ])(
    'of %j',
    async (happenings) => {
      expect([...(await endsOf(happenings))]).toHaveLength(1)
    },
    120_000,
  )
})
