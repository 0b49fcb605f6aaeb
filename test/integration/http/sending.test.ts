/** What agents send and change over REST on a platform that can do everything, and the files it fetches. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { OutboundMessage } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ChannelId, ChannelType } from '../../../src/domain/ids.ts'
import type { MessageTemplate } from '../../../src/domain/message-template.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { said, scriptedConnector } from '../../harness/scripted-channel.ts'
import { type InboxServer, startInboxServer } from '../conversations/inbox-server.ts'
import { formOf } from '../widget/widget-server.ts'

const API = '/api/v1'
const TEMPLATE: MessageTemplate = {
  id: 'T1',
  name: 'hello',
  language: 'en',
  body: 'Hello {{1}}',
  variables: [{ key: '1' }],
  buttons: [],
  media: [],
}

const sent: OutboundMessage[] = []
const listTemplates = vi.fn(async (): Promise<readonly MessageTemplate[]> => [TEMPLATE])
const editMessage = vi.fn(async () => undefined as void)
const deleteMessage = vi.fn(async () => undefined as void)
const platform = {
  ...scriptedConnector({
    capabilities: {
      text: { support: 'native', maxLength: 500, overLimit: 'split' },
      formatting: 'native',
      templates: 'native',
      replyTo: 'native',
      editMessage: 'native',
      deleteMessage: 'native',
      startConversation: 'native',
      replyWindowHours: 24,
    },
    send: (message) => {
      sent.push(message)
      return { externalId: `sent-${message.id}` }
    },
  }),
  type: 'platform' as ChannelType,
  listTemplates,
  editMessage,
  deleteMessage,
}

let server: InboxServer
let channelId: ChannelId
let conversation: ConversationView
let customers = 0

beforeAll(async () => {
  server = await startInboxServer([platform])
  const { body } = await server.owner.agent
    .post(`${API}/channels`)
    .send({ type: 'platform', name: 'Platform', config: {} })
    .expect(201)
  channelId = body.id
})
afterAll(() => server.close())

beforeEach(async () => {
  sent.length = 0
  customers += 1
  const who = `customer-${customers}`
  await server.deliver([said(who, `m-${customers}`)], channelId)
  conversation = await server.readOf(who, channelId)
})

const send = (change: object, by = server.anna) =>
  by.agent
    .post(`${API}/conversations/${conversation.id}/messages`)
    .send({ clientMessageId: `c${Math.random()}`.replace('.', ''), text: '', ...change })
const thread = async (): Promise<readonly MessageView[]> =>
  (await server.anna.agent.get(`${API}/conversations/${conversation.id}/messages`).expect(200)).body.items
/** Once it has gone. */
const sentMessage = async (id: string): Promise<MessageView> => {
  await expect
    .poll(async () => (await thread()).find((one) => one.id === id)?.status, { timeout: 30_000 })
    .toBe('sent')
  const found = (await thread()).find((one) => one.id === id)
  if (!found) throw new Error('it is there')
  return found
}

describe('approved messages', () => {
  it('are listed for whoever may send on the channel', async () => {
    const { body } = await server.anna.agent.get(`${API}/channels/${channelId}/templates`).expect(200)
    expect(body).toEqual({ items: [TEMPLATE] })
    await server.anna.agent.get(`${API}/channels/${server.closedChannelId}/templates`).expect(404)
    const other = await server.boris.agent.get(`${API}/channels/${server.channelId}/templates`).expect(422)
    expect(other.body).toMatchObject({ code: 'message-refused', reason: 'templates-unsupported' })
  })

  it('go out filled in, and what is wrong with them is said', async () => {
    const { body } = await send({ template: { id: 'T1', name: 'hello', variables: { 1: 'Ada' } } }).expect(
      201,
    )
    expect(body.items).toMatchObject([{ text: 'Hello Ada' }])
    const gaps = await send({ template: { id: 'T1', name: 'hello', variables: {} } }).expect(422)
    expect(gaps.body).toMatchObject({ code: 'message-refused', reason: 'template-incomplete', missing: '1' })
    for (const variables of [{ 1: '' }, { 1: 'x'.repeat(1_025) }, { __proto__x: {} }, { 'a b': 'x' }, 'x']) {
      const { body: problem } = await send({ template: { id: 'T1', name: 'hello', variables } }).expect(400)
      expect(problem.code).toBe('invalid-input')
      expect(problem.field).toMatch(/^template\.variables/)
    }
    await send({ template: { id: 'T1', name: 'hello', variables: { 1: 'Ada' }, extra: 1 } }).expect(400)
  })

  it('that the platform does not tell are a problem in its words', async () => {
    const fresh = await server.owner.agent
      .post(`${API}/channels`)
      .send({ type: 'platform', name: 'Another', config: {} })
      .expect(201)
    listTemplates.mockRejectedValueOnce(
      new ConnectorError({
        code: 'bad-credentials',
        detail: 'Wrong key',
        retry: 'never',
        delivery: 'not-sent',
      }),
    )
    const { body } = await server.anna.agent.get(`${API}/channels/${fresh.body.id}/templates`).expect(422)
    expect(body).toMatchObject({ code: 'platform-refused', reason: 'bad-credentials', detail: 'Wrong key' })
  })
})

