import { text as textOf } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import { ALL_SCOPES, type FakeSlack, startFakeSlack } from '../../../test/fakes/slack/server.ts'
import { slackContext, type TestContext } from '../../../test/fakes/slack/slack-context.ts'
import { parse } from '../events/parse.ts'
import { catchUp } from './catch-up.ts'
import { check } from './check.ts'
import { fetchAttachment } from './fetch-file.ts'
import { lookUpIdentity } from './identity.ts'

let slack: FakeSlack
let env: TestContext
let ada: string
let shop: string
beforeEach(async () => {
  slack = await startFakeSlack()
  ada = slack.addUser('Ada', { email: 'ada@customer.example' })
  shop = slack.addChannel('shop')
  env = slackContext(slack, { channels: [shop] })
})
afterEach(() => slack.close())

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof ConnectorError ? error.facts.code : `threw ${String(error)}`
}
const eventsOf = (item: RawItem) =>
  parse(verified({ body: item.body, contentType: item.contentType, facts: item.facts, receivedAtMs: 1 }))

describe('a person', () => {
  it('is looked up with name, picture and workspace, and an address where the app may see it', async () => {
    expect(await lookUpIdentity(ada, env.ctx)).toEqual({
      displayName: 'Ada',
      email: 'ada@customer.example',
      verified: true,
      attributes: { slackTeam: slack.workspace.teamId, title: 'Customer', timeZone: 'Europe/Berlin' },
      avatar: { kind: 'remote', ref: `picture ${slack.url}/avatars/${ada}.png`, name: 'avatar' },
    })
    slack.knobs.scopes = ALL_SCOPES.filter((scope) => scope !== 'users:read.email')
    expect(await lookUpIdentity(ada, env.ctx)).toMatchObject({ verified: false, displayName: 'Ada' })
    expect((await lookUpIdentity(ada, env.ctx))?.email).toBeUndefined()
  })

  it('counts as proven only with an address that was confirmed', async () => {
    const bob = slack.addUser('Bob', { email: 'bob@customer.example', emailConfirmed: false })
    expect(await lookUpIdentity(bob, env.ctx)).toMatchObject({
      email: 'bob@customer.example',
      verified: false,
    })
  })

  it('who is nobody, or an app, is not known', async () => {
    expect(await lookUpIdentity('U9NOBODY', env.ctx)).toBeUndefined()
    expect(await lookUpIdentity('B9APP', env.ctx)).toBeUndefined()
  })

  it('has a picture that is fetched without the token', async () => {
    const avatar = (await lookUpIdentity(ada, env.ctx))?.avatar
    if (!avatar) throw new Error('no picture')
    expect((await textOf(await fetchAttachment(avatar, env.ctx))).length).toBeGreaterThan(10)
    const [call] = slack.provider.calls.filter(({ url }) => url.startsWith('/avatars'))
    expect(call?.headers['authorization']).toBeUndefined()
  })
})

