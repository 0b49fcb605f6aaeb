/** The fake workspace against Slack's own clients: what they accept of it, the connector may rely on. */
import { SocketModeReceiver, webApi } from '@slack/bolt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { deliverAll, startProvider } from '../provider/provider-server.ts'
import { type FakeSlack, startFakeSlack } from './server.ts'

let slack: FakeSlack
let client: webApi.WebClient
let ada: string
beforeEach(async () => {
  slack = await startFakeSlack({ resendMs: 50 })
  client = new webApi.WebClient(slack.settings.botToken, {
    slackApiUrl: slack.settings.apiBaseUrl,
    retryConfig: { retries: 0 },
  })
  ada = slack.addUser('Ada', { email: 'ada@customer.example' })
})
afterEach(() => slack.close())

describe('the Web API', () => {
  it('answers Slack’s client as Slack does', async () => {
    const test = await client.auth.test()
    expect(test).toMatchObject({ ok: true, user_id: slack.workspace.bot.userId })
    expect(test.response_metadata?.scopes).toContain('chat:write')
    const { channel } = await client.conversations.open({ users: ada })
    const sent = await client.chat.postMessage({
      channel: channel?.id ?? '',
      text: 'Hi',
      metadata: { event_type: 'test', event_payload: { id: '1' } },
    })
    const history = await client.conversations.history({
      channel: channel?.id ?? '',
      include_all_metadata: true,
    })
    expect(history.messages).toMatchObject([{ ts: sent.ts, text: 'Hi', metadata: { event_type: 'test' } }])
    await client.chat.update({ channel: channel?.id ?? '', ts: sent.ts ?? '', text: 'Ho' })
    await client.chat.delete({ channel: channel?.id ?? '', ts: sent.ts ?? '' })
    expect((await client.conversations.history({ channel: channel?.id ?? '' })).messages).toEqual([])
    expect((await client.users.info({ user: ada })).user?.profile?.email).toBe('ada@customer.example')
  })

  it('takes files by the client’s own upload', async () => {
    const channel = slack.addChannel('shop')
    await client.filesUploadV2({
      channel_id: channel,
      initial_comment: 'Look',
      filename: 'a.txt',
      file: Buffer.from('content'),
    })
    expect(slack.workspace.channels.get(channel)?.messages).toMatchObject([
      { text: 'Look', files: [{ name: 'a.txt' }] },
    ])
  })

  it('refuses with Slack’s own errors', async () => {
    const archived = slack.addChannel('old', { isArchived: true })
    const strange = slack.addChannel('strange', { isMember: false })
    for (const [channel, error] of [
      ['C9', 'channel_not_found'],
      [archived, 'is_archived'],
      [strange, 'not_in_channel'],
    ] as const)
      await expect(client.chat.postMessage({ channel, text: 'Hi' })).rejects.toMatchObject({
        data: { error },
      })
    const other = new webApi.WebClient('xoxb-other', {
      slackApiUrl: slack.settings.apiBaseUrl,
      retryConfig: { retries: 0 },
    })
    await expect(other.auth.test()).rejects.toMatchObject({ data: { error: 'invalid_auth' } })
  })

  it('asks for patience when messages come too fast for one channel, and counts', async () => {
    slack.knobs.limit = { perMs: 60_000 }
    const hasty = new webApi.WebClient(slack.settings.botToken, {
      slackApiUrl: slack.settings.apiBaseUrl,
      rejectRateLimitedCalls: true,
    })
    const [one, two] = [slack.addChannel('one'), slack.addChannel('two')]
    await hasty.chat.postMessage({ channel: one, text: 'Hi' })
    await hasty.chat.postMessage({ channel: two, text: 'Hi' })
    await expect(hasty.chat.postMessage({ channel: one, text: 'Hi' })).rejects.toMatchObject({
      retryAfter: 1,
    })
    expect(slack.limited()).toBe(1)
  })
})

describe('Socket Mode', () => {
  it('is spoken as Bolt’s own receiver speaks it', async () => {
    // Patient: on a busy machine an acknowledgement takes its time, and what is sent again comes twice.
    await slack.close()
    slack = await startFakeSlack({ resendMs: 60_000 })
    ada = slack.addUser('Ada')
    const receiver = new SocketModeReceiver({
      appToken: slack.settings.appToken,
      installerOptions: { clientOptions: { slackApiUrl: slack.settings.apiBaseUrl } },
    })
    const seen: unknown[] = []
    receiver.init({
      processEvent: async ({ body, ack }: { body: unknown; ack: () => Promise<void> }) => {
        seen.push(body)
        await ack()
      },
    } as unknown as Parameters<typeof receiver.init>[0])
    await receiver.start()
    slack.sendTo({ kind: 'sockets' })
    const { events } = slack.says(ada, 'Hello')
    await slack.tell(events)
    await expect.poll(() => seen).toEqual(events.map(({ body }) => body))
    await expect.poll(() => slack.sockets.acknowledged).toEqual(events.map(({ body }) => body.event_id))
    await receiver.stop()
    await expect.poll(() => slack.sockets.open.size).toBe(0)
  })

  it('takes each address once', async () => {
    const url = slack.sockets.newUrl()
    const outcome = (): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url)
        socket.once('message', (data: Buffer) => resolve((JSON.parse(String(data)) as { type: string }).type))
        socket.once('close', () => resolve('closed'))
        socket.once('error', () => resolve('closed'))
      })
    expect(await outcome()).toBe('hello')
    expect(await outcome()).toBe('closed')
  })
})

describe('the Events API', () => {
  it('signs what it posts, and tries again with its headers until it is taken', async () => {
    let refusals = 2
    const receiver = await startProvider(() => {
      refusals -= 1
      return { status: refusals >= 0 ? 500 : 200 }
    })
    slack.sendTo({ kind: 'url', url: `${receiver.url}/ingress/1` })
    await slack.tell(slack.says(ada, 'Hello').events)
    const { isValidSlackRequest } = await import('@slack/bolt')
    expect(receiver.calls.map(({ headers }) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2'])
    for (const { body, headers } of receiver.calls)
      expect(
        isValidSlackRequest({
          signingSecret: slack.settings.signingSecret,
          body: body.toString(),
          headers: {
            'x-slack-signature': String(headers['x-slack-signature']),
            'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']),
          },
        }),
      ).toBe(true)
    await receiver.close()
  })

  it('tells of a mention twice, of an edit, a preview, a deletion and a reaction', async () => {
    const channel = slack.addChannel('shop')
    const { ts, events } = slack.says(ada, `<@${slack.workspace.bot.userId}> Hi`, { channel })
    const all = [
      ...events,
      ...slack.edits(channel, ts, 'Ho'),
      ...slack.unfurls(channel, ts),
      ...slack.reacts(ada, channel, ts, 'tada'),
      ...slack.deletes(channel, ts),
    ]
    expect(
      all.map(
        ({ body }) =>
          (body['event'] as { type: string; subtype?: string }).subtype ??
          (body['event'] as { type: string }).type,
      ),
    ).toEqual([
      'app_mention',
      'message',
      'message_changed',
      'message_changed',
      'reaction_added',
      'message_deleted',
    ])
    const receiver = await startProvider(() => ({ status: 200 }))
    expect(await deliverAll(slack.deliveries(all, receiver.url), { copies: 2 })).toEqual(
      new Array(12).fill(200),
    )
    await receiver.close()
  })
})
