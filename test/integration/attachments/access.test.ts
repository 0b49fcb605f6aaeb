import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgentId } from '../../../src/domain/ids.ts'
import type { AttachmentView, ChannelAdminView } from '../../../src/domain/views.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import type { Agent, Someone } from '../http/test-server.ts'
import {
  downloadAs,
  formOf,
  startWidgetServer,
  uploadAs,
  type Visitor,
  type WidgetServer,
} from '../widget/widget-server.ts'

const CANARY = 'canary-4f1d'

let server: WidgetServer
let owner: Agent
let insider: Someone
let outsider: Someone
/** Only `insider` sees `closed`; everybody sees `open`. */
let closed: ChannelAdminView
let open: ChannelAdminView

beforeAll(async () => {
  server = await startWidgetServer()
  owner = (await server.owner()).agent
  insider = await server.someone(owner, 'agent', 'in@example.com')
  outsider = await server.someone(owner, 'agent', 'out@example.com')
  closed = await server.channel(owner, {}, { access: { kind: 'agents', agentIds: [insider.profile.id] } })
  open = await server.channel(owner)
})
afterAll(() => server.close())

const content = Buffer.from(CANARY)

async function uploadOf(agent: Agent): Promise<AttachmentView> {
  const { body, headers } = formOf('secret.txt', content)
  return (await agent.post('/api/v1/attachments').set(headers).send(body).expect(201)).body as AttachmentView
}

/** Status, and that nothing of the content is in a refusal. */
async function statusOf(answer: Promise<Response>): Promise<number> {
  const response = await answer
  const text = await response.text()
  expect(text.includes(CANARY)).toBe(response.status === 200)
  if (response.status !== 200) {
    expect(response.headers.get('content-type')).toMatch('application/problem+json')
  }
  return response.status
}

const statusFor = async (agent: Agent, id: string): Promise<number> => {
  const answer = await agent.get(`/api/v1/attachments/${id}`)
  expect((answer.text ?? '').includes(CANARY)).toBe(answer.status === 200)
  return answer.status
}

describe('a file of a visitor', () => {
  let visitor: Visitor
  let stranger: Visitor
  let elsewhere: Visitor
  let conversation: StoredConversation
  let file: AttachmentView

  beforeEach(async () => {
    visitor = await server.visitor(closed.id)
    stranger = await server.visitor(closed.id)
    elsewhere = await server.visitor(open.id)
    conversation = await server.conversation(visitor)
    file = (await uploadAs(server.url, visitor, 'secret.txt', content)).body
  })

  const link = (by: Visitor = visitor, to = conversation, messageId?: string) =>
    server.core.linkAttachments([{ kind: 'stored', attachmentId: file.id }], {
      channelId: by.channelId as StoredConversation['channelId'],
      identityExternalId: by.visitorId,
      conversationId: to.id,
      messageId: (messageId ?? 'a'.repeat(24)) as never,
    })

  /** He gets it, and nobody else knows of it. */
  async function expectHisAlone(): Promise<void> {
    const { url } = server
    expect(await statusOf(downloadAs(url, visitor, file.id))).toBe(200)
    expect(await statusOf(downloadAs(url, stranger, file.id))).toBe(404)
    expect(await statusOf(downloadAs(url, elsewhere, file.id))).toBe(404)
    for (const agent of [owner, insider.agent, outsider.agent]) {
      expect(await statusFor(agent, file.id)).toBe(404)
    }
  }

  it('is nobody’s but his until a message has it', async () => {
    await expectHisAlone()
  })

  it('is then for him and for who sees the conversation', async () => {
    const message = await server.message(conversation)
    expect(await link(visitor, conversation, message.id)).toEqual([file])
    const { url } = server
    expect(await statusOf(downloadAs(url, visitor, file.id))).toBe(200)
    expect(await statusOf(downloadAs(url, stranger, file.id))).toBe(404)
    expect(await statusOf(downloadAs(url, elsewhere, file.id))).toBe(404)
    expect(await statusFor(owner, file.id)).toBe(200)
    expect(await statusFor(insider.agent, file.id)).toBe(200)
    expect(await statusFor(outsider.agent, file.id)).toBe(404)
    expect(await statusFor(server.nobody(), file.id)).toBe(401)
  })

  it('stays his while neither the message nor its conversation is there yet', async () => {
    const notYet = { ...conversation, id: 'e'.repeat(24) as StoredConversation['id'] }
    expect(await link(visitor, notYet)).toEqual([file])
    await expectHisAlone()
  })

  it('is gone for everybody once the message is deleted', async () => {
    const externalId = `${visitor.visitorId}:1`
    const message = await server.message(conversation, { externalId })
    await link(visitor, conversation, message.id)
    await server.core.stores.messages.edit(conversation.channelId, externalId, { deletedAtMs: 5 })
    expect(await statusOf(downloadAs(server.url, visitor, file.id))).toBe(404)
    expect(await statusFor(owner, file.id)).toBe(404)
  })

  it('needs his own token, of this channel', async () => {
    const { url } = server
    const get = (channelId: string, token: string) => statusOf(downloadAs(url, { channelId, token }, file.id))
    expect(await get(open.id, visitor.token)).toBe(401)
    expect(await get(closed.id, elsewhere.token)).toBe(401)
    expect(await get(closed.id, 'nonsense')).toBe(401)
    expect(await get(closed.id, visitor.token.slice(0, -2))).toBe(401)
    expect(await get('f'.repeat(24), visitor.token)).toBe(404)
    const path = `${url}/widget/v1/${closed.id}/attachments/${file.id}`
    expect(await statusOf(fetch(path))).toBe(401)
    expect(await statusOf(fetch(`${path}?token=${visitor.token}`))).toBe(401)
    expect(await statusOf(fetch(path, { headers: { cookie: `token=${visitor.token}` } }))).toBe(401)
  })

  it('cannot be taken into a message by anybody else', async () => {
    const others = await server.conversation(stranger)
    expect(await link(stranger, others)).toEqual([])
    expect(await link({ ...visitor, channelId: open.id }, others)).toEqual([])
    const theirs = server.core.agentAttachments.find([file.id], insider.profile.id as AgentId)
    await expect(theirs).rejects.toMatchObject({ code: 'not-found', details: { field: 'attachmentIds.0' } })
    expect(await link()).toEqual([file])
  })

  it('is asked for by an id of ours, or not at all', async () => {
    for (const id of [
      '1',
      file.id.slice(1),
      `${file.id}0`,
      file.id.toUpperCase(),
      '..%2f..%2fetc',
      '%00',
      '$ne',
    ]) {
      const asVisitor = await statusOf(downloadAs(server.url, visitor, id))
      expect([400, 404], id).toContain(asVisitor)
      expect([400, 404], id).toContain(await statusFor(owner, id))
    }
    expect(await statusOf(downloadAs(server.url, visitor, '0'.repeat(32)))).toBe(404)
    expect(await statusFor(owner, '0'.repeat(32))).toBe(404)
  })
})