describe('a file', () => {
  const refOf = (name: string, content: string) => {
    const { channel, ts } = slack.says(ada, '', {
      files: [{ name, bytes: Buffer.from(content), contentType: 'text/plain' }],
    })
    const [file] = slack.workspace.find(channel, ts)?.files ?? []
    if (!file) throw new Error('no file')
    return { file, ref: { kind: 'remote' as const, ref: `file ${file.id} ${file.url_private}`, name } }
  }

  it('is fetched with the token, which goes along no redirect', async () => {
    const { ref } = refOf('a.txt', 'content')
    expect(await textOf(await fetchAttachment(ref, env.ctx))).toBe('content')
    slack.knobs.redirectsFiles = true
    expect(await textOf(await fetchAttachment(ref, env.ctx))).toBe('content')
    const [there] = slack.provider.calls.filter(({ url }) => url.startsWith('/cdn'))
    expect(there?.headers['authorization']).toBeUndefined()
  })

  it('of another organisation is asked for by its id', async () => {
    const { file } = refOf('a.txt', 'content')
    const ref = { kind: 'remote' as const, ref: `file ${file.id}`, name: 'file' }
    expect(await textOf(await fetchAttachment(ref, env.ctx))).toBe('content')
  })

  it('in whose place a page stands is not taken for it', async () => {
    const { ref } = refOf('a.txt', 'content')
    const other = slackContext(slack, { botToken: 'xoxb-other' })
    expect(await codeOf(fetchAttachment(ref, other.ctx))).toBe('missing-scope')
  })

  it('at an address that is not Slack’s gets no token, nor is it asked for', async () => {
    for (const url of [
      'https://evil.example/x',
      'https://slack.com.evil.example/x',
      'http://files.slack.com/x',
      'nonsense',
    ])
      expect(
        await codeOf(fetchAttachment({ kind: 'remote', ref: `file F1 ${url}`, name: 'x' }, env.ctx)),
        url,
      ).toBe('file-not-found')
    expect(await codeOf(fetchAttachment({ kind: 'remote', ref: 'nonsense', name: 'x' }, env.ctx))).toBe(
      'file-not-found',
    )
    expect(
      await codeOf(fetchAttachment({ kind: 'remote', ref: 'picture http://10.0.0.1/x', name: 'x' }, env.ctx)),
    ).toBe('destination-not-allowed')
  })
})

describe('catching up', () => {
  it('brings what was missed, by the same ids as events, oldest first and no more', async () => {
    const general = slack.addChannel('general')
    slack.says(ada, 'Long ago', { channel: shop })
    const old = slack.says(ada, 'An old thread', { channel: shop })
    await new Promise((resolve) => setTimeout(resolve, 5))
    const sinceMs = Date.now()
    const missed = [
      slack.says(ada, 'Direct'),
      slack.says(ada, 'In the shop', { channel: shop }),
      slack.says(ada, 'An answer', { channel: shop, threadTs: old.ts }),
      slack.says(ada, `<@${slack.workspace.bot.userId}> here`, { channel: general }),
    ]
    slack.says(ada, 'Talk', { channel: general })
    slack.says(ada, '', { channel: shop, more: { subtype: 'channel_join' } })
    const items: RawItem[] = []
    await catchUp(env.ctx, sinceMs, async (item) => void items.push(item))
    const byEvent = missed.flatMap(({ events }) =>
      events.flatMap(({ body }) =>
        parse(
          verified({
            body: Buffer.from(JSON.stringify(body)),
            contentType: 'application/json',
            facts: { channels: shop },
            receivedAtMs: 1,
          }),
        ),
      ),
    )
    const keysOf = (events: typeof byEvent) =>
      [
        ...new Set(
          events.map((event) =>
            JSON.stringify([
              event.type,
              'externalId' in event && event.externalId,
              'threadKey' in event && event.threadKey,
            ]),
          ),
        ),
      ].sort()
    expect(keysOf(items.flatMap(eventsOf))).toEqual(keysOf(byEvent))
    const inShop = items.filter(({ sender }) => sender === shop).map((item) => item.key)
    expect(inShop).toEqual([...inShop].sort())
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length)
  })

  it('looks after threads that are weeks old where it was away, and after younger ones every few minutes', async () => {
    const agoTs = (days: number) => `${Math.floor(Date.now() / 1_000) - days * 86_400}.000100`
    const begun = [20, 2].map((days) =>
      slack.says(ada, `${days} days ago`, { channel: shop, more: { ts: agoTs(days) } }),
    )
    const answered = async (text: string, sinceMs: number) => {
      for (const { ts } of begun) slack.says(ada, `${text} ${ts}`, { channel: shop, threadTs: ts })
      const items: RawItem[] = []
      await catchUp(env.ctx, sinceMs, async (item) => void items.push(item))
      return items.filter(({ body }) => Buffer.from(body).includes(text)).length
    }
    const [minute, hour] = [60_000, 3_600_000]
    expect(await answered('at the start', Date.now() - 20 * minute)).toBe(2)
    expect(await answered('by routine', Date.now() - 20 * minute)).toBe(1)
    expect(await answered('after an outage', Date.now() - 2 * hour)).toBe(2)
  })

  it('brings none of our own, and of an edit both', async () => {
    const { channel, ts } = slack.says(ada, 'Helo')
    slack.edits(channel, ts, 'Hello')
    const items: RawItem[] = []
    const own = {
      type: 'message' as const,
      ts: slack.workspace.nextTs(),
      text: 'Hi',
      user: slack.workspace.bot.userId,
    }
    slack.workspace.channels.get(channel)?.messages.push(own)
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    expect(items.flatMap(eventsOf)).toMatchObject([
      { type: 'message', externalId: `${channel}:${ts}`, text: 'Hello' },
      { type: 'message-edited', text: 'Hello' },
    ])
  })

  it('goes on where one channel is closed to it', async () => {
    const gone = slack.addChannel('gone', { isMember: false })
    slack.says(ada, 'Direct')
    const items: RawItem[] = []
    const both = slackContext(slack, { channels: [gone, shop] })
    await catchUp(both.ctx, 0, async (item) => void items.push(item))
    expect(items).toHaveLength(1)
    expect(both.lines.join()).toContain('not-in-channel')
  })

  it('waits where Slack asks for patience, for as long as it may', async () => {
    slack.says(ada, 'Direct')
    let refusals = 2
    slack.provider.misbehave(({ url }) =>
      url.includes('history') && refusals-- > 0
        ? { kind: 'status', status: 429, headers: { 'Retry-After': '0' }, body: '{}' }
        : undefined,
    )
    const items: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    expect(items).toHaveLength(1)
    slack.provider.misbehave(({ url }) => {
      if (!url.includes('history')) return undefined
      env.stop()
      return { kind: 'status', status: 429, headers: { 'Retry-After': '60' }, body: '{}' }
    })
    expect(await codeOf(catchUp(env.ctx, 0, async () => undefined))).not.toMatch('threw')
  })

  it('turns pages', async () => {
    for (let count = 0; count < 250; count += 1) slack.says(ada, `Message ${count}`)
    const items: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    expect(items).toHaveLength(250)
  })
})

