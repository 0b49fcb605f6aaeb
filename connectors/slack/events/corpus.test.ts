import { describe, expect, it } from 'vitest'
import { corpusFiles } from '../../../test/harness/mail-corpus.ts'
import type { SlackConfig } from '../config.ts'
import { webhook } from '../inbound.ts'
import { signatureOf } from '../signature.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const CONFIG: SlackConfig = {
  botToken: 'xoxb-1',
  receive: 'events',
  signingSecret: 'secret',
  directMessages: true,
  directThreads: false,
  mentions: true,
  channels: ['C0FILLED01'],
  otherBots: true,
  agentNames: false,
  apiBaseUrl: 'https://slack.com/api/',
}
const FILLED: Readonly<Record<string, string>> = {
  user: 'U0FILLED01',
  user_id: 'U0FILLED02',
  channel: 'C0FILLED01',
  team: 'T0FILLED01',
  team_id: 'T0FILLED01',
  api_app_id: 'A0FILLED01',
  event_id: 'Ev0FILLED1',
  ts: '1795435200.000100',
  event_ts: '1795435200.000200',
  text: 'Hello',
  reaction: 'tada',
}

/** The samples have blanks for values: ids and texts are put in, as the samples' own README says. */
function filled(value: unknown, key = ''): unknown {
  if (value === '' && key in FILLED) return FILLED[key]
  if (value === '0000000000.000000') return FILLED['ts']
  if (Array.isArray(value)) return value.map((item) => filled(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, name)]))
}

const MESSAGES = ['MessageMePayload.json', 'MessagePayload.json']

describe('samples of Slack’s events', () => {
  it('are answered with 200, and a message is made of what is one', (context) => {
    const files = corpusFiles('slack-events', context)
    expect(files.length).toBeGreaterThan(20)
    const made: Record<string, readonly string[]> = {}
    for (const { name, bytes } of files) {
      const sample = JSON.parse(Buffer.from(bytes).toString('utf8')) as object
      for (const body of [
        sample,
        { ...sample, type: 'event_callback' },
        { ...(filled(sample) as object), type: 'event_callback' },
      ]) {
        const raw = Buffer.from(JSON.stringify(body))
        const timestamp = String(NOW / 1_000)
        const answer = webhook.verify(
          {
            method: 'POST',
            url: '/ingress/1',
            publicUrl: 'https://inbox.example/ingress/1',
            headers: {
              'content-type': 'application/json',
              'x-slack-request-timestamp': timestamp,
              'x-slack-signature': signatureOf(timestamp, raw, 'secret'),
            },
            body: raw,
            receivedAtMs: NOW,
          },
          CONFIG,
        )
        if (!answer.ok) throw new Error(`${name}: ${answer.code}`)
        expect((answer.handshake ?? webhook.acknowledge(answer.request)).status, name).toBe(200)
        const events = webhook.parse(answer.request)
        expect(webhook.parse(answer.request), name).toEqual(events)
        made[name] = events.map(({ type }) => type)
      }
    }
    const told = Object.fromEntries(Object.entries(made).filter(([, types]) => types.length > 0))
    for (const name of MESSAGES) if (name in made) expect(told[name], name).toContain('message')
    for (const [name, types] of Object.entries(told))
      expect([name, types.every((type) => type !== 'typing' && type !== 'status')]).toEqual([name, true])
  })
})
