import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectorErrorFacts } from '../../../src/contract/connector-error.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { Fault } from '../../../test/fakes/provider/provider-server.ts'
import { type FakeSlack, startFakeSlack } from '../../../test/fakes/slack/server.ts'
import { fileOf, outgoing, slackContext, type TestContext } from '../../../test/fakes/slack/slack-context.ts'
import { deleteMessage, editMessage } from './change.ts'
import { findSent } from './find-sent.ts'
import { sendMessage } from './send.ts'

let slack: FakeSlack
let env: TestContext
let ada: string
let shop: string
let thread: string
beforeEach(async () => {
  slack = await startFakeSlack()
  env = slackContext(slack)
  ada = slack.addUser('Ada')
  shop = slack.addChannel('shop')
  thread = `${shop}:${slack.says(ada, 'Help', { channel: shop }).ts}`
})
afterEach(() => slack.close())

const ownIn = (channel: string) =>
  (slack.workspace.channels.get(channel)?.messages ?? []).filter(({ bot_id }) => bot_id !== undefined)
const factsOf = async (work: Promise<unknown>): Promise<ConnectorErrorFacts> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`threw ${String(error)}`)
  return error.facts
}
const onlyPost = (fault: Fault) =>
  slack.provider.misbehave(({ url }) => (url.endsWith('/chat.postMessage') ? fault : undefined))

describe('a message', () => {
  it('goes into the thread of its conversation, without previews, with our id beside it', async () => {
    const message = outgoing(thread, 'Hi *there* <!channel> & all', {
      spans: [{ kind: 'bold', offset: 0, length: 2 }],
    })
    const { externalId } = await sendMessage(message, env.ctx)
    const [sent] = ownIn(shop)
    expect(externalId).toBe(`${shop}:${sent?.ts}`)
    expect(sent).toMatchObject({
      thread_ts: thread.split(':')[1],
      metadata: { event_type: 'tributary_message', event_payload: { id: message.id } },
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: 'Hi', style: { bold: true } },
                { type: 'text', text: ' *there* <!channel> & all' },
              ],
            },
          ],
        },
      ],
    })
    expect(sent?.text).toBe('*Hi* \u2060*there\u2060* &lt;!channel&gt; &amp; all')
    const args = new URLSearchParams(slack.provider.calls.at(-1)?.body.toString())
    expect([args.get('unfurl_links'), args.get('unfurl_media'), args.get('username')]).toEqual([
      'false',
      'false',
      null,
    ])
  })

  it('opens the direct channel of a person once', async () => {
    await sendMessage(outgoing(ada, 'One'), env.ctx)
    await sendMessage(outgoing(ada, 'Two'), env.ctx)
    expect(ownIn(slack.workspace.directOf(ada).id).map(({ text }) => text)).toEqual(['One', 'Two'])
    expect(slack.provider.calls.filter(({ url }) => url.endsWith('/conversations.open'))).toHaveLength(1)
  })

  it('stands under the agent’s name where the settings say so', async () => {
    await sendMessage(outgoing(thread, 'Hi'), slackContext(slack, { agentNames: true }).ctx)
    expect(ownIn(shop)[0]?.username).toBe('Agnes')
  })

  it('is changed and taken back there', async () => {
    const { externalId } = await sendMessage(outgoing(thread, 'Hi'), env.ctx)
    await editMessage(externalId, outgoing(thread, 'Ho'), env.ctx)
    expect(ownIn(shop)).toMatchObject([{ text: 'Ho', edited: {} }])
    await deleteMessage(externalId, env.ctx)
    expect(ownIn(shop)).toEqual([])
    await deleteMessage(externalId, env.ctx)
    expect(await factsOf(editMessage(externalId, outgoing(thread, 'Hu'), env.ctx))).toMatchObject({
      code: 'message-not-found',
      retry: 'never',
    })
    expect(await factsOf(deleteMessage('no such thing', env.ctx))).toMatchObject({ delivery: 'not-sent' })
  })
})