describe('catching up with a workspace of many', () => {
  const since = (text: string) => slack.says(slack.addUser(text), text)
  const histories = () =>
    slack.provider.calls
      .filter(({ url }) => url.endsWith('/conversations.history'))
      .map(({ body }) => new URLSearchParams(body.toString()).get('channel'))
  const textsOf = (items: readonly RawItem[]) =>
    items.flatMap(eventsOf).flatMap((event) => (event.type === 'message' ? [event.text] : []))

  it('goes on where it was cut off, and then begins anew', async () => {
    const written = ['one', 'two', 'three', 'four'].map(since)
    const items: RawItem[] = []
    const limit = new AbortController()
    const cut = catchUp({ ...env.ctx, signal: limit.signal }, 0, async (item) => {
      items.push(item)
      if (items.length === 2) limit.abort()
    })
    await cut.catch((error: unknown) => expect(error).toBeInstanceOf(ConnectorError))
    expect(textsOf(items)).toEqual(['one', 'two'])
    const before = histories().length
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    const [, first] = written
    // Nobody knows whether all of the second one was pushed.
    expect(histories().slice(before)).not.toContain(written[0]?.channel)
    expect(histories().slice(before)).toContain(first?.channel)
    expect(new Set(textsOf(items))).toEqual(new Set(['one', 'two', 'three', 'four']))
    const again: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void again.push(item))
    expect(textsOf(again)).toEqual(['one', 'two', 'three', 'four'])
  })

  it('does without what the app has no scope for', async () => {
    const crew = slack.addGroup()
    since('direct')
    slack.says(ada, 'in the group', { channel: crew })
    const items: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    expect(textsOf(items)).toEqual(['direct', 'in the group'])
    const [, group] = items.flatMap(eventsOf)
    expect(group).toMatchObject({ threadKey: crew })
    slack.knobs.scopes = ALL_SCOPES.filter((scope) => !['groups:read', 'mpim:read'].includes(scope))
    expect(await check(env.ctx)).toMatchObject({ ok: true })
    const fewer: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void fewer.push(item))
    expect(textsOf(fewer)).toEqual(['direct'])
  })

  it('keeps nothing of other people’s talk, nor of our own', async () => {
    const general = slack.addChannel('general', { isPrivate: true })
    const talk = slack.says(ada, 'Their talk', { channel: general })
    slack.says(ada, 'Their answer', { channel: general, threadTs: talk.ts })
    slack.says(ada, '', { channel: shop, more: { subtype: 'channel_join' } })
    slack.says(slack.workspace.bot.userId, 'Ours', { channel: shop, threadTs: talk.ts })
    const items: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    // An answer may stand below a mention: only the core knows.
    expect(textsOf(items)).toEqual(['Their answer'])
    expect(items).toHaveLength(1)
  })

  it('leaves out nothing of what was missed, however much it is', async () => {
    const texts = Array.from({ length: 2_300 }, (_, count) => `Message ${count}`)
    for (const text of texts) slack.says(ada, text)
    const items: RawItem[] = []
    await catchUp(env.ctx, 0, async (item) => void items.push(item))
    expect(textsOf(items)).toEqual(texts)
  })
})

