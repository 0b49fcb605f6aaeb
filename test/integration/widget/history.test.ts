import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { VisitorHistory } from '../../../src/services/visitor-history.ts'
import type { Agent } from '../http/test-server.ts'
import { startWidgetServer, type Visitor, type WidgetServer } from './widget-server.ts'

let server: WidgetServer
let owner: Agent
let channelId: string

beforeAll(async () => {
  server = await startWidgetServer()
  owner = (await server.owner()).agent
  channelId = (await server.channel(owner)).id
})
afterAll(() => server.close())

const ask = (
  visitor: Pick<Visitor, 'channelId' | 'token'>,
  query = '',
  headers: Record<string, string> = {},
) =>
  fetch(`${server.url}/widget/v1/${visitor.channelId}/messages${query}`, {
    headers: { authorization: `Bearer ${visitor.token}`, ...headers },
  })

const read = async (visitor: Visitor, query = ''): Promise<VisitorHistory> => {
  const answer = await ask(visitor, query)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('access-control-allow-origin')).toBeNull()
  return (await answer.json()) as VisitorHistory
}

describe('a visitor’s history', () => {
  it('is empty for who has written nothing, whoever else has', async () => {
    const [writer, stranger] = [await server.visitor(channelId), await server.visitor(channelId)]
    const otherChannel = (await server.channel(owner)).id
    const elsewhere = await server.visitor(otherChannel)
    await server.message(await server.conversation(writer), { text: 'canary-77' })
    for (const visitor of [stranger, elsewhere]) {
      expect(await read(visitor)).toEqual({ items: [], unreadCount: 0 })
    }
    expect((await read(writer)).items).toHaveLength(1)
    for (const other of [
      { channelId: otherChannel, token: writer.token },
      { channelId, token: elsewhere.token },
    ]) {
      const answer = await ask(other)
      expect(answer.status).toBe(401)
      expect(await answer.text()).not.toContain('canary-77')
    }
    for (const query of [
      `?visitorId=${writer.visitorId}`,
      '?conversationId=x',
      '?limit[$gt]=1',
      '?before=1&before=2',
    ]) {
      const answer = await ask(stranger, query)
      expect(answer.status, query).toBe(400)
      expect(await answer.text()).not.toContain('canary-77')
    }
  })

  it('holds what is meant for him: no notes, no lines of the system, nothing unsent', async () => {
    const visitor = await server.visitor(channelId)
    const conversation = await server.conversation(visitor, { readOrder: 1_000_000 })
    const say = (more: object) => server.message(conversation, more)
    const agent = {
      author: { kind: 'agent', id: 'f'.repeat(24), name: 'Ada' },
      direction: 'outbound',
    } as const
    await say({ text: 'hello', clientMessageId: 'c1' })
    await say({ ...agent, kind: 'note', text: 'canary-note' })
    await say({ ...agent, kind: 'event', text: 'canary-event', event: { name: 'assigned' } })
    for (const status of ['queued', 'sending', 'failed'])
      await say({ ...agent, status, text: `canary-${status}` })
    for (const status of ['sent', 'delivered', 'read']) await say({ ...agent, status, text: status })
    const history = await read(visitor)
    expect(history.items.map(({ text }) => text)).toEqual(['read', 'delivered', 'sent', 'hello'])
    expect(history.unreadCount).toBe(2)
    expect(history.items.at(-1)).toMatchObject({ from: 'visitor', clientMessageId: 'c1', status: 'read' })
    expect(history.items[0]).toMatchObject({ from: 'agent', authorName: 'Ada' })
    expect(JSON.stringify(history)).not.toMatch(/canary|ffffffff/)
  })

  it('comes in pages without a gap or a double', async () => {
    const visitor = await server.visitor(channelId)
    const conversation = await server.conversation(visitor)
    const texts: string[] = []
    for (let index = 0; index < 23; index += 1) {
      const hidden = index % 5 === 0
      await server.message(conversation, { text: `t${index}`, kind: hidden ? 'note' : 'message' })
      if (!hidden) texts.unshift(`t${index}`)
    }
    const seen: string[] = []
    let query = '?limit=4'
    for (let page = 0; page < 20; page += 1) {
      const { items, nextCursor } = await read(visitor, query)
      seen.push(...items.map(({ text }) => text))
      if (nextCursor === undefined) break
      query = `?limit=4&before=${nextCursor}`
    }
    expect(seen).toEqual(texts)
  })

  it('says what is wrong with a question', async () => {
    const visitor = await server.visitor(channelId)
    await server.message(await server.conversation(visitor))
    for (const query of [
      '?limit=0',
      '?limit=101',
      '?limit=x',
      '?before=%7B%7D',
      `?before=${btoa('[1,"x"]').replaceAll('=', '')}`,
      '?before=AAAA',
    ]) {
      const answer = await ask(visitor, query)
      expect(answer.status, query).toBe(400)
    }
    const none = await fetch(`${server.url}/widget/v1/${channelId}/messages`)
    expect([none.status, ((await none.json()) as { code: string }).code]).toEqual([401, 'invalid-token'])
    expect(server.logs()).not.toContain('a request failed')
  })

  it('ends with the secret that signed the session', async () => {
    const channel = await server.channel(owner)
    const visitor = await server.visitor(channel.id)
    expect((await ask(visitor)).status).toBe(200)
    await owner
      .post(`/api/v1/channels/${channel.id}/secrets/visitorSecret/rotate`)
      .send({ version: channel.version })
      .expect(200)
    expect((await ask(visitor)).status).toBe(401)
  })
})