describe('a message whose form Slack refuses', () => {
  const refusing = (error: string, times = 1): void => {
    let left = times
    const body = JSON.stringify({ ok: false, error })
    slack.provider.misbehave(({ url }) => {
      if (!/chat\.(?:postMessage|update)$/.test(url) || left === 0) return undefined
      left -= 1
      return { kind: 'status', status: 200, headers: { 'Content-Type': 'application/json' }, body }
    })
  }
  it.each(['msg_blocks_too_long', 'invalid_blocks'])('goes in mrkdwn after %s', async (error) => {
    refusing(error)
    const sent = outgoing(thread, 'Hi you', { spans: [{ kind: 'bold', offset: 0, length: 2 }] })
    const { externalId } = await sendMessage(sent, env.ctx)
    expect(ownIn(shop)).toMatchObject([{ text: '*Hi* you', metadata: { event_payload: { id: sent.id } } }])
    expect(ownIn(shop)[0]?.blocks).toBeUndefined()
    refusing(error)
    await editMessage(externalId, outgoing(thread, 'Ho'), env.ctx)
    expect(ownIn(shop)).toMatchObject([{ text: 'Ho', blocks: [] }])
  })

  it('is told of where it would be cut in that form', async () => {
    refusing('msg_blocks_too_long')
    const url = `https://shop.example/${'a'.repeat(1_900)}`
    const spans = Array.from(
      { length: 30 },
      (_, index) => ({ kind: 'link', offset: index, length: 1, url }) as const,
    )
    expect(await factsOf(sendMessage(outgoing(thread, 'x'.repeat(30), { spans }), env.ctx))).toMatchObject({
      code: 'blocks-refused',
      delivery: 'not-sent',
    })
  })
})

describe('a refusal', () => {
  const says = (error: string, headers: Readonly<Record<string, string>> = {}): Fault => ({
    kind: 'status',
    status: 200,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ ok: false, error }),
  })
  it.each([
    ['channel_not_found', 'recipient-unknown', 'never', 'not-sent'],
    ['not_in_channel', 'not-in-channel', 'never', 'not-sent'],
    ['is_archived', 'channel-archived', 'never', 'not-sent'],
    ['msg_too_long', 'text-too-long', 'never', 'not-sent'],
    ['restricted_action', 'not-allowed', 'never', 'not-sent'],
    ['invalid_auth', 'bad-credentials', 'never', 'not-sent'],
    ['token_revoked', 'bad-credentials', 'never', 'not-sent'],
    ['account_inactive', 'bad-credentials', 'never', 'not-sent'],
    ['missing_scope', 'missing-scope', 'never', 'not-sent'],
    ['ratelimited', 'rate-limited', 'later', 'not-sent'],
    ['something_new', 'refused', 'never', 'not-sent'],
    ['internal_error', 'platform-unavailable', 'later', 'unknown'],
    ['fatal_error', 'platform-unavailable', 'later', 'unknown'],
  ] as const)('%s is told as %s', async (error, code, retry, delivery) => {
    onlyPost(says(error))
    const facts = await factsOf(sendMessage(outgoing(thread, 'Hi'), env.ctx))
    expect(facts).toMatchObject({ code, retry, delivery })
    expect(facts.detail?.split(' ').length).toBeGreaterThan(2)
    expect(env.health.map((report) => [report.state, report.part, report.code])).toEqual(
      code === 'bad-credentials' ? [['failing', 'sending', code]] : [],
    )
  })

  it('of a person is known before anything is sent', async () => {
    expect(await factsOf(sendMessage(outgoing('U9NOBODY', 'Hi'), env.ctx))).toMatchObject({
      code: 'recipient-unknown',
    })
    expect(await factsOf(sendMessage(outgoing('ada@shop.example', 'Hi'), env.ctx))).toMatchObject({
      code: 'recipient-unknown',
    })
  })

  it('for want of patience says how much, and holds the whole channel where it is the workspace’s', async () => {
    slack.knobs.limit = { perMs: 60_000 }
    await sendMessage(outgoing(thread, 'One'), env.ctx)
    const facts = await factsOf(sendMessage(outgoing(thread, 'Two'), env.ctx))
    expect(facts).toMatchObject({ code: 'rate-limited', retryAfterMs: 1_000, delivery: 'not-sent' })
    expect(facts.holds).toBeUndefined()
    expect(slack.limited()).toBe(1)
    onlyPost({ kind: 'status', status: 429, headers: { 'Retry-After': '30' }, body: '{}' })
    expect(await factsOf(sendMessage(outgoing(thread, 'Two'), env.ctx))).toMatchObject({
      retryAfterMs: 30_000,
      holds: 'channel',
    })
  })

  it('of a line says what may have left', async () => {
    for (const [fault, delivery] of [
      [{ kind: 'cut-before' }, 'unknown'],
      [{ kind: 'cut-after' }, 'unknown'],
      [{ kind: 'garbage' }, 'unknown'],
      [{ kind: 'status', status: 503, body: '' }, 'unknown'],
    ] as const) {
      onlyPost(fault)
      expect(await factsOf(sendMessage(outgoing(thread, 'Hi'), env.ctx)), fault.kind).toMatchObject({
        delivery,
        retry: 'later',
      })
    }
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/conversations.open') ? { kind: 'cut-after' } : undefined,
    )
    expect(await factsOf(sendMessage(outgoing(ada, 'Hi'), env.ctx))).toMatchObject({ delivery: 'not-sent' })
  })

  it('of our own guard is final, and tells no secret', async () => {
    const away = slackContext(slack, { apiBaseUrl: 'http://10.0.0.1/api/' })
    const facts = await factsOf(sendMessage(outgoing(thread, 'Hi'), away.ctx))
    expect(facts).toMatchObject({ code: 'destination-not-allowed', retry: 'never', delivery: 'not-sent' })
    expect(JSON.stringify([facts, away.lines])).not.toContain(slack.settings.botToken)
  })
})

