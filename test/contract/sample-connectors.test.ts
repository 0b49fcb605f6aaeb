/** The kit itself: it must find what is wrong. */
import { describe, expect, it } from 'vitest'
import type { Connector } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { SCRIPTED } from '../harness/path-rig.ts'
import { CHECKS } from './connector-kit.ts'
import type { WebhookFixtures } from './fixtures/connector-fixtures.ts'
import { subjectOf } from './kit-subject.ts'
import { PROOF_CHECKS } from './proof-kit.ts'

const request = (body: Uint8Array) => ({
  method: 'POST',
  url: '/',
  publicUrl: 'https://inbox.example/',
  headers: { authorization: 'Bearer open-sesame' },
  body,
  receivedAtMs: 1,
})

const fixtures: WebhookFixtures = {
  settings: {},
  requests: () => ({ first: request(Buffer.from('{}')) }),
  receipt: () => undefined,
  forged: () => ({ 'no proof at all': request(Buffer.from('{}')) }),
  echo: () => request(Buffer.from('{"echo":true}')),
  sendsOverNetwork: true,
  signed: (body) => request(body),
}

const SAID: InboundEvent = {
  type: 'message',
  externalId: '',
  identity: { externalId: 'us', verified: false },
  text: 'Our own words',
  attachments: [],
}

let calls = 0
/** Breaks every promise there is. */
const faulty: Connector = {
  type: 'faulty' as ChannelType,
  displayName: 'Faulty',
  summary: 'Breaks its word.',
  mark: { color: '#ffee00', path: 'M0 0"/><script>' },
  configFields: [{ key: 'apiKey', label: 'Key', kind: 'secret', required: true, generated: true }],
  capabilities: (): Capabilities => ({
    ...SCRIPTED,
    text: { support: 'native', maxLength: 0, overLimit: 'split' },
    typing: 'native',
    attachments: { ...SCRIPTED.attachments, maxBytes: calls++ },
    pacing: { channel: { messages: 0, perMs: 1_000 } },
  }),
  check: ({ config }) => Promise.resolve({ ok: true, detail: `works with ${String(config['apiKey'])}` }),
  inbound: {
    kind: 'webhook',
    maxBodyBytes: 10,
    verify: (raw) => ({
      ok: true,
      request: { ...raw, contentType: '', facts: { ...raw.headers } } as never,
      deliveryKey: String(calls++),
    }),
    parse: ({ body }) => {
      const text = Buffer.from(body).toString()
      JSON.parse(text)
      calls += 1
      if (text.includes('echo')) return [{ ...SAID, externalId: String(calls) }]
      return [{ type: 'unsupported', externalId: String(calls), what: text }]
    },
    acknowledge: () => ({ status: 200 }),
  },
  send: () => Promise.resolve({ externalId: String(calls++) }),
  markRead: () => Promise.resolve(),
}

describe('the kit', () => {
  it.each(Object.entries(CHECKS).slice(1))('finds where it is not so that %s', async (_, check) => {
    const offline = { ...fixtures, sendsOverNetwork: false }
    const found = [
      ...(await check(subjectOf(faulty, fixtures))),
      ...(await check(subjectOf(faulty, offline))),
    ]
    expect(found).not.toEqual([])
  })

  it.each(Object.entries(PROOF_CHECKS))('finds that nobody shows: %s', async (_, check) => {
    expect(await check(subjectOf(faulty, fixtures))).toEqual([
      'sends over a network, and its fixtures start no platform to prove it on',
    ])
    expect(await check(subjectOf(faulty, { ...fixtures, sendsOverNetwork: false }))).toEqual([])
  })

  it('finds a secret that a plain setting repeats', async () => {
    const [settings] = Object.values(CHECKS)
    const text = 'a-secret-of-some-length'
    const configFields: Connector['configFields'] = [
      { key: 'apiKey', label: 'Key', kind: 'secret', required: true },
      { key: 'note', label: 'Note', kind: 'text', required: false },
    ]
    const tight = subjectOf({ ...faulty, configFields }, { ...fixtures, settings: { apiKey: text } })
    expect(await settings?.(tight)).toEqual([])
    const careless = { ...fixtures, settings: { apiKey: text, note: text } }
    expect(await settings?.(subjectOf({ ...faulty, configFields }, careless))).toEqual([
      'apiKey is shown',
      'apiKey is stored in the clear',
    ])
  })
})

/** Sends over a network and tells exactly what went wrong. */
const careful: Connector = {
  ...faulty,
  capabilities: () => SCRIPTED,
  async send({ id, text }, { fetch, config }) {
    const headers = { authorization: `Bearer ${String(config['apiKey'])}`, 'idempotency-key': id }
    const response = await fetch('https://platform.example/', { method: 'POST', body: text, headers }).catch(
      (cause: TypeError) => {
        const refused = (cause.cause as { readonly code?: string } | undefined)?.code === 'ECONNREFUSED'
        const delivery = refused ? 'not-sent' : 'unknown'
        throw new ConnectorError({ code: 'line-broken', retry: 'later', delivery }, { cause })
      },
    )
    if (response.ok) return { externalId: id }
    const retryAfter = response.headers.get('retry-after')
    throw new ConnectorError({
      code: `status-${response.status}`,
      retry: response.status === 401 ? 'never' : 'later',
      delivery: response.status < 500 ? 'not-sent' : 'unknown',
      ...(retryAfter === null ? {} : { retryAfterMs: Number(retryAfter) * 1_000 }),
    })
  },
  check: () => Promise.resolve({ ok: true }),
}

describe('a connector with a network', () => {
  const promises = ['a send that fails', 'no log line', 'it has exactly', 'its settings']
  const kept = Object.entries(CHECKS).filter(([promise]) =>
    promises.some((start) => promise.startsWith(start)),
  )
  const { markRead, ...rest } = careful

  it.each(kept)('passes where it is so that %s', async (_, check) => {
    expect(markRead).toBeDefined()
    expect(await check(subjectOf(rest, fixtures))).toEqual([])
  })

  it('is found out when its fixtures deny the network', async () => {
    const check = CHECKS['a send that fails says what is known of it, and nothing else is thrown']
    expect(await check?.(subjectOf(rest, { ...fixtures, sendsOverNetwork: false }))).toContain(
      'reaches out though its fixtures say it does not',
    )
  })
})
