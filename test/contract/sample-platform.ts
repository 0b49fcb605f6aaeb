/** A connector over a real wire that keeps every promise, and one for each promise that it breaks. */
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, ConnectorContext, OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { jsonAnswer, startProvider } from '../fakes/provider/provider-server.ts'
import { SCRIPTED } from '../harness/path-rig.ts'
import type { Arrival, FakePlatform, WebhookFixtures } from './fixtures/connector-fixtures.ts'

/** Ways to break one's word. */
export const WIRE_FAULTS = [
  'mangles texts',
  'formats nothing',
  'loses files',
  'answers nobody',
  'does not say that somebody types',
  'marks nothing as read',
  'edits nothing',
  'deletes nothing',
  'lists no templates',
  'sends templates as free text',
  'cannot begin',
  'takes silence for a success',
  'sends twice',
  'tells its key',
  'believes every key',
] as const
export type WireFault = (typeof WIRE_FAULTS)[number]

const KEY = 'open-sesame-12'
const TYPE = 'sample-platform' as ChannelType

/** What goes over the wire. */
type Post = Readonly<Record<string, unknown>> & { readonly what: string }

/** @param fault the one promise that it breaks */
export function samplePlatform(fault?: WireFault): Connector {
  const post = async (ctx: ConnectorContext<ConfigValues>, body: Post) => {
    const headers = { authorization: `Bearer ${String(ctx.config['apiKey'])}` }
    const response = await ctx
      .fetch(String(ctx.config['baseUrl']), { method: 'POST', body: JSON.stringify(body), headers })
      .catch((cause: Error) => {
        const { code } = (cause.cause ?? {}) as { readonly code?: string }
        const delivery = code === 'ECONNREFUSED' ? 'not-sent' : 'unknown'
        throw new ConnectorError({ code: 'line-broken', retry: 'later', delivery }, { cause })
      })
    const text = await response.text()
    if (response.ok) {
      if (text.startsWith('{')) return JSON.parse(text) as Record<string, unknown>
      throw new ConnectorError({ code: 'unreadable-answer', retry: 'later', delivery: 'unknown' })
    }
    throw new ConnectorError(factsOf(response, fault === 'tells its key' ? KEY : 'The platform refused'))
  }
  const saidBy = (message: OutboundMessage): Post => ({
    what: 'message',
    id: message.id,
    text: fault === 'mangles texts' ? message.text.replaceAll('&', '&amp;') : message.text,
    to: message.to.threadKey,
    spans: fault === 'formats nothing' ? [] : (message.spans ?? []),
    files: fault === 'loses files' ? [] : message.attachments.map((file) => file.publicUrl()),
    ...(fault === 'answers nobody' ? {} : { replyTo: message.replyToExternalId }),
    ...(fault === 'sends templates as free text' ? {} : { template: message.template?.id }),
  })
  const beside =
    (own: WireFault) =>
    async (ctx: Parameters<typeof post>[0], body: Post): Promise<void> => {
      if (fault !== own) await post(ctx, body)
    }
  return {
    type: TYPE,
    displayName: 'Sample',
    summary: 'Keeps its word, or not.',
    configFields: [
      { key: 'baseUrl', label: 'Address', kind: 'url', required: true },
      { key: 'apiKey', label: 'Key', kind: 'secret', required: true },
    ],
    capabilities: () => ({
      ...SCRIPTED,
      text: { support: 'native', maxLength: 200, overLimit: 'split' },
      formatting: 'native',
      attachments: { support: 'native', maxBytes: 1_000, maxPerMessage: 4, contentTypes: ['image/*'] },
      replyTo: 'native',
      typing: 'native',
      markRead: 'native',
      editMessage: 'native',
      deleteMessage: 'native',
      templates: 'native',
      startConversation: 'native',
      receipts: { delivered: 'absent', read: 'absent' },
      idempotentSend: true,
    }),
    async check(ctx) {
      if (fault === 'believes every key') return { ok: true }
      try {
        await post(ctx, { what: 'check' })
        return { ok: true }
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error
        return { ok: false, code: error.facts.code, detail: error.facts.detail ?? '' }
      }
    },
    inbound: {
      kind: 'webhook',
      maxBodyBytes: 10,
      verify: () => ({ ok: false, code: 'invalid-signature' }),
      parse: () => [],
      acknowledge: () => ({ status: 200 }),
    },
    async send(message, ctx) {
      const again = fault === 'sends twice' ? { id: `${message.id}-${message.attempt}` } : {}
      try {
        const { externalId } = await post(ctx, { ...saidBy(message), ...again })
        return { externalId: String(externalId) }
      } catch (error) {
        if (fault === 'takes silence for a success') return { externalId: message.id }
        throw error
      }
    },
    async findSent(message, ctx) {
      const { externalId } = await post(ctx, { what: 'find', id: message.id })
      return typeof externalId === 'string'
        ? { found: 'sent', receipt: { externalId } }
        : { found: 'not-sent' }
    },
    listTemplates: async () => [
      {
        id: 'T1',
        name: 'hello',
        language: 'en',
        body: 'Hello {{1}}',
        variables: [{ key: '1' }],
        buttons: [],
        media: [],
        ...(fault === 'lists no templates' ? { unusable: 'Not approved' } : {}),
      },
    ],
    sendTyping: (_, ctx) => beside('does not say that somebody types')(ctx, { what: 'typing' }),
    markRead: (externalId, _, ctx) => beside('marks nothing as read')(ctx, { what: 'read', externalId }),
    editMessage: (externalId, { text }, ctx) =>
      beside('edits nothing')(ctx, { what: 'edit', externalId, text }),
    deleteMessage: (externalId, _, ctx) => beside('deletes nothing')(ctx, { what: 'deletion', externalId }),
  }
}

