/** What `npm run dev` joins together: the server, a channel of every fake platform, and the page of their customers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_OWNER, fillWithDemoData } from '../../../src/launch/demo-data.mjs'
import { joinFakePlatforms } from '../../../src/launch/fake-platforms.mjs'
import { startDesks } from '../../fakes/page/desks.ts'
import { type FakesPage, startPage } from '../../fakes/page/page-server.ts'
import type { Deed, Line, PlatformDesk } from '../../fakes/page/platform-desk.ts'
import {
  type BareServer,
  type Call,
  createCall,
  startBareServer,
  temporaryFolder,
} from '../../harness/real-server.ts'

/** Away from those of a development server on the same machine. */
const PORT = 24_100
const TYPES = ['whatsapp', 'sms', 'telegram', 'slack', 'custom'] as const

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: BareServer
let desks: readonly PlatformDesk[]
let page: FakesPage
let call: Call

beforeAll(async () => {
  folder = await temporaryFolder()
  desks = await startDesks(PORT)
  page = await startPage(desks)
  server = await startBareServer(folder.path, { env: { OUTBOUND_ALLOW: '127.0.0.1' } })
  await fillWithDemoData(server.url, server.setUpToken ?? '')
  call = createCall(() => server.url).call
  await call('POST', '/session', { email: DEMO_OWNER.email, password: DEMO_OWNER.password })
}, 120_000)
afterAll(async () => {
  await server.stop()
  await page.close()
  await Promise.all(desks.map((desk) => desk.stop()))
  await folder.remove()
})

const does = async (type: string, deed: Deed): Promise<void> => {
  const body = JSON.stringify({ type, person: 1, deed })
  expect((await fetch(`${page.url}/does`, { method: 'POST', body })).status).toBe(200)
}
const threadAt = async (type: string): Promise<readonly Line[]> => {
  const state = (await (await fetch(`${page.url}/state`)).json()) as {
    readonly desks: readonly { readonly type: string; readonly threads: readonly (readonly Line[])[] }[]
  }
  return state.desks.find((desk) => desk.type === type)?.threads[1] ?? []
}

interface Listed {
  readonly id: string
  readonly channel: { readonly type: string }
}
/** The conversation of the channel; the page's people are the only ones on it. */
const conversationOn = async (type: string): Promise<Listed | undefined> => {
  const { body } = await call('GET', '/conversations?view=all&status=open&limit=100')
  const channels = (await call('GET', '/channels')).body['items'] as { id: string; type: string }[]
  const id = channels.find((channel) => channel.type === type)?.id
  return (body['items'] as (Listed & { channelId?: string; channel?: { id: string } })[]).find(
    (one) => (one.channelId ?? one.channel?.id) === id,
  )
}

it('makes a channel for each, once', async () => {
  expect(await joinFakePlatforms(server.url, page.url)).toBe(true)
  expect(await joinFakePlatforms(server.url, page.url)).toBe(true)
  const { body } = await call('GET', '/channels')
  const types = (body['items'] as { type: string }[]).map(({ type }) => type)
  expect(types.toSorted()).toEqual([...TYPES, 'web-chat'].toSorted())
})

describe.each(TYPES)('on %s', (type) => {
  it('what a customer writes on the page is a conversation, and the answer stands on the page', async () => {
    await does(type, { kind: 'text', text: `Hello by ${type}` })
    await expect.poll(() => conversationOn(type), { timeout: 20_000 }).toBeDefined()
    const { id } = (await conversationOn(type)) ?? { id: '' }
    const sent = await call('POST', `/conversations/${id}/messages`, {
      text: `Welcome to ${type}`,
      clientMessageId: `page-${type}-0001`,
      attachmentIds: [],
    })
    expect(sent.status).toBe(201)
    await expect
      .poll(async () => (await threadAt(type)).map(({ by, text }) => [by, text]), { timeout: 20_000 })
      .toEqual([
        ['customer', `Hello by ${type}`],
        ['workspace', `Welcome to ${type}`],
      ])
  })
})

it('a platform that fails is told so on the page, and is well again when it is told to be', async () => {
  const mood = (value: string) =>
    fetch(`${page.url}/mood`, { method: 'POST', body: JSON.stringify({ type: 'custom', mood: value }) })
  await mood('broken')
  const { id } = (await conversationOn('custom')) ?? { id: '' }
  await call('POST', `/conversations/${id}/messages`, {
    text: 'Once more',
    clientMessageId: 'page-custom-0002',
    attachmentIds: [],
  })
  await expect
    .poll(
      async () => {
        const { body } = await call('GET', `/conversations/${id}/messages?limit=100`)
        return JSON.stringify(body)
      },
      { timeout: 20_000 },
    )
    .toContain('platform-unavailable')
  expect((await threadAt('custom')).map(({ text }) => text)).not.toContain('Once more')
  await mood('well')
  await expect
    .poll(async () => (await threadAt('custom')).map(({ text }) => text), { timeout: 30_000 })
    .toContain('Once more')
})
