/** What a channel's platform is told when the channel changes, and what is known of it afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connector } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ChannelId, ChannelType, MessageId } from '../../../src/domain/ids.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { waitingConversation } from '../../harness/stored-conversation.ts'
import { parrot } from './parrot-connector.ts'
import { type Someone, startTestServer, type TestServer } from './test-server.ts'

const API = '/api/v1'
let server: TestServer
let owner: Someone
/** What the platform was told, with the place that the settings name. */
let calls: string[] = []
/** What it does next when it is told so. */
let next: Partial<Record<'activate' | 'deactivate' | 'check', () => Promise<void> | void>> = {}

beforeAll(async () => {
  const told = async (what: 'activate' | 'deactivate' | 'check', place: unknown): Promise<void> => {
    calls.push(`${what} ${String(place)}`)
    const act = next[what]
    delete next[what]
    await act?.()
  }
  const placed: Connector = {
    ...parrot,
    type: 'placed' as ChannelType,
    check: async ({ config }) => {
      await told('check', config['title'])
      return { ok: true }
    },
    activate: ({ config }) => told('activate', config['title']),
    deactivate: ({ config }) => told('deactivate', config['title']),
    relocates: (before, after) => before['title'] !== after['title'],
    capabilities: () => ({ ...parrot.capabilities({}), templates: 'native' }),
    listTemplates: async () => [],
    fetchAttachment: () => Promise.reject(new Error('nobody is to be asked')),
  }
  server = await startTestServer({ connectors: [placed] })
  owner = await server.owner()
})
afterAll(() => server.close())
beforeEach(() => {
  calls = []
  next = {}
})

const add = async (title = 'A'): Promise<ChannelAdminView> => {
  const { body } = await owner.agent
    .post(`${API}/channels`)
    .send({ type: 'placed', name: 'Quay', config: { title } })
    .expect(201)
  calls = []
  return body
}
const patch = (channel: { readonly id: string; readonly version: number }, body: object) =>
  owner.agent.patch(`${API}/channels/${channel.id}`).send({ version: channel.version, ...body })
const remove = (id: string) => owner.agent.delete(`${API}/channels/${id}`)
const refused = (): never => {
  throw new ConnectorError({ code: 'refused', detail: 'No.', retry: 'never', delivery: 'not-sent' })
}
const broken = (): never => {
  throw new TypeError('undefined is not a function: secret-in-a-message')
}

describe('settings that name another place', () => {
  it('leave the one of before first, and only then', async () => {
    const channel = await add()
    const { body: louder } = await patch(channel, { config: { volume: 3 } }).expect(200)
    expect(calls).toEqual(['activate A'])
    const { body: moved } = await patch(louder, { config: { title: 'B' } }).expect(200)
    expect(calls).toEqual(['activate A', 'deactivate A', 'activate B'])
    expect(moved.health.state).toBe('healthy')
    const { body: paused } = await patch(moved, { paused: true }).expect(200)
    await patch(paused, { paused: false, config: { title: 'C' } }).expect(200)
    expect(calls.slice(3)).toEqual(['deactivate B', 'activate C'])
  })

  it('say so where the one of before cannot be told', async () => {
    const channel = await add()
    next.deactivate = refused
    const { body } = await patch(channel, { config: { title: 'B' } }).expect(200)
    expect(calls).toEqual(['deactivate A', 'activate B'])
    expect(body.health).toMatchObject({ state: 'degraded', code: 'left-behind' })
    expect(body.health.detail).toContain('No.')
    // What does not work at all is the worse news.
    Object.assign(next, { deactivate: refused, activate: refused })
    const { body: worse } = await patch(body, { config: { title: 'C' } }).expect(200)
    expect(worse.health).toMatchObject({ state: 'failing', code: 'refused', detail: 'No.' })
  })
})

describe('a platform that is told of a channel while somebody else takes it away', () => {
  it('is told once more that it is paused, or deleted', async () => {
    for (const takeAway of [
      (one: ChannelAdminView) => patch(one, { paused: true }).expect(200),
      (one: ChannelAdminView) => remove(one.id).expect(200),
    ]) {
      const channel = await add()
      next.activate = async () => {
        await takeAway({ ...channel, version: channel.version + 1 })
      }
      await patch(channel, { config: { volume: 1 } })
      expect(calls).toEqual(['activate A', 'deactivate A', 'deactivate A'])
    }
  })

  it('is told to leave a place that was given up meanwhile', async () => {
    const channel = await add()
    next.activate = async () => {
      await patch({ ...channel, version: channel.version + 1 }, { config: { title: 'C' } }).expect(200)
    }
    await patch(channel, { config: { title: 'B' } }).expect(200)
    expect(calls).toEqual(['deactivate A', 'activate B', 'deactivate B', 'activate C', 'deactivate B'])
  })
})

describe('a connector that throws against its contract', () => {
  it('breaks nothing that is saved, and tells nobody its words', async () => {
    next.activate = broken
    const { body: made } = await owner.agent
      .post(`${API}/channels`)
      .send({ type: 'placed', name: 'Broken', config: { title: 'A' } })
      .expect(201)
    expect(made.health).toMatchObject({ state: 'failing', code: 'unexpected' })
    next.activate = broken
    const { body: rotated } = await owner.agent
      .post(`${API}/channels/${made.id}/secrets/signing/rotate`)
      .send({ version: made.version })
      .expect(200)
    expect(rotated.value).toMatch(/^[\w-]{43}$/)
    next.check = broken
    const { body: checked } = await owner.agent.post(`${API}/channels/${made.id}/check`).expect(200)
    expect(checked).toMatchObject({ ok: false, code: 'unexpected' })
    next.deactivate = broken
    const { body: gone } = await remove(made.id).expect(200)
    expect(gone.problem).toBe(checked.detail)
    expect(JSON.stringify([made, checked, gone])).not.toContain('secret-in-a-message')
    expect(server.logs()).toContain('threw against its contract')
  })
})

