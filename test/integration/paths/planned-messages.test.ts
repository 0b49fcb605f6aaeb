/** Approved messages, the reply window, formatting, answers to a message, and customers who want none. */
import { describe, expect, it, vi } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { MessageTemplate } from '../../../src/domain/message-template.ts'
import { createTemplates, listTemplates as templatesOf } from '../../../src/services/list-templates.ts'
import { startConversation } from '../../../src/services/start-conversation.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig, SCRIPTED, sayConsent, says } from '../../harness/path-rig.ts'

const database = sharedDatabase()

const HOUR = 3_600_000
const CAN: Capabilities = {
  ...SCRIPTED,
  text: { support: 'native', maxLength: 200, overLimit: 'split' },
  templates: 'native',
  formatting: 'native',
  replyTo: 'native',
  replyWindowHours: 24,
  startConversation: 'native',
}
const ORDER: MessageTemplate = {
  id: 'T1',
  name: 'order_on_its_way',
  language: 'en',
  body: 'Hello {{1}}, your order {{2}} is on its way.',
  variables: [{ key: '1' }, { key: '2' }],
  buttons: [],
  media: [],
}
const filled = (variables: Record<string, string> = { 1: 'Ada', 2: '17' }, id = 'T1') => ({
  id,
  name: 'as the client says',
  variables,
})

async function talk(capabilities: Capabilities = CAN, send?: () => never) {
  const listTemplates = vi.fn(async () => [ORDER, { ...ORDER, id: 'T2', unusable: 'It is paused' }])
  const rig = createPathRig(database.stores, {
    capabilities,
    also: { listTemplates },
    ...(send ? { send: async () => send() } : {}),
  })
  await rig.receive([rig.entry(says('Hello', 'm1'))])
  const { id } = await rig.conversation()
  const last = async () => (await rig.thread(id)).filter(({ kind }) => kind === 'message').at(-1)
  const start = (to: string, change: object = {}) =>
    startConversation(
      { channelId: rig.channelId, to, clientMessageId: freshId(), text: '', attachmentIds: [], ...change },
      rig.agent,
      { ...database.stores, ...rig.sendDeps, contacts: database.stores.contacts },
    )
  return { ...rig, id, last, listTemplates, start }
}

describe('an approved message', () => {
  it('goes out when the reply window is closed, as the customer reads it', async () => {
    const rig = await talk()
    rig.state.nowMs += 25 * HOUR
    await expect(rig.reply(rig.id, 'free text')).rejects.toMatchObject({
      details: { members: { reason: 'reply-window-closed' } },
    })
    await rig.reply(rig.id, '', 'c1', { template: filled() })
    await rig.deliver(rig.id)
    const text = 'Hello Ada, your order 17 is on its way.'
    const template = { id: 'T1', name: 'order_on_its_way', variables: { 1: 'Ada', 2: '17' } }
    expect(await rig.last()).toMatchObject({ text, template, status: 'sent' })
    expect(rig.sent).toMatchObject([{ text, template }])
  })

  it.each([
    ['that the platform does not know', { template: filled({}, 'T9') }, { reason: 'template-unknown' }],
    [
      'that it does not let out now',
      { template: filled({}, 'T2') },
      { reason: 'template-unusable', why: 'It is paused' },
    ],
    ['with gaps left', { template: filled({ 2: ' ' }) }, { reason: 'template-incomplete', missing: '1, 2' }],
    ['beside a text', { template: filled(), text: 'and more' }, { reason: 'template-not-alone' }],
  ])('%s is refused', async (_, change, members) => {
    const rig = await talk()
    await expect(rig.reply(rig.id, '', 'c1', change)).rejects.toMatchObject({
      code: 'message-refused',
      details: { members },
    })
    expect(rig.sent).toEqual([])
  })

  it('is refused where the channel knows none, without asking it', async () => {
    const rig = await talk({ ...CAN, templates: 'absent' })
    await expect(rig.reply(rig.id, '', 'c1', { template: filled() })).rejects.toMatchObject({
      details: { members: { reason: 'templates-unsupported' } },
    })
    expect(rig.listTemplates).not.toHaveBeenCalled()
  })

  it('begins a conversation where free text may not, and free text where he wrote lately', async () => {
    const rig = await talk()
    await expect(rig.start('new', { text: 'Hi' })).rejects.toMatchObject({
      details: { members: { reason: 'reply-window-closed' } },
    })
    const { conversation } = await rig.start('new', { template: filled() })
    expect(conversation.identityExternalId).toBe('new')
    expect(conversation.lastInboundAtMs).toBeUndefined()
  })
})

