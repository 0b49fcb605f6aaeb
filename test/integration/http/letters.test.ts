/** Letters over the API: what may be written, what is refused and where, and what comes back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChannelType } from '../../../src/domain/ids.ts'
import { LETTERS, OWN } from '../../harness/letter-rig.ts'
import { parrot } from './parrot-connector.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let owner: Someone
const channels: Record<string, string> = {}
let counter = 0

beforeAll(async () => {
  const scribe = { ...parrot, type: 'scribe' as ChannelType, capabilities: () => LETTERS }
  server = await startTestServer({ connectors: [scribe] })
  owner = await server.owner()
  for (const type of ['scribe', 'parrot']) {
    const { body } = await owner.agent
      .post('/api/v1/channels')
      .send({ type, name: type, config: {} })
      .expect(201)
    channels[type] = body.id
  }
})
afterAll(() => server.close())

const beginning = (change: object = {}) => {
  counter += 1
  return {
    clientMessageId: `begin-${counter}`,
    channelId: channels['scribe'],
    to: 'ada@example.org',
    name: 'Ada',
    text: 'Good day.',
    letter: { subject: 'Your order' },
    ...change,
  }
}
const begin = (change: object = {}) => owner.agent.post('/api/v1/conversations').send(beginning(change))
const answer = (id: string, letter: unknown, change: object = {}) => {
  counter += 1
  return owner.agent
    .post(`/api/v1/conversations/${id}/messages`)
    .send({ clientMessageId: `answer-${counter}`, text: 'Hello', letter, ...change })
}

describe('a conversation is begun', () => {
  it('and answers with itself and its first message', async () => {
    const { body } = await begin({ to: ' Ada@Example.ORG ' }).expect(201)
    expect(body).toMatchObject({
      conversation: {
        channelId: channels['scribe'],
        subject: 'Your order',
        contact: { name: 'Ada' },
        assigneeId: owner.profile.id,
        unreadCount: 0,
      },
      message: {
        direction: 'outbound',
        text: 'Good day.',
        status: 'queued',
        letter: {
          from: { address: OWN, name: 'scribe' },
          to: [{ address: 'ada@example.org' }],
          subject: 'Your order',
          hasHtml: false,
          hasQuoted: false,
        },
      },
    })
    expect(body.items).toEqual([body.message])
    const read = await owner.agent.get(`/api/v1/conversations/${body.conversation.id}`).expect(200)
    expect(read.body).toEqual(body.conversation)
    const letter = await owner.agent.get(`/api/v1/messages/${body.message.id}/letter`).expect(200)
    expect(letter.body.text).toBe('Good day.\n\n-- \nThe help desk')
  })

  it('once for its client’s id, and once for a key', async () => {
    const command = beginning({ clientMessageId: 'twice' })
    const first = await owner.agent.post('/api/v1/conversations').send(command).expect(201)
    const second = await owner.agent.post('/api/v1/conversations').send(command).expect(200)
    expect(second.body).toEqual(first.body)
    const keyed = () =>
      owner.agent
        .post('/api/v1/conversations')
        .set('Idempotency-Key', 'k1')
        .send(beginning({ clientMessageId: 'keyed' }))
    const once = await keyed().expect(201)
    expect((await keyed().expect(201)).body).toEqual(once.body)
  })

  it('only on channels that allow it', async () => {
    const { body } = await begin({ channelId: channels['parrot'], letter: undefined }).expect(422)
    expect(body).toMatchObject({ code: 'message-refused', reason: 'start-unsupported' })
    await begin({ channelId: '0'.repeat(24) }).expect(404)
  })

  it('with somebody, and not about a letter that is elsewhere', async () => {
    for (const [change, field] of [
      [{ to: 'ada' }, 'to'],
      [{ to: '' }, 'to'],
      [{ to: OWN }, 'to'],
      [{ to: 'ada@example.org\nBcc: eve@example.org' }, 'to'],
      [{ name: 'A\r\nB' }, 'name'],
      [{ letter: { quote: 'reply' } }, 'letter.quote'],
      [{ letter: { aboutMessageId: '0'.repeat(24) } }, 'letter.aboutMessageId'],
    ] as const) {
      const { body } = await begin(change).expect(400)
      expect(body, JSON.stringify(change)).toMatchObject({ field })
    }
  })
})

describe('a letter', () => {
  let id: string
  beforeAll(async () => {
    id = (await begin().expect(201)).body.conversation.id
  })

  it('goes to those it names', async () => {
    const { body } = await answer(id, {
      to: ['ada@Example.org'],
      cc: ['bob@example.org', 'ADA@example.org'],
      bcc: [OWN],
      html: '<p>Hello <script>x</script><b>you</b></p>',
      subject: ' Another ',
      signature: false,
    }).expect(201)
    expect(body.items[0].letter).toMatchObject({
      to: [{ address: 'ada@example.org' }],
      cc: [{ address: 'bob@example.org' }],
      bcc: [],
      subject: 'Another',
      hasHtml: true,
    })
    const { body: letter } = await owner.agent.get(`/api/v1/messages/${body.items[0].id}/letter`).expect(200)
    expect(letter).toMatchObject({ text: 'Hello', html: '<p>Hello <b>you</b></p>' })
  })

  it.each([
    [{ subject: 'Hello\r\nBcc: eve@example.org' }, 'letter.subject'],
    [{ subject: 'x'.repeat(501) }, 'letter.subject'],
    [{ subject: ['Hello'] }, 'letter.subject'],
    [{ to: 'ada@example.org' }, 'letter.to'],
    [{ to: [{ $ne: null }] }, 'letter.to.0'],
    [{ to: ['ada@example.org', 'Bob <bob@example.org>'] }, 'letter.to.1'],
    [{ cc: ['bob@example.org\r\nX: y'] }, 'letter.cc.0'],
    [{ bcc: [`${'a'.repeat(320)}@example.org`] }, 'letter.bcc.0'],
    [{ cc: Array.from({ length: 501 }, (_, index) => `a${index}@example.org`) }, 'letter.cc'],
    [{ html: { toString: 'x' } }, 'letter.html'],
    [{ html: 'x\u0000' }, 'letter.html'],
    [{ html: 'x'.repeat(150_001) }, 'letter.html'],
    [{ quote: 'everything' }, 'letter.quote'],
    [{ quote: 'forward', to: ['ada@example.org'] }, 'letter.aboutMessageId'],
    [{ aboutMessageId: { $gt: '' } }, 'letter.aboutMessageId'],
    [{ signature: 'mine' }, 'letter.signature'],
    [{ headers: { 'X-Evil': '1' } }, 'letter.headers'],
    [{ from: 'eve@example.org' }, 'letter.from'],
    [JSON.parse('{"__proto__":{"polluted":1}}'), '__proto__'],
    [[], 'letter'],
    ['x', 'letter'],
  ])('that holds %j is refused with its field', async (letter, field) => {
    const { body } = await answer(id, letter).expect(400)
    expect(body).toMatchObject({ code: expect.stringMatching(/^invalid-/), field })
  })

  it.each([
    [{ to: [OWN] }, { reason: 'no-recipients' }],
    [
      { cc: Array.from({ length: 5 }, (_, index) => `a${index}@example.org`) },
      { reason: 'too-many-recipients', limit: 5, actual: 6 },
    ],
  ])('to %j is refused with its reason', async (letter, reason) => {
    const { body } = await answer(id, letter).expect(422)
    expect(body).toMatchObject({ code: 'message-refused', ...reason })
  })

  it('about a message of another conversation is about nothing', async () => {
    const other = await begin().expect(201)
    const { body } = await answer(id, { aboutMessageId: other.body.message.id }).expect(404)
    expect(body).toMatchObject({ code: 'not-found', field: 'letter.aboutMessageId' })
  })

  it('shows up in the document of the API', async () => {
    const { body } = await server.nobody().get('/api/v1/openapi.json').expect(200)
    expect(body.components.schemas.OutgoingLetter.properties).toHaveProperty('aboutMessageId')
    expect(body.components.schemas.StartedConversation.properties).toHaveProperty('conversation')
  })
})
