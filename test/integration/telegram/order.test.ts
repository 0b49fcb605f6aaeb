/** What Telegram tells may come in any order, and again: the thread ends the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { telegram } from '../../../connectors/telegram/telegram-connector.ts'
import { updateKeyOf } from '../../../connectors/telegram/update-key.ts'
import type { Connector } from '../../../src/contract/connector.ts'
import type { StoredMessage } from '../../../src/store/stored-message.ts'
import { type Customer, DOT } from '../../fakes/telegram/customers.ts'
import { startFakeTelegram } from '../../fakes/telegram/fake-telegram.ts'
import type { Update } from '../../fakes/telegram/update-queue.ts'
import { botConfig } from '../../harness/bot-context.ts'
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts'
import { createPathRig } from '../../harness/path-rig.ts'
import { permutations, playEach } from '../../harness/permutations.ts'

let database: TestDatabase
/** By what they show: five updates each, all of one chat. */
const updates: Record<'talk' | 'album', readonly Update[]> = { talk: [], album: [] }
let chatId: string
let config: ReturnType<typeof botConfig>

const KINDS = ['message', 'edited_message', 'message_reaction', 'my_chat_member']

/** What a bot hears when a customer does something. */
async function heard(act: (customer: Customer) => void): Promise<readonly Update[]> {
  const fake = await startFakeTelegram()
  config = botConfig(fake)
  await fetch(`${fake.url}/bot${fake.token}/getUpdates`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ allowed_updates: KINDS }),
  })
  const ada = fake.customer()
  chatId = String(ada.id)
  act(ada)
  const found = structuredClone(fake.pending)
  await fake.close()
  return found
}

beforeAll(async () => {
  database = await openTestDatabase()
  updates.talk = await heard((ada) => {
    const first = ada.says('Where is it?')
    ada.edits(first.messageId, 'Where is *it*?', { entities: [{ type: 'bold', offset: 9, length: 4 }] })
    ada.reacts(first.messageId, '👍')
    ada.says('And my bill?', { replyTo: first.messageId })
    ada.edits(2, 'And the bill?', {})
  })
  updates.album = await heard((ada) => {
    const [first, second] = ada.sendsAlbum([DOT, DOT, DOT], { caption: 'Three of them' })
    ada.edits(first?.messageId ?? 0, 'Three of *them*', {
      entities: [{ type: 'bold', offset: 9, length: 6 }],
    })
    ada.reacts(second?.messageId ?? 0, '🎉')
  })
}, 60_000)
afterAll(() => database.close())

const facts = { bot: '700100200', groups: 'no' }
const bodyOf = (update: Update): Buffer => Buffer.from(JSON.stringify(update))

/** What is told of a message; ids differ from run to run. */
const stateOf = (message: StoredMessage): object => {
  const { externalId, text, direction, status, replyToExternalId, deletedAtMs, spans, reactions } = message
  return {
    ...{ externalId, text, direction, status, replyToExternalId, deletedAtMs, spans },
    emoji: reactions?.map(({ emoji }) => emoji),
    files: message.attachments.map(({ name }) => name),
  }
}

async function threadAfter(order: readonly Update[], apart: boolean): Promise<readonly object[]> {
  const rig = createPathRig(database.stores, { connector: telegram as unknown as Connector, config })
  const entries = order.map((update) => rig.entryOf({ body: bodyOf(update), facts }))
  if (apart) for (const entry of entries) await rig.receive([entry])
  else await rig.receive(entries)
  const { id } = await rig.conversation(chatId)
  const thread = (await rig.thread(id)).filter(({ kind }) => kind === 'message')
  return thread.map(stateOf).sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)))
}

const EXPECTED = {
  talk: [
    { text: 'Where is *it*?', spans: [{ kind: 'bold', offset: 9, length: 4 }], emoji: ['👍'] },
    { text: 'And the bill?' },
  ],
  album: [
    {
      text: 'Three of *them*',
      spans: [{ kind: 'bold', offset: 9, length: 6 }],
      emoji: ['🎉'],
      files: ['photo-1.jpg', 'photo-2.jpg', 'photo-3.jpg'],
    },
  ],
}

it('two edits within one second leave what was written last, in each of their orders', async () => {
  const three = await heard((ada) => {
    const first = ada.says('Wher')
    ada.edits(first.messageId, 'Where')
    ada.edits(first.messageId, 'Where is it?')
  })
  // The fake dates by the second, as the platform does; the second may end in between.
  for (const { edited_message: edit } of three as readonly { edited_message?: { edit_date?: number } }[])
    if (edit) edit.edit_date = 1_795_000_000
  for (const order of permutations(three))
    expect(await threadAfter(order, true)).toMatchObject([{ text: 'Where is it?' }])
})

describe.each(['talk', 'album'] as const)('the updates of one %s', (what) => {
  it('end in the same thread in each of their orders, together or apart', async () => {
    expect(updates[what]).toHaveLength(5)
    const expected = await threadAfter(updates[what], true)
    expect(expected).toMatchObject(EXPECTED[what])
    expect(expected).toHaveLength(EXPECTED[what].length)
    await playEach(permutations(updates[what]), async (order, index) => {
      for (const apart of process.env['FAULTS'] === 'long' ? [true, false] : [index % 3 > 0]) {
        const names = order.map((update) => updateKeyOf(update)).join(', ')
        expect(await threadAfter(order, apart), `${names} ${apart ? 'apart' : 'together'}`).toEqual(expected)
      }
    })
  }, 240_000)

  it('that come twice change nothing', async () => {
    const expected = await threadAfter(updates[what], true)
    expect(await threadAfter([...updates[what], ...updates[what]], true)).toEqual(expected)
    const mirrored = [...updates[what]].reverse().flatMap((one) => [one, one])
    expect(await threadAfter(mirrored, false)).toEqual(expected)
  })
})