function factsOf({ status, headers }: Response, detail: string): ConnectorErrorFacts {
  const retryAfter = headers.get('retry-after')
  return {
    code: `status-${status}`,
    detail,
    retry: status === 429 || status >= 500 ? 'later' : 'never',
    delivery: 'not-sent',
    ...(retryAfter === null ? {} : { retryAfterMs: Number(retryAfter) * 1_000 }),
  }
}

/** @param fault of the connector that they are for */
export function samplePlatformFixtures(fault?: WireFault): WebhookFixtures {
  const nothing = {
    method: 'POST',
    url: '/',
    publicUrl: 'https://inbox.example/',
    headers: {},
    body: Buffer.from('{}'),
    receivedAtMs: 1,
  }
  return {
    settings: { baseUrl: 'http://127.0.0.1:9', apiKey: KEY },
    sendsOverNetwork: true,
    requests: () => ({ first: nothing }),
    receipt: () => undefined,
    forged: () => ({}),
    echo: () => undefined,
    signed: (body) => ({ ...nothing, body }),
    platform: () => startSamplePlatform(fault),
  }
}

async function startSamplePlatform(fault?: WireFault): Promise<FakePlatform> {
  const arrivals: Arrival[] = []
  const taken = new Map<string, string>()
  const provider = await startProvider(({ headers, body }) => {
    if (headers['authorization'] !== `Bearer ${KEY}`) return jsonAnswer(401, {})
    const { what, id, text, spans, files, replyTo, template, externalId, to } = JSON.parse(
      body.toString(),
    ) as Record<string, string> & { readonly spans: { offset: number; length: number }[]; files: string[] }
    if (what === 'find') return jsonAnswer(200, { externalId: taken.get(id ?? '') })
    if (what === 'check') return jsonAnswer(200, {})
    if (what !== 'message') {
      arrivals.push({ kind: what, externalId, text } as Arrival)
      return jsonAnswer(200, {})
    }
    if (to === 'stranger' && fault === 'cannot begin') return jsonAnswer(403, {})
    const known = taken.get(id ?? '')
    if (known !== undefined) return jsonAnswer(200, { externalId: known })
    const given = `P${taken.size + 1}`
    taken.set(id ?? '', given)
    arrivals.push({
      kind: 'message',
      externalId: given,
      text: text ?? '',
      bold: spans.map(({ offset, length }) => (text ?? '').slice(offset, offset + length)),
      files: files.map((url) => ({ url })),
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(template === undefined ? {} : { template }),
    })
    return jsonAnswer(200, { externalId: given })
  })
  const settings = { baseUrl: provider.url, apiKey: KEY }
  return {
    settings,
    wrongSettings: { ...settings, apiKey: 'not-the-key-of-it' },
    arrivals: () => arrivals,
    misbehave: provider.misbehave,
    heard: 'C1',
    stranger: { identityExternalId: 'stranger', threadKey: 'stranger' },
    stop: provider.close,
  }
}
