import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContactView, ConversationView, Page } from '../../../src/domain/views.ts'
import { said } from '../../harness/scripted-channel.ts'
import type { Agent } from '../http/test-server.ts'
import { assign, at, type InboxServer, startInboxServer } from './inbox-server.ts'

let inbox: InboxServer

beforeAll(async () => {
  inbox = await startInboxServer()
  for (let index = 0; index < 7; index += 1)
    await inbox.customer(`line ${index}`, inbox.channelId, `Zoe Number${index}`)
  await inbox.customer('elsewhere', inbox.closedChannelId, 'Yves Elsewhere')
})
afterAll(() => inbox.close())

type Query = Readonly<Record<string, string | number>>
const list = async (query: Query = {}, agent: Agent = inbox.owner.agent): Promise<Page<ConversationView>> =>
  (await agent.get('/api/v1/conversations').query(query).expect(200)).body
const idsOf = (page: Page<ConversationView>): string[] => page.items.map(({ id }) => id)

async function walk(query: Query, between: (page: number) => Promise<unknown> = async () => undefined) {
  const seen: string[] = []
  let cursor: string | undefined
  for (let page = 0; ; page += 1) {
    const found = await list({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    seen.push(...idsOf(found))
    cursor = found.nextCursor
    if (cursor === undefined) return seen
    await between(page)
  }
}

describe('the list of conversations', () => {
  it('shows the newest activity first, in pages without gap or double', async () => {
    const all = await list({ limit: 100 })
    expect(all.items).toHaveLength(8)
    expect(all).not.toHaveProperty('nextCursor')
    const times = all.items.map(({ lastActivityAt }) => lastActivityAt)
    expect(times).toEqual([...times].sort().reverse())
    for (const limit of [1, 2, 3, 7, 8]) expect(await walk({ limit })).toEqual(idsOf(all))
  })

  it('never shows one twice, nor leaves out one that stays, while others move', async () => {
    const before = idsOf(await list({ limit: 100 }))
    const moving = before.at(-1) ?? ''
    const seen = await walk({ limit: 2 }, async (page) => {
      const write = { clientMessageId: `move-${page}`, text: 'up you go', attachmentIds: [] }
      await inbox.owner.agent
        .post(at({ id: moving }, '/messages'))
        .send(write)
        .expect(201)
    })
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(before.slice(0, -1))
    expect((await list({ limit: 1 })).items[0]?.id).toBe(moving)
  })

  it('has the views mine, unassigned and all, by status, and counts to fit', async () => {
    const [one, two] = (await list({ view: 'unassigned', channelId: inbox.channelId })).items
    if (!one || !two) throw new Error('two are needed')
    const { anna } = inbox
    await assign(anna, one, anna.profile.id).expect(200)
    expect(idsOf(await list({ view: 'mine' }, anna.agent))).toEqual([one.id])
    expect(idsOf(await list({ view: 'unassigned' }, anna.agent))).not.toContain(one.id)
    const { body: counts } = await anna.agent.get('/api/v1/conversations/counts').expect(200)
    for (const view of ['mine', 'unassigned', 'all'] as const)
      expect(counts[view]).toBe((await list({ view, limit: 100 }, anna.agent)).items.length)
    const change = { status: 'resolved', version: two.version }
    await inbox.owner.agent.patch(at(two)).send(change).expect(200)
    expect(idsOf(await list({ status: 'resolved' }))).toEqual([two.id])
    expect(idsOf(await list({ status: 'open', limit: 100 }))).not.toContain(two.id)
    expect(idsOf(await list({ status: 'snoozed' }))).toEqual([])
  })

  it('of one channel, and by the beginning of a name, shows only those', async () => {
    const elsewhere = await list({ channelId: inbox.closedChannelId })
    expect(elsewhere.items.map(({ contact }) => contact.name)).toEqual(['Yves Elsewhere'])
    for (const search of ['number3', ' NUMBER3 ', 'Zoe Number3'])
      expect((await list({ search })).items.map(({ contact }) => contact.name)).toEqual(['Zoe Number3'])
    expect((await list({ search: 'zoe', status: 'resolved' })).items.length).toBeLessThanOrEqual(1)
    for (const search of ['nobody', '.*', '^', '$ne', '\\', '(', '\u0000'])
      expect((await list({ search })).items).toEqual([])
  })

  it.each([
    ['view=theirs', 'view'],
    ['status=closed', 'status'],
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=1e1', 'limit'],
    ['channelId=x', 'channelId'],
    ['channelId[$ne]=x', undefined],
    ['status[$ne]=open', undefined],
    ['status=open&status=resolved', 'status'],
    ['search[]=x', undefined],
    [`search=${'x'.repeat(201)}`, 'search'],
    ['$where=1', '$where'],
    ['__proto__[x]=1', undefined],
    ['page=2', 'page'],
  ])('refuses %s', async (query, field) => {
    const { body } = await inbox.owner.agent.get(`/api/v1/conversations?${query}`).expect(400)
    expect(body.code).toBe('invalid-input')
    if (field !== undefined) expect(body.field).toBe(field)
  })

  it.each([
    'x',
    '%20',
    'e30',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('[{"$gt":1},"b"]').toString('base64url'),
    Buffer.from('[1,"no id"]').toString('base64url'),
    'a'.repeat(201),
  ])('refuses the cursor %s', async (cursor) => {
    const { body } = await inbox.owner.agent.get(`/api/v1/conversations?cursor=${cursor}`).expect(400)
    expect(body.code).toBe('invalid-cursor')
  })

  it('survives a cursor with a number that is no time', async () => {
    const cursor = Buffer.from(`[1e300,"${'f'.repeat(24)}"]`).toString('base64url')
    const { status } = await inbox.owner.agent.get(`/api/v1/conversations?cursor=${cursor}`)
    expect(status).toBeLessThan(500)
  })
})

describe('contacts', () => {
  const contacts = async (query: Query = {}, agent: Agent = inbox.owner.agent): Promise<Page<ContactView>> =>
    (await agent.get('/api/v1/contacts').query(query).expect(200)).body

  it('are listed newest first in pages without gap or double, and found by the beginning of a name', async () => {
    const all = await contacts({ limit: 100 })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await contacts({ limit: 3, ...(cursor === undefined ? {} : { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(all.items.map(({ id }) => id))
    expect(new Set(seen).size).toBe(8)
    expect((await contacts({ search: 'number2' })).items.map(({ name }) => name)).toEqual(['Zoe Number2'])
  })

  it('may be changed over the version seen, and are found by what they were given', async () => {
    const [contact] = (await contacts({ search: 'number5' })).items
    const address = `/api/v1/contacts/${contact?.id}`
    const change = {
      name: 'Zoe Quinn',
      emails: ['Zoe.Quinn@Example.com'],
      phones: ['+46701234567'],
      attributes: { plan: 'pro' },
      tags: ['vip'],
    }
    const { body } = await inbox.anna.agent
      .patch(address)
      .send({ ...change, version: contact?.version })
      .expect(200)
    expect(body).toMatchObject(change)
    expect(
      (await inbox.anna.agent.patch(address).send({ name: 'X', version: contact?.version }).expect(409)).body
        .code,
    ).toBe('version-conflict')
    for (const search of ['quinn', 'zoe.quinn@'])
      expect((await contacts({ search })).items.map(({ id }) => id)).toEqual([contact?.id])
    expect((await inbox.anna.agent.get(address).expect(200)).body).toEqual(body)
    const { body: theirs } = await inbox.anna.agent.get(`${address}/conversations`).expect(200)
    expect(theirs.items).toHaveLength(1)
  })

  it('may be written back as they were read, with whatever their owner claimed', async () => {
    await inbox.deliver([
      said('claimer', 'claim-1', {
        identity: {
          externalId: 'claimer',
          verified: false,
          displayName: 'Carl Claimer',
          email: 'carl@example.com',
          attributes: { 'shoe size': '43', toString: 'x', $set: 'x' },
        },
      }),
    ])
    const [contact] = (await contacts({ search: 'claimer' })).items
    expect(contact?.attributes).toEqual({ 'claimed email': 'carl@example.com', 'shoe size': '43' })
    const { body } = await inbox.anna.agent
      .patch(`/api/v1/contacts/${contact?.id}`)
      .send({ attributes: contact?.attributes, version: contact?.version })
      .expect(200)
    expect(body.attributes).toEqual(contact?.attributes)
  })

  it.each([
    ['an empty name', { name: ' ' }, 'name'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['no address', { emails: ['zoe'] }, 'emails.0'],
    ['an operator as address', { emails: [{ $ne: 1 }] }, 'emails.0'],
    ['a phone of letters', { phones: ['call me'] }, 'phones.0'],
    ['a key that every object has', { attributes: { constructor: 'x' } }, 'attributes.constructor'],
    ['a key with an operator', { attributes: { $set: 'x' } }, 'attributes.$set'],
    ['an attribute that is no text', { attributes: { plan: { a: 1 } } }, 'attributes.plan'],
    ['too long an attribute', { attributes: { plan: 'x'.repeat(1_001) } }, 'attributes.plan'],
    ['what only the server sets', { createdAt: '2020-01-01T00:00:00.000Z' }, 'createdAt'],
    ['identities', { identities: [] }, 'identities'],
  ])('refuse %s', async (_, change, field) => {
    const [contact] = (await contacts({ search: 'number6' })).items
    const { body } = await inbox.anna.agent
      .patch(`/api/v1/contacts/${contact?.id}`)
      .send({ ...change, version: contact?.version })
      .expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field })
    expect((await contacts({ search: 'number6' })).items).toEqual([contact])
  })

  it('refuse a __proto__ in the body, and nothing of it sticks', async () => {
    const [contact] = (await contacts({ search: 'number6' })).items
    const { body } = await inbox.anna.agent
      .patch(`/api/v1/contacts/${contact?.id}`)
      .set('Content-Type', 'application/json')
      .send(`{"version":${contact?.version},"attributes":{"__proto__":{"admin":"yes"}}}`)
      .expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field: '__proto__' })
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
  })
})

// Last, since it fills every list.
describe('a search', () => {
  it('of a name that very many have is found also by who sees only one of them', async () => {
    await inbox.customer('first of all', inbox.channelId, 'Xerxes Visible')
    const hidden = Array.from({ length: 130 }, (_, index) => `xerxes-${index}`)
    await inbox.deliver(
      hidden.map((who) =>
        said(who, `${who}-1`, {
          identity: { externalId: who, verified: false, displayName: `Xerxes ${who}` },
        }),
      ),
      inbox.closedChannelId,
    )
    const own = await list({ search: 'xerxes' }, inbox.anna.agent)
    expect(own.items.map(({ contact }) => contact.name)).toEqual(['Xerxes Visible'])
    const all = await walk({ search: 'xerxes', limit: 40 })
    expect(all).toHaveLength(131)
    expect(new Set(all).size).toBe(131)
    expect(all).toEqual([...idsOf(await list({ search: 'xerxes', limit: 100 })), ...all.slice(100)])
  })
})