describe('the reply window', () => {
  it('is the customer’s, not the conversation’s', async () => {
    const rig = await talk()
    const { conversations } = database.stores
    const old = await rig.conversation()
    // It was resolved and put away; he wrote again, in a new one.
    await conversations.change(old.id, old.version, { status: 'resolved', resolvedAtMs: rig.state.nowMs })
    await conversations.retire([{ ...old, version: old.version + 1 }])
    rig.state.nowMs += 30 * HOUR
    await rig.receive([rig.entry(says('Hello again', 'm2'))])
    const current = await rig.conversation()
    expect(current.id).not.toBe(old.id)
    await expect(rig.reply(old.id, 'in the old one')).resolves.toMatchObject({ repeated: false })
    rig.state.nowMs += 24 * HOUR
    await expect(rig.reply(old.id, 'too late')).rejects.toMatchObject({
      details: { members: { reason: 'reply-window-closed' } },
    })
  })

  it('is known in a conversation that we begin', async () => {
    const rig = await talk()
    const { conversations } = database.stores
    const old = await rig.conversation()
    await conversations.change(old.id, old.version, { status: 'resolved', resolvedAtMs: rig.state.nowMs })
    rig.state.nowMs += HOUR
    const { conversation } = await rig.start('ada', { text: 'One more thing' })
    expect(conversation.id).not.toBe(old.id)
    expect(conversation.lastInboundAtMs).toBe(old.lastInboundAtMs)
  })
})

describe('formatting', () => {
  it('is read from the marks, stored and handed on; with nothing left of them', async () => {
    const rig = await talk()
    await rig.reply(rig.id, 'A *bold* word')
    await rig.deliver(rig.id)
    const spans = [{ kind: 'bold', offset: 2, length: 4 }]
    expect(await rig.last()).toMatchObject({ text: 'A bold word', spans })
    expect(rig.sent).toMatchObject([{ text: 'A bold word', spans }])
  })

  it('stays as it was typed where the channel shows none', async () => {
    const rig = await talk({ ...CAN, formatting: 'absent' })
    await rig.reply(rig.id, 'A *bold* word')
    await rig.deliver(rig.id)
    expect(await rig.last()).toMatchObject({ text: 'A *bold* word' })
    expect(rig.sent[0]).not.toHaveProperty('spans')
  })
})

describe('an answer to a message', () => {
  it('names it to the platform, in the first part only', async () => {
    const rig = await talk()
    const [hello] = await rig.thread(rig.id)
    await rig.reply(rig.id, 'word '.repeat(60), 'c1', { replyToId: hello?.id ?? '' })
    await rig.deliver(rig.id)
    expect(rig.sent.map(({ replyToExternalId }) => replyToExternalId)).toEqual(['m1', undefined])
  })

  it('is refused when the message is of another conversation, gone, or not at the platform', async () => {
    const rig = await talk()
    const other = await talk()
    const [foreign] = await other.thread(other.id)
    const { messages } = await rig.reply(rig.id, 'not sent yet')
    for (const replyToId of [foreign?.id, freshId(), messages[0]?.id]) {
      await expect(rig.reply(rig.id, 'Hi', freshId(), { replyToId: replyToId ?? '' })).rejects.toMatchObject({
        code: 'not-found',
        details: { field: 'replyToId' },
      })
    }
  })

  it('is sent without naming it where the channel cannot', async () => {
    const rig = await talk({ ...CAN, replyTo: 'absent' })
    const [hello] = await rig.thread(rig.id)
    await rig.reply(rig.id, 'Hi', 'c1', { replyToId: hello?.id ?? '' })
    await rig.deliver(rig.id)
    expect(rig.sent[0]).not.toHaveProperty('replyToExternalId')
  })
})

