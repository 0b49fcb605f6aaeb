/** Letters over REST: who may read what of them, and how it is handed out. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import { createLetterRig, file, type LetterRig, letter } from '../../harness/inbound-letters.ts'
import { png } from '../attachments/samples.ts'
import { type Agent, startTestServer, type TestServer } from '../http/test-server.ts'

const CANARY = 'canary-7c1e'

let server: TestServer
let owner: Agent
/** Sees no conversation of the channel. */
let outsider: Agent
let rig: LetterRig
let remote: Server
let asked = 0
let message: MessageView
let conversation: ConversationView

beforeAll(async () => {
  remote = createServer((_, response) => {
    asked += 1
    response.end(png(2, 2))
  })
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve))
  server = await startTestServer()
  owner = (await server.owner()).agent
  outsider = (await server.someone(owner, 'agent', 'out@example.com')).agent
  rig = createLetterRig(server.core.stores)
  const { port } = remote.address() as AddressInfo
  await rig.receive([
    rig.entry(
      letter({
        id: 'a',
        text: CANARY,
        html: `<p>${CANARY}</p><img src="cid:1"><img src="http://127.0.0.1:${port}/x.png">`,
        attachments: [file('x.png', png(2, 2), '1')],
      }),
    ),
  ])
  const stored = await rig.conversationOf('a')
  conversation = (await owner.get(`/api/v1/conversations/${stored.id}`).expect(200)).body
  const { body } = await owner.get(`/api/v1/conversations/${stored.id}/messages`).expect(200)
  message = body.items[0]
})
afterAll(async () => {
  remote.close()
  await server.close()
})

const at = (what: string, id: string = message.id): string => `/api/v1/messages/${id}/${what}`

describe('a letter', () => {
  it('is listed with what it has, without its body', () => {
    expect(message.letter).toMatchObject({
      hasHtml: true,
      hasSource: true,
      from: { address: 'ada@example.com' },
    })
    expect(JSON.stringify(message)).not.toContain('<p>')
    expect(message.attachments[0]).toMatchObject({ contentId: '1' })
  })

  it('is read whole, its own pictures under addresses that answer', async () => {
    const { body } = await owner.get(at('letter')).expect(200)
    expect(body).toMatchObject({ text: CANARY, remoteImages: 1 })
    const [, address = ''] = /src="([^"]+)"/.exec(body.html) ?? []
    const picture = await owner.get(address).expect(200)
    expect(picture.headers['content-type']).toBe('image/png')
    expect(picture.headers['content-disposition']).toMatch(/^inline/)
  })

  it('has its source to be saved, never to be opened', async () => {
    const { headers, body } = await owner
      .get(at('source'))
      .buffer(true)
      .parse((response, done) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => done(null, Buffer.concat(chunks)))
      })
      .expect(200)
    expect(String(body)).toContain(CANARY)
    expect(headers['content-type']).toBe('message/rfc822')
    expect(headers['content-length']).toBe(String((body as Buffer).byteLength))
    expect(headers['content-disposition']).toMatch(/^attachment; filename="letter-[0-9a-f]{24}\.eml"/)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
  })

  it('never lets the server look inside its own network for a picture', async () => {
    const { body } = await owner.get(at('images/0')).expect(503)
    expect(body.code).toBe('remote-unavailable')
    expect(asked).toBe(0)
    expect(JSON.stringify(body)).not.toContain('127.0.0.1')
  })

  it.each(['letter', 'source', 'report', 'images/0'])(
    'shows %s to nobody who does not see it',
    async (what) => {
      for (const [who, status] of [
        [outsider, 404],
        [server.nobody(), 401],
      ] as const) {
        const answer = await who.get(at(what))
        expect(answer.status).toBe(status)
        expect(answer.text).not.toContain(CANARY)
      }
      await owner.get(at(what, 'f'.repeat(24))).expect(404)
      await owner.get(at(what, 'no-id')).expect(400)
    },
  )

  it('has no report, no other place and no odd one', async () => {
    await owner.get(at('report')).expect(404)
    await owner.get(at('images/1')).expect(404)
    for (const place of ['-1', 'x', '1e3', '9999', '0%00']) {
      expect((await owner.get(at(`images/${place}`))).status).toBe(400)
    }
  })
})

describe('filing', () => {
  it('is done and undone by the version one has seen, and lists follow', async () => {
    const patch = (change: object, version: number) =>
      owner.patch(`/api/v1/conversations/${conversation.id}`).send({ version, ...change })
    const { body: filed } = await patch({ filed: 'spam' }, conversation.version).expect(200)
    expect(filed).toMatchObject({ filed: 'spam', status: 'resolved' })
    await patch({ filed: null }, conversation.version).expect(409)
    await patch({ filed: 'automatic' }, filed.version).expect(400)
    const idsIn = async (query: string) =>
      (await owner.get(`/api/v1/conversations?${query}`).expect(200)).body.items.map(
        ({ id }: ConversationView) => id,
      )
    expect(await idsIn('view=spam')).toEqual([conversation.id])
    expect(await idsIn('view=automatic')).toEqual([])
    for (const status of ['open', 'resolved', 'pending', 'snoozed'])
      expect(await idsIn(`view=all&status=${status}`)).toEqual([])
    const { body: out } = await patch({ filed: null }, filed.version).expect(200)
    expect(out.status).toBe('open')
    expect(out).not.toHaveProperty('filed')
    expect(await idsIn('view=all')).toEqual([conversation.id])
  })
})

describe('whom a conversation is with', () => {
  it('is said by the version one has seen, of people whom its letters name, by whoever may', async () => {
    await rig.receiveEach(
      letter({
        id: 'fwd',
        forwardedFrom: { address: 'eve@example.net', name: 'Eve' },
        cc: ['bob@example.com'],
      }),
    )
    const { id, version } = await rig.conversationOf('fwd')
    const path = `/api/v1/conversations/${id}/contact`
    const put = (body: object, who = owner) => who.put(path).send(body)
    await put({ address: 'eve@example.net', version }, outsider).expect(404)
    await put({ address: 'eve@example.net', version: version + 1 }).expect(409)
    for (const address of [
      'carl@example.net',
      'eve',
      '',
      'eve@example.net\r\nBcc: x@y.example',
      { $ne: '' },
      null,
    ])
      await put({ address, version }).expect(400)
    for (const more of [
      { name: 'a\nb' },
      { name: 'x'.repeat(201) },
      { contactId: id },
      { version: { $gt: 0 } },
    ])
      await put({ address: 'eve@example.net', version, ...more }).expect(400)
    await owner
      .put('/api/v1/conversations/x/contact')
      .send({ address: 'eve@example.net', version })
      .expect(400)
    const { body } = await put({ address: 'EVE@example.net', version }).expect(200)
    expect(body).toMatchObject({ contact: { name: 'Eve' }, version: version + 1 })
    const thread = await owner.get(`/api/v1/conversations/${id}/messages`).expect(200)
    // The rig's letters have a clock of their own, which is ahead of the server's.
    expect(thread.body.items.flatMap((item: MessageView) => item.event ?? [])).toContainEqual({
      name: 'contact-changed',
      value: 'Eve',
    })
    const contact = await owner.get(`/api/v1/contacts/${body.contact.id}`).expect(200)
    expect(contact.body.emails).toEqual(['eve@example.net'])
  })
})