describe('a file of an agent', () => {
  it('is only his until he sends it', async () => {
    const file = await uploadOf(insider.agent)
    const visitor = await server.visitor(closed.id)
    expect(await statusFor(insider.agent, file.id)).toBe(200)
    for (const agent of [owner, outsider.agent]) expect(await statusFor(agent, file.id)).toBe(404)
    expect(await statusOf(downloadAs(server.url, visitor, file.id))).toBe(404)
    const { agentAttachments } = server.core
    await expect(agentAttachments.find([file.id], outsider.profile.id)).rejects.toMatchObject({
      code: 'not-found',
    })
    expect(await agentAttachments.find([file.id], insider.profile.id)).toEqual([file])
  })

  it('reaches the visitor with the message, and not before it counts as sent', async () => {
    const visitor = await server.visitor(closed.id)
    const conversation = await server.conversation(visitor)
    const expected = { queued: 404, sending: 404, failed: 404, sent: 200, delivered: 200, read: 200 } as const
    for (const [status, code] of Object.entries(expected)) {
      const file = await uploadOf(insider.agent)
      const message = await server.message(conversation, { direction: 'outbound', status: status as 'sent' })
      await server.core.agentAttachments.link([file.id], {
        agentId: insider.profile.id,
        conversationId: conversation.id,
        messageId: message.id,
      })
      expect(await statusOf(downloadAs(server.url, visitor, file.id)), status).toBe(code)
      expect(await statusFor(insider.agent, file.id)).toBe(200)
      expect(await statusFor(outsider.agent, file.id)).toBe(404)
    }
  })

  it('stays among agents when it hangs at a note', async () => {
    const visitor = await server.visitor(closed.id)
    const conversation = await server.conversation(visitor)
    const file = await uploadOf(insider.agent)
    const note = await server.message(conversation, { direction: 'outbound', kind: 'note' })
    await server.core.agentAttachments.link([file.id], {
      agentId: insider.profile.id,
      conversationId: conversation.id,
      messageId: note.id,
    })
    expect(await statusOf(downloadAs(server.url, visitor, file.id))).toBe(404)
    expect(await statusFor(owner, file.id)).toBe(200)
  })

  it('is out of reach after sign-out', async () => {
    const leaver = await server.someone(owner, 'agent', 'leaver@example.com')
    const file = await uploadOf(leaver.agent)
    const path = `/api/v1/attachments/${file.id}`
    const { headers } = await leaver.agent.get(path).expect(200)
    await leaver.agent.delete('/api/v1/session').expect(204)
    expect(await statusFor(leaver.agent, file.id)).toBe(401)
    await leaver.agent
      .get(path)
      .set('if-none-match', headers['etag'] as string)
      .expect(401)
  })

  it('is not taken from another site’s page', async () => {
    const { body, headers } = formOf('a', content)
    const answer = await owner
      .post('/api/v1/attachments')
      .set({ ...headers, origin: 'https://evil.example' })
      .send(body)
    expect([answer.status, answer.body.code]).toEqual([403, 'origin-not-allowed'])
  })
})

describe('a part of a file', () => {
  const part = async (range: string, more: Record<string, string> = {}) => {
    const { id } = await uploadOf(owner)
    return owner
      .get(`/api/v1/attachments/${id}`)
      .set({ Range: range, ...more })
      .buffer(true)
  }

  it('is what a player gets that asks for it', async () => {
    const middle = await part('bytes=2-5')
    expect(middle.status).toBe(206)
    expect(middle.text).toBe(CANARY.slice(2, 6))
    expect(middle.headers).toMatchObject({
      'accept-ranges': 'bytes',
      'content-range': `bytes 2-5/${CANARY.length}`,
      'content-length': '4',
      'content-disposition': expect.stringMatching(/^attachment/),
    })
    expect((await part('bytes=-3')).text).toBe(CANARY.slice(-3))
  })

  it('that the file does not have is refused, and a changed file is given whole', async () => {
    const beyond = await part(`bytes=${CANARY.length}-`)
    expect(beyond.status).toBe(416)
    expect(beyond.headers['content-range']).toBe(`bytes */${CANARY.length}`)
    const changed = await part('bytes=2-5', { 'If-Range': '"another"' })
    expect([changed.status, changed.text]).toEqual([200, CANARY])
  })
})