describe('files', () => {
  const picture = Buffer.from('not really a picture')

  it('are laid down and shown together with the text, in the thread', async () => {
    const files = [fileOf('a.png', picture), fileOf('b.png', Buffer.from('b'))]
    const { externalId } = await sendMessage(outgoing(thread, 'Look <here>', { attachments: files }), env.ctx)
    const [sent, more] = ownIn(shop)
    expect(more).toBeUndefined()
    expect(externalId).toBe(`${shop}:${sent?.ts}`)
    expect(sent).toMatchObject({ text: 'Look &lt;here&gt;', thread_ts: thread.split(':')[1] })
    expect(sent?.files?.map(({ id }) => slack.workspace.files.get(id)?.bytes.toString())).toEqual([
      'not really a picture',
      'b',
    ])
  })

  it('that Slack is slow to show are known by their file', async () => {
    slack.knobs.sharesAfter = 3
    const { externalId } = await sendMessage(
      outgoing(ada, '', { attachments: [fileOf('a.png', picture)] }),
      env.ctx,
    )
    expect(externalId).toBe(
      `${slack.workspace.directOf(ada).id}:${ownIn(slack.workspace.directOf(ada).id)[0]?.ts}`,
    )
  })

  it('that break before they are shown were shown to nobody', async () => {
    for (const part of ['/api/files.getUploadURLExternal', '/upload/']) {
      slack.provider.misbehave(({ url }) => (url.startsWith(part) ? { kind: 'cut-after' } : undefined))
      const facts = await factsOf(
        sendMessage(outgoing(thread, '', { attachments: [fileOf('a.png', picture)] }), env.ctx),
      )
      expect(facts, part).toMatchObject({ delivery: 'not-sent', retry: 'later' })
    }
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/files.completeUploadExternal') ? { kind: 'cut-after' } : undefined,
    )
    const facts = await factsOf(
      sendMessage(outgoing(thread, '', { attachments: [fileOf('a.png', picture)] }), env.ctx),
    )
    expect(facts).toMatchObject({ delivery: 'unknown' })
  })
})

