import { describe, expect, it } from 'vitest'
import type { RawRequest, Verification } from '../../src/contract/raw-request.ts'
import { startFakeSlack } from '../../test/fakes/slack/server.ts'
import { slackContext } from '../../test/fakes/slack/slack-context.ts'
import { choose } from './choose.ts'
import type { SlackConfig } from './config.ts'
import { afterInbound, webhook } from './inbound.ts'
import { signatureOf } from './signature.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const CONFIG: SlackConfig = {
  botToken: 'xoxb-1',
  receive: 'auto',
  signingSecret: 'secret',
  directMessages: true,
  directThreads: false,
  mentions: true,
  channels: [],
  otherBots: false,
  agentNames: false,
  apiBaseUrl: 'https://slack.com/api/',
}

function post(text: string, headers: Readonly<Record<string, string>> = {}): RawRequest {
  const body = Buffer.from(text)
  const timestamp = String(NOW / 1_000)
  return {
    method: 'POST',
    url: '/ingress/1',
    publicUrl: 'https://inbox.example/ingress/1',
    headers: {
      'content-type': 'application/json',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': signatureOf(timestamp, body, 'secret'),
      ...headers,
    },
    body,
    receivedAtMs: NOW,
  }
}
const taken = (request: RawRequest): Extract<Verification, { ok: true }> => {
  const answer = webhook.verify(request, CONFIG)
  if (!answer.ok) throw new Error(answer.code)
  return answer
}
const message = JSON.stringify({
  type: 'event_callback',
  event_id: 'Ev1',
  event: { type: 'message', user: 'U1ADA', text: 'Hi', ts: '1.2', channel: 'D1', channel_type: 'im' },
})

describe('somebody who is mentioned', () => {
  it('has his name once Slack was asked, and is asked for once', async () => {
    const slack = await startFakeSlack()
    const { ctx } = slackContext(slack, { signingSecret: 'secret' })
    const bob = slack.addUser('Bob')
    const told = JSON.stringify({
      ...JSON.parse(message),
      event: { ...JSON.parse(message).event, text: `Ask <@${bob}> or <@U9NOBODY>` },
    })
    const textOf = () => {
      const answer = webhook.verify(post(told), ctx.config)
      if (!answer.ok) throw new Error(answer.code)
      const [event] = webhook.parse(answer.request)
      return { text: event?.type === 'message' && event.text, request: answer.request }
    }
    const { text, request } = textOf()
    expect(text).toBe(`Ask @${bob} or @U9NOBODY`)
    await afterInbound(request, ctx)
    await afterInbound(request, ctx)
    expect(textOf().text).toBe('Ask @Bob or @U9NOBODY')
    expect(slack.provider.calls.filter(({ url }) => url.endsWith('/users.info'))).toHaveLength(2)
    await slack.close()
  })
})

describe('news of the token', () => {
  const uninstalled = JSON.stringify({
    type: 'event_callback',
    event_id: 'Ev9',
    event: { type: 'app_uninstalled' },
  })

  it('is journaled though it makes no message, and the token is tried', async () => {
    const { request, handshake, deliveryKey } = taken(post(uninstalled))
    expect([handshake, deliveryKey, webhook.parse(request)]).toEqual([undefined, 'Ev9', []])
    const slack = await startFakeSlack()
    const env = slackContext(slack)
    await afterInbound(request, env.ctx)
    expect(env.health).toEqual([])
    const gone = slackContext(slack, { botToken: 'xoxb-gone' })
    await afterInbound(taken(post(message)).request, gone.ctx)
    expect(gone.health).toEqual([])
    await afterInbound(request, gone.ctx)
    expect(gone.health).toMatchObject([{ state: 'failing', code: 'bad-credentials' }])
    await slack.close()
  })
})

describe('a request of Slack', () => {
  it('that tries the address gets its challenge back, and is kept nowhere', () => {
    const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P'
    const { handshake } = taken(post(JSON.stringify({ type: 'url_verification', challenge, token: 'x' })))
    expect(handshake).toEqual({ status: 200, contentType: 'text/plain; charset=utf-8', body: challenge })
    const unsigned = post(JSON.stringify({ type: 'url_verification', challenge }), {
      'x-slack-signature': `v0=${'0'.repeat(64)}`,
    })
    expect(webhook.verify(unsigned, CONFIG)).toEqual({ ok: false, code: 'invalid-signature' })
  })

  it('that is tried again is taken again, under the same key', () => {
    const first = taken(post(message))
    const again = taken(post(message, { 'x-slack-retry-num': '3', 'x-slack-retry-reason': 'http_error' }))
    expect(first).toMatchObject({ deliveryKey: 'Ev1' })
    expect(first.handshake).toBeUndefined()
    expect(again).toEqual(first)
    expect(webhook.acknowledge(first.request)).toEqual({ status: 200 })
  })

  it('of buttons, menus and commands is acknowledged with nothing', () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const payload = encodeURIComponent(JSON.stringify({ type: 'view_submission', view: {} }))
    for (const body of [`payload=${payload}`, 'command=%2Fhelp&text=me&user_id=U1'])
      expect(taken(post(body, form)).handshake).toEqual({ status: 200 })
  })

  it('that is of no interest is acknowledged and not kept', () => {
    const event = { type: 'channel_created', channel: { id: 'C1' } }
    expect(taken(post(JSON.stringify({ type: 'event_callback', event_id: 'Ev2', event }))).handshake).toEqual(
      {
        status: 200,
      },
    )
  })

  it('carries no header into the journal, and the settings as they are', () => {
    const { request } = taken(post(message))
    expect(JSON.stringify(request)).not.toMatch(/v0=|secret|xoxb/)
    expect(request.facts).toMatchObject({ directMessages: 'yes', channels: '' })
  })
})

describe('the way in', () => {
  const way = (change: Partial<SlackConfig>, reachable: boolean) =>
    choose({ ...CONFIG, ...change }, { reachable })

  it('is as the settings say, and by reach where they leave it open', () => {
    expect(way({ receive: 'events' }, false)).toBe('webhook')
    expect(way({ receive: 'socket' }, true)).toBe('session')
    expect(way({}, true)).toBe('webhook')
    expect(way({}, false)).toBe('session')
    expect(way({ signingSecret: '', appToken: 'xapp-1' }, true)).toBe('session')
    expect(way({ signingSecret: 's', appToken: 'xapp-1' }, true)).toBe('webhook')
  })
})