describe('a message that was sent', () => {
  it('is changed and taken back', async () => {
    const { body } = await send({ text: 'A *word*' }).expect(201)
    const standing = await sentMessage(body.items[0].id)
    expect(standing.text).toBe('A word')
    const at = `${API}/messages/${standing.id}`
    const changed = await server.anna.agent
      .patch(at)
      .send({ text: 'Another', version: standing.version })
      .expect(200)
    expect(changed.body).toMatchObject({ text: 'Another', editedAt: expect.any(String) })
    await server.anna.agent.patch(at).send({ text: 'Late', version: standing.version }).expect(409)
    await server.boris.agent.patch(at).send({ text: 'x', version: changed.body.version }).expect(403)
    editMessage.mockRejectedValueOnce(
      new ConnectorError({ code: 'away', detail: 'It is down', retry: 'later', delivery: 'not-sent' }),
    )
    const failed = await server.anna.agent
      .patch(at)
      .send({ text: 'x', version: changed.body.version })
      .expect(503)
    expect(failed.body).toMatchObject({ code: 'platform-unavailable', detail: 'It is down' })
    const { version } = await sentMessage(standing.id)
    const taken = await server.anna.agent.delete(`${at}?version=${version}`).expect(200)
    expect(taken.body).toMatchObject({ text: '', deletedAt: expect.any(String) })
    await server.anna.agent.delete(at).expect(400)
    await server.anna.agent.patch(at).send({ text: '', version: 1 }).expect(400)
  })

  it('may answer another one', async () => {
    const [hello] = await thread()
    await send({ text: 'Hi', replyToId: hello?.id }).expect(201)
    await expect.poll(() => sent[0]?.replyToExternalId, { timeout: 30_000 }).toBe(`m-${customers}`)
    const { body } = await send({ text: 'Hi', replyToId: conversation.id }).expect(404)
    expect(body.field).toBe('replyToId')
  })
})

describe('the file of a message', () => {
  const content = '<script>alert(1)</script>'

  async function filed() {
    const form = formOf('Grüße "1".html', Buffer.from(content))
    const upload = await server.anna.agent
      .post(`${API}/attachments`)
      .set(form.headers)
      .send(form.body)
      .expect(201)
    const { body } = await send({ text: 'See', attachmentIds: [upload.body.id] }).expect(201)
    const message = await sentMessage(body.items[0].id)
    const url = sent[0]?.attachments[0]?.publicUrl() ?? ''
    return { url, message, uploadId: upload.body.id as string }
  }

  it('is there for the platform, as a file and nothing else', async () => {
    const { url } = await filed()
    const answer = await fetch(url)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(content)
    expect(answer.headers.get('content-security-policy')).toContain('sandbox')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /)
    expect(answer.headers.get('set-cookie')).toBeNull()
    const head = await fetch(url, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(content.length))
    expect(await head.text()).toBe('')
  })

  it('is there at no other address and by no other method', async () => {
    const { url, uploadId } = await filed()
    const base = new URL('/files/', url).href
    const wrong = [
      base,
      base.slice(0, -1),
      `${base}${uploadId}`,
      `${url}x`,
      `${url}/`,
      `${url}/x`,
      `${base}..%2f`,
    ]
    for (const address of wrong) {
      const answer = await fetch(address)
      expect([address, answer.status]).toEqual([address, 404])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await fetch(url, { method })).status).toBe(404)
    }
  })

  it('is gone once the message is taken back, and not there before it belongs to one', async () => {
    const { url, message } = await filed()
    await server.anna.agent.delete(`${API}/messages/${message.id}?version=${message.version}`).expect(200)
    expect((await fetch(url)).status).toBe(404)
    const form = formOf('a.txt', Buffer.from('loose'))
    const loose = await server.anna.agent
      .post(`${API}/attachments`)
      .set(form.headers)
      .send(form.body)
      .expect(201)
    expect((await fetch(server.core.fileLinks.of(loose.body.id))).status).toBe(404)
  })

  it('is refused to whoever tries too many addresses', async () => {
    const { url } = await filed()
    const wrong = new URL('/files/none', url).href
    const statuses = new Set<number>()
    for (let times = 0; times < 25; times += 1) statuses.add((await fetch(wrong)).status)
    expect(statuses).toContain(429)
    // Whoever shares the address still gets what is there.
    expect((await fetch(url)).status).toBe(200)
  })
})
