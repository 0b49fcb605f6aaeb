/** What Telegram tells may come in any order, and again: the thread ends the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { telegram } from '../../../connectors/telegram/telegram-connector.ts'
import { updateKeyOf } from '../../../connectors/telegram/update-key.ts'
import type { Connector } from '../../../src/contract/connector.ts'
import type { StoredMessage } from '../../../src/store/stored-message.ts'
import { startFakeTelegram } from '../../fakes/telegram/fake-telegram.ts'
import type { Update } from '../../fakes/telegram/update-queue.ts'
import { botConfig } from '../../harness/bot-context.ts'
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts'
import { createPathRig } from '../../harness/path-rig.ts'
import { permutations } from '../../harness/permutations.ts'

let database: TestDatabase
let updates: readonly Update[]
let chatId: string
let config: ReturnType<typeof botConfig>
beforeAll(async () => {
  database = await openTestDatabase()
  const fake = await startFakeTelegram()
  config = botConfig(fake)
  await fetch(`${fake.url}/bot${fake.token}/getUpdates`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      allowed_updates: ['message', 'edited_message', 'message_reaction', 'my_chat_member'],
    }),
  })
  const ada = fake.customer()
  chatId = String(ada.id)
  const first = ada.says('Where is it?')
  ada.edits(first.messageId, 'Where is *it*?', { entities: [{ type: 'bold', offset: 9, length: 4 }] })
  ada.reacts(first.messageId, '👍')
  ada.says('And my bill?', { replyTo: first.messageId })
  ada.edits(2, 'And the bill?', {})
  updates = structuredClone(fake.pending)
  await fake.close()
}, 60_000)
afterAll(() => database.close())

const facts = { bot: '700100200', groups: 'no' }
const bodyOf = (update: Update): Buffer => Buffer.from(JSON.stringify(update))

/** What is told of a message; ids differ from run to run. */
const stateOf = (message: StoredMessage): object => {
  const { externalId, text, direction, status, replyToExternalId, deletedAtMs } = message
  const more = message as StoredMessage & {
    readonly spans?: unknown
    readonly reactions?: readonly { emoji: string }[]
  }
  const emoji = (more.reactions ?? []).map((reaction) => reaction.emoji)
  return { externalId, text, direction, status, replyToExternalId, deletedAtMs, spans: more.spans, emoji }
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

describe('messages, edits, reactions and answers', () => {
  it('end in the same thread in each of their orders, together and apart', async () => {
    expect(updates).toHaveLength(5)
    const expected = await threadAfter(updates, true)
    expect(expected).toMatchObject([{ text: 'Where is *it*?' }, { text: 'And the bill?' }])
    for (const order of permutations(updates)) {
      for (const apart of [true, false]) {
        const names = order.map((update) => updateKeyOf(update)).join(', ')
        expect(await threadAfter(order, apart), `${names} ${apart ? 'apart' : 'together'}`).toEqual(expected)
      }
    }
  }, 240_000)

  it('that come twice change nothing', async () => {
    const expected = await threadAfter(updates, true)
    expect(await threadAfter([...updates, ...updates], true)).toEqual(expected)
    expect(
      await threadAfter(
        [...updates].reverse().flatMap((one) => [one, one]),
        false,
      ),
    ).toEqual(expected)
  })
})