describe('the test of the connection', () => {
  it('says who is signed in, and what would be useful', async () => {
    expect(await check(env.ctx)).toEqual({ ok: true, detail: 'Signed in as tributary in Home.' })
    slack.knobs.scopes = ALL_SCOPES.filter((scope) => scope !== 'users:read.email')
    slack.workspace.channels.forEach((channel) => {
      channel.isMember = false
    })
    expect(await check(env.ctx)).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/users:read\.email.*Invite the app to #shop/),
    })
  })

  it('names the scopes that are missing, as the settings need them', async () => {
    slack.knobs.scopes = ALL_SCOPES.filter((scope) => !['im:history', 'files:write'].includes(scope))
    expect(await check(env.ctx)).toMatchObject({
      ok: false,
      code: 'missing-scope',
      detail: expect.stringContaining('files:write, im:history'),
    })
    const without = await check(slackContext(slack, { directMessages: false, receive: 'events' }).ctx)
    expect(without).toMatchObject({ ok: false, detail: expect.stringContaining(': files:write.') })
  })

  it('says of no channel that it is missing when Slack only asks for patience', async () => {
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/conversations.info')
        ? { kind: 'status', status: 429, headers: { 'Retry-After': '1' }, body: '{}' }
        : undefined,
    )
    const { detail } = await check(env.ctx)
    expect(detail).toMatch(`The channel ${shop} could not be looked at.`)
    expect(detail).not.toContain('does not exist')
  })

  it('tells which secret is wrong or missing', async () => {
    expect(await check(slackContext(slack, { botToken: 'xoxb-other' }).ctx)).toMatchObject({
      code: 'bad-credentials',
      field: 'botToken',
    })
    const socket = { receive: 'socket' } as const
    expect(await check(slackContext(slack, { ...socket, appToken: 'xapp-other' }).ctx)).toMatchObject({
      code: 'bad-credentials',
      field: 'appToken',
    })
    expect(await check(slackContext(slack, { ...socket, appToken: '' }).ctx)).toMatchObject({
      code: 'no-app-token',
      field: 'appToken',
    })
    expect(await check(slackContext(slack, { receive: 'events', signingSecret: '' }).ctx)).toMatchObject({
      code: 'no-signing-secret',
      field: 'signingSecret',
    })
    // The server may know that an https address is no public one.
    const { ctx } = slackContext(slack, { signingSecret: '', appToken: 'xapp-other' })
    expect(await check({ ...ctx, receives: 'session' })).toMatchObject({ field: 'appToken' })
    expect(await check({ ...ctx, receives: 'webhook' })).toMatchObject({ field: 'signingSecret' })
    const other = await startFakeSlack()
    const away = slackContext(slack, { apiBaseUrl: other.settings.apiBaseUrl })
    await other.close()
    expect(await check(away.ctx)).toMatchObject({ ok: false, code: 'platform-unreachable' })
  })
})