describe('a customer who wants no messages', () => {
  it('gets none, approved or not, and what waits for him fails unsent', async () => {
    const rig = await talk()
    await rig.reply(rig.id, 'queued before')
    await sayConsent(database.stores, rig.channelId, 'ada', { optedOut: true, atMs: rig.state.nowMs })
    for (const change of [{ text: 'Hi' }, { text: '', template: filled() }]) {
      await expect(rig.reply(rig.id, '', freshId(), change)).rejects.toMatchObject({
        code: 'message-refused',
        details: { members: { reason: 'opted-out' } },
      })
    }
    await expect(rig.start('ada', { text: 'Hi' })).rejects.toMatchObject({
      details: { members: { reason: 'opted-out' } },
    })
    await rig.deliver(rig.id)
    expect(rig.sent).toEqual([])
    expect(await rig.last()).toMatchObject({
      status: 'failed',
      delivery: { state: 'dead', errorCode: 'opted-out', certainty: 'not-sent' },
    })
    await sayConsent(database.stores, rig.channelId, 'ada', { optedOut: false, atMs: rig.state.nowMs })
    await rig.reply(rig.id, 'wanted again')
    await rig.deliver(rig.id)
    expect(rig.sent.map(({ text }) => text)).toEqual(['wanted again'])
  })

  it('is known as one when the platform says so at a send', async () => {
    const rig = await talk(CAN, () => {
      throw new ConnectorError({ code: 'opted-out', retry: 'never', delivery: 'not-sent', optedOut: true })
    })
    await rig.reply(rig.id, 'one')
    await rig.reply(rig.id, 'two')
    await rig.deliver(rig.id)
    expect(rig.sent.map(({ text }) => text)).toEqual(['one'])
    const [identity] = await database.stores.contacts.findIdentities(rig.channelId, ['ada'])
    expect(identity?.optedOutAtMs).toBe(rig.state.nowMs)
    await expect(rig.reply(rig.id, 'three')).rejects.toMatchObject({
      details: { members: { reason: 'opted-out' } },
    })
  })
})

describe('the approved messages of a channel', () => {
  async function asked(answer: () => Promise<readonly MessageTemplate[]>) {
    const listTemplates = vi.fn(answer)
    const rig = createPathRig(database.stores, { capabilities: CAN, also: { listTemplates } })
    const channel = await rig.deliverDeps.findChannel(rig.channelId)
    if (!channel) throw new Error('there is a channel')
    const templates = createTemplates({ contextOf: () => rig.context, clock: () => rig.state.nowMs })
    return { ...rig, listTemplates, channel, templates }
  }

  it('are asked for once by many at the same time, and again after five minutes or a change', async () => {
    const { templates, channel, listTemplates, state } = await asked(async () => [ORDER])
    await Promise.all(Array.from({ length: 10 }, () => templates.of(channel)))
    expect(listTemplates).toHaveBeenCalledTimes(1)
    await templates.of({ ...channel, version: channel.version + 1 })
    expect(listTemplates).toHaveBeenCalledTimes(2)
    state.nowMs += 5 * 60_000
    await templates.of({ ...channel, version: channel.version + 1 })
    expect(listTemplates).toHaveBeenCalledTimes(3)
  })

  it('are asked for by nobody once the channel is deleted: its secrets are gone', async () => {
    const { agent, channelId, deliverDeps, listTemplates, state, templates } = await asked(async () => [
      ORDER,
    ])
    const deps = { ...deliverDeps, templates }
    expect(await templatesOf(channelId, agent, deps)).toEqual([ORDER])
    state.deleted = true
    await expect(templatesOf(channelId, agent, deps)).rejects.toMatchObject({
      details: { members: { reason: 'channel-deleted' } },
    })
    expect(listTemplates).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['later', 'platform-unavailable'],
    ['never', 'platform-refused'],
  ] as const)(
    'that cannot be had (%s) are told so in the connector’s words, and asked for again',
    async (retry, code) => {
      const failure = new ConnectorError({
        code: 'bad-credentials',
        detail: 'The key is wrong',
        retry,
        delivery: 'not-sent',
      })
      const { templates, channel, listTemplates } = await asked(() => Promise.reject(failure))
      for (let times = 1; times <= 2; times += 1) {
        await expect(templates.of(channel)).rejects.toMatchObject({
          code,
          details: { detail: 'The key is wrong', members: { reason: 'bad-credentials' } },
        })
        expect(listTemplates).toHaveBeenCalledTimes(times)
      }
    },
  )
})
