/** What was said with one person on every channel, in one stream. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page, TimelineEntryView } from '../../../src/domain/views.ts'
import { newObjectId } from '../../../src/store/object-id.ts'
import { API, type PeopleServer, startPeopleServer } from './people-server.ts'

let server: PeopleServer
let ada: string
const TEXTS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven']

beforeAll(async () => {
  server = await startPeopleServer()
  ada = (await server.writes('ada', {}, server.channelId, 'zero')).contact.id
  const other = (await server.writes('+4930901820', {}, server.closedChannelId, 'elsewhere')).contact.id
  await server.merge(ada, other)
  for (const [index, text] of TEXTS.entries()) {
    if (index % 2 === 0) await server.writes('ada', {}, server.channelId, text)
    else await server.writes('+4930901820', {}, server.closedChannelId, text)
  }
})
afterAll(() => server.close())

const page = (query = '', agent = server.owner.agent) =>
  server.get<Page<TimelineEntryView>>(`/contacts/${ada}/timeline${query}`, agent)

describe('a timeline', () => {
  it('shows all channels interleaved, newest first, each message with its channel and conversation', async () => {
    const { items, nextCursor } = await page()
    expect(items.map(({ message }) => message.text)).toEqual([...TEXTS].reverse().concat('elsewhere', 'zero'))
    expect(nextCursor).toBeUndefined()
    expect(items[0]?.channelId).toBe(server.channelId)
    expect(items[1]?.channelId).toBe(server.closedChannelId)
    expect(items[0]?.conversation).toMatchObject({ id: items[0]?.message.conversationId, status: 'open' })
  })

  it('goes on page by page without a gap or a double', async () => {
    const whole = (await page()).items.map(({ message }) => message.id)
    const paged: string[] = []
    let cursor: string | undefined
    do {
      const { items, nextCursor } = await page(`?limit=2${cursor === undefined ? '' : `&before=${cursor}`}`)
      paged.push(...items.map(({ message }) => message.id))
      cursor = nextCursor
    } while (cursor !== undefined)
    expect(paged).toEqual(whole)
  })

  it('shows everybody the channels that he sees', async () => {
    const { items } = await page('', server.anna.agent)
    expect(items.map(({ message }) => message.text)).toEqual(['seven', 'five', 'three', 'one', 'zero'])
    expect((await server.conversationsOf(ada, server.anna.agent)).length).toBe(1)
    expect((await page('', server.boris.agent)).items).toHaveLength(9)
  })

  it('has notes, and no lines about what became of a conversation', async () => {
    const conversation = await server.readOf('ada')
    await server.owner.agent
      .post(`${API}/conversations/${conversation.id}/notes`)
      .send({ clientMessageId: 'note', text: 'Likes tea' })
      .expect(201)
    await server.owner.agent
      .patch(`${API}/conversations/${conversation.id}`)
      .send({ priority: 'high', version: (await server.readOf('ada')).version })
      .expect(200)
    const { items } = await page('?limit=2')
    expect(items.map(({ message }) => [message.kind, message.text])).toEqual([
      ['note', 'Likes tea'],
      ['message', 'seven'],
    ])
  })

  it('goes back to the first word of somebody with more conversations than are read at once', async () => {
    const THREADS = 230
    const { db } = server.store
    const contact = (await server.writes('many', {}, server.channelId, 'first')).contact.id
    const conversation = await db.collection('conversations').findOne({ identityExternalId: 'many' })
    const message = await db.collection('messages').findOne({ conversationId: conversation?._id })
    const { _id: _one, ...thread } = conversation ?? {}
    const { _id: _other, externalId: _name, ...said }: Record<string, unknown> = message ?? {}
    const ids = Array.from({ length: THREADS }, () => newObjectId())
    await db.collection('conversations').insertMany(
      ids.map((_id, index) => ({
        ...thread,
        _id,
        threadKey: `many ${index}`,
        // As good as in no order: what was said last does not tell when the rest was said.
        lastActivityAt: new Date(Date.now() - ((index * 7_919) % THREADS)),
      })),
    )
    const order = Number(message?.['order'])
    await db.collection('messages').insertMany(
      ids.flatMap((conversationId, index) =>
        [1, 2].map((part) => ({
          ...said,
          conversationId,
          text: `${index}-${part}`,
          order: order + part * THREADS + ((index * 104_729) % THREADS),
        })),
      ),
    )
    const texts: string[] = []
    let cursor: string | undefined
    do {
      const { items, nextCursor } = await server.get<Page<TimelineEntryView>>(
        `/contacts/${contact}/timeline?limit=50${cursor === undefined ? '' : `&before=${cursor}`}`,
      )
      texts.push(...items.map((entry) => entry.message.text))
      cursor = nextCursor
    } while (cursor !== undefined)
    const all = await db
      .collection('messages')
      .find({ conversationId: { $in: [conversation?._id, ...ids] } })
      .sort({ order: -1 })
      .toArray()
    expect(texts).toHaveLength(2 * THREADS + 1)
    expect(texts).toEqual(all.map(({ text }) => text))
  })

  it('refuses cursors that are not its own', async () => {
    await server.owner.agent.get(`${API}/contacts/${ada}/timeline?before=abc`).expect(400)
    await server.owner.agent.get(`${API}/contacts/${'0'.repeat(24)}/timeline`).expect(404)
  })
})