it('a token that is refused before a person’s channel is open is shown, too', async () => {
  const other = slackContext(slack, { botToken: 'xoxb-other' })
  await factsOf(sendMessage(outgoing(ada, 'Hi'), other.ctx))
  expect(other.health).toMatchObject([{ state: 'failing', part: 'sending', code: 'bad-credentials' }])
})

it('files that nobody waits for any more are not shown, though they were laid down', async () => {
  const limit = new AbortController()
  const late = outgoing(thread, '', { attachments: [fileOf('a.png', Buffer.from('x'))] })
  slack.provider.misbehave(({ url }) => {
    if (url.startsWith('/upload/')) limit.abort()
    return undefined
  })
  await factsOf(sendMessage(late, { ...env.ctx, signal: limit.signal }))
  expect(ownIn(shop)).toEqual([])
})

describe('what became of a message', () => {
  it('is seen by our id: sent where it stands, not sent where it does not', async () => {
    for (const to of [thread, ada]) {
      const message = outgoing(to, 'Hi')
      onlyPost({ kind: 'cut-after' })
      await factsOf(sendMessage(message, env.ctx))
      const lost = outgoing(to, 'Hi')
      onlyPost({ kind: 'cut-before' })
      await factsOf(sendMessage(lost, env.ctx))
      slack.provider.misbehave()
      const channel = to === ada ? slack.workspace.directOf(ada).id : shop
      expect(await findSent(message, env.ctx)).toEqual({
        found: 'sent',
        receipt: { externalId: `${channel}:${ownIn(channel)[0]?.ts}` },
      })
      expect(await findSent(lost, env.ctx)).toEqual({ found: 'not-sent' })
      expect(ownIn(channel)).toHaveLength(1)
    }
  })

  it('is seen by its files where it has some, and left open where that is not certain', async () => {
    const message = outgoing(thread, '', { attachments: [fileOf('a.png', Buffer.from('x'))] })
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/files.completeUploadExternal') ? { kind: 'cut-after' } : undefined,
    )
    await factsOf(sendMessage(message, env.ctx))
    slack.provider.misbehave()
    const other = outgoing(thread, '', { attachments: [fileOf('b.png', Buffer.from('x'))] })
    expect(await findSent(other, env.ctx)).toEqual({ found: 'unknown' })
    expect(await findSent({ ...other, writtenAtMs: Date.now() - 3_600_000 }, env.ctx)).toEqual({
      found: 'not-sent',
    })
    expect(await findSent(message, env.ctx)).toMatchObject({ found: 'sent' })
    await sendMessage({ ...message, id: 'e'.repeat(24) }, env.ctx)
    // Whose files this process laid down is certain; a message of another one looks like both.
    expect(await findSent(message, env.ctx)).toMatchObject({ found: 'sent' })
    expect(await findSent({ ...message, id: 'd'.repeat(24) }, env.ctx)).toEqual({ found: 'unknown' })
  })

  it('is left open where Slack does not show what lies beside our messages', async () => {
    slack.knobs.hidesMetadata = true
    const message = outgoing(thread, 'Hi')
    expect(await findSent(message, env.ctx)).toEqual({ found: 'not-sent' })
    onlyPost({ kind: 'cut-after' })
    await factsOf(sendMessage(message, env.ctx))
    slack.provider.misbehave()
    expect(await findSent(message, env.ctx)).toEqual({ found: 'unknown' })
  })

  it('is not taken from another message with the same files', async () => {
    const file = fileOf('a.png', Buffer.from('x'))
    await sendMessage(outgoing(thread, '', { attachments: [file] }), env.ctx)
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/files.completeUploadExternal') ? { kind: 'cut-before' } : undefined,
    )
    const lost = outgoing(thread, '', { attachments: [file] })
    await factsOf(sendMessage(lost, env.ctx))
    slack.provider.misbehave()
    expect(await findSent(lost, env.ctx)).toEqual({ found: 'unknown' })
  })
})