describe('a channel that is deleted', () => {
  it('is taken from its platform also when it was paused, for that may not have been heard', async () => {
    const channel = await add()
    next.deactivate = refused
    const { body } = await patch(channel, { paused: true }).expect(200)
    expect(body.health).toMatchObject({ state: 'failing', code: 'refused' })
    const { body: gone } = await remove(channel.id).expect(200)
    expect(calls).toEqual(['deactivate A', 'deactivate A'])
    expect(gone.problem).toBeUndefined()
  })

  it('asks its platform for nothing any more', async () => {
    const { id } = await add()
    await owner.agent.get(`${API}/channels/${id}/templates`).expect(200)
    await remove(id).expect(200)
    const { body } = await owner.agent.get(`${API}/channels/${id}/templates`).expect(422)
    expect(body.reason).toBe('channel-deleted')
  })
})

describe('a file that still lies with the platform of a deleted channel', () => {
  it('is gone, and nobody is asked for it', async () => {
    const { id } = await add()
    const conversation = waitingConversation(id, Date.now())
    const { stores } = server.core
    await stores.conversations.createMissing([conversation])
    const messageId = freshId() as MessageId
    await stores.messages.record([
      {
        id: messageId,
        conversationId: conversation.id,
        channelId: id as ChannelId,
        direction: 'inbound',
        kind: 'message',
        author: { kind: 'contact', id: conversation.contactId, name: 'Ada' },
        text: '',
        attachments: [],
        createdAtMs: 1,
        order: 1,
        version: 1,
      },
    ])
    const [file] = await stores.attachments.linkRemote(
      [{ ref: 'far', position: 0, name: 'far.png', contentType: 'image/png', sizeBytes: 1 }],
      { kind: 'visitor', id: 'ada', channelId: id as ChannelId },
      { conversationId: conversation.id, messageId },
      Date.now(),
    )
    await remove(id).expect(200)
    const { body } = await owner.agent.get(`${API}/attachments/${file?.id}`).expect(404)
    expect(body.detail).toContain('does not have this file any more')
  })
})

describe('a node that has not heard of what another one wrote', () => {
  /** Changes it in the database, as another node would whose word is still on its way. */
  const elsewhere = async (channel: ChannelAdminView, change: object) => {
    await server.core.directory.get(channel.id)
    const { stores } = server.core
    const record = await stores.channels.change(channel.id as ChannelId, channel.version, change)
    return { ...channel, version: record?.version ?? 0 }
  }

  it('turns no setting back, and lets a paused channel work again', async () => {
    const channel = await add()
    const { stores } = server.core
    const before = await stores.channels.get(channel.id as ChannelId)
    const settings = (before?.settings ?? []).map((one) =>
      one.key === 'title' ? { key: 'title', value: 'B' } : one,
    )
    const now = await elsewhere(channel, { settings, paused: true })
    const { body } = await patch(now, { paused: false, config: { volume: 2 } }).expect(200)
    expect(body.config).toMatchObject({ title: 'B', volume: 2 })
    expect(calls).toEqual(['activate B'])
  })

  it('deletes with the settings of now', async () => {
    const channel = await add()
    const { stores } = server.core
    const before = await stores.channels.get(channel.id as ChannelId)
    const settings = (before?.settings ?? []).map((one) =>
      one.key === 'title' ? { key: 'title', value: 'B' } : one,
    )
    await elsewhere(channel, { settings })
    await remove(channel.id).expect(200)
    expect(calls).toEqual(['deactivate B'])
  })
})

describe('what a connector says of its channel', () => {
  it('is kept when it is news, however often it is said and whatever was said before', async () => {
    const { id } = await add()
    const { directory, contextUntilStop, stores } = server.core
    const healthOf = async () => (await stores.channels.get(id as ChannelId))?.health
    const say = async (report: Parameters<ReturnType<typeof contextUntilStop>['reportHealth']>[0]) => {
      const channel = await directory.get(id)
      if (!channel) throw new Error('there is a channel')
      contextUntilStop(channel, new AbortController().signal).reportHealth(report)
    }
    const failing = { state: 'failing', part: 'sending', code: 'no-credit', detail: 'Top it up.' } as const
    const told = () =>
      server.events.filter((event) => event.type === 'channel.updated' && event.channel.id === id).length
    const before = told()
    await say(failing)
    await expect.poll(told).toBe(before + 1)
    const first = await healthOf()
    expect(first).toMatchObject({ state: 'failing', code: 'no-credit' })
    for (let time = 0; time < 5; time += 1) await say(failing)
    // The test of the connection speaks for the whole; the very same failure after it is news again.
    await owner.agent.post(`${API}/channels/${id}/check`).expect(200)
    expect((await healthOf())?.state).toBe('healthy')
    expect(told()).toBe(before + 2)
    await say({ state: 'healthy', part: 'sending' })
    await say(failing)
    await expect.poll(told).toBe(before + 3)
    const second = await healthOf()
    expect(second).toMatchObject({ state: 'failing', code: 'no-credit' })
    expect(second?.atMs).toBeGreaterThanOrEqual(first?.atMs ?? Number.NaN)
    await say({ state: 'healthy', part: 'sending' })
    await expect.poll(healthOf).toMatchObject({ state: 'healthy' })
  })
})
