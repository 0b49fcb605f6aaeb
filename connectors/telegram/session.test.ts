import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PushItem, RawItem } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram/fake-telegram.ts'
import { type BotBench, botConfig, createBotBench } from '../../test/harness/bot-context.ts'
import { parse } from './parse.ts'
import { openPolling } from './session.ts'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await startFakeTelegram()
})
afterEach(() => fake.close())

/** A journal that takes each key once, as the product's does, and what holds it up. */
function createJournal() {
  const items = new Map<string, RawItem>()
  const state = { pushes: 0, refuse: (_item: RawItem): boolean => false }
  const push: PushItem = async (item) => {
    state.pushes += 1
    if (state.refuse(item)) throw new ConnectorError({ code: 'disk', retry: 'later', delivery: 'not-sent' })
    if (!items.has(item.key)) items.set(item.key, item)
  }
  const texts = (): readonly string[] =>
    [...items.values()].flatMap(({ body, contentType, facts }) =>
      parse(verified({ body, contentType, facts, receivedAtMs: 1 })).flatMap((event) =>
        event.type === 'message' ? [event.text] : [],
      ),
    )
  return { items, state, push, texts }
}

/** What a node keeps when it is killed: the marks; a new one begins with them. */
function bench(marks: readonly Readonly<Record<string, unknown>>[] = [], change = {}): BotBench {
  const made = createBotBench(botConfig(fake, { receive: 'polling' }), change)
  made.marks.push(...marks)
  return made
}

const outcomeOf = (running: Promise<void>): Promise<unknown> =>
  running.then(
    () => 'ended',
    (error: unknown) => (error instanceof ConnectorError ? error.facts : error),
  )

describe('long polling', () => {
  it('brings everything once, over every update kind that was asked for', async () => {
    const ada = fake.customer()
    const journal = createJournal()
    const { ctx, stop, marks, health } = bench()
    const running = outcomeOf(openPolling(ctx, journal.push))
    const first = ada.says('one')
    await expect.poll(journal.texts).toEqual(['one'])
    ada.says('two')
    ada.reacts(first.messageId, '👍')
    await expect.poll(() => journal.items.size).toBe(3)
    await expect.poll(() => marks.at(-1)?.['offset']).toBe(500_003)
    stop()
    expect(await running).toBe('ended')
    expect(health).toEqual([{ state: 'healthy', part: 'receiving' }])
    expect(journal.state.pushes).toBe(3)
  })

  it('moves the offset only behind the journal: killed between the two, nothing is lost or doubled', async () => {
    const ada = fake.customer()
    for (const text of ['one', 'two', 'three']) ada.says(text)
    const journal = createJournal()
    // The mark never gets written, as when the process dies right after the last push.
    const killed = bench([], {
      checkpoint: { read: async () => undefined, write: () => new Promise<void>(() => undefined) },
    })
    void outcomeOf(openPolling(killed.ctx, journal.push))
    await expect.poll(() => journal.items.size).toBe(3)
    expect(fake.pending).toHaveLength(3)
    killed.stop()
    const next = bench(killed.marks)
    const running = outcomeOf(openPolling(next.ctx, journal.push))
    await expect.poll(() => journal.state.pushes).toBe(6)
    ada.says('four')
    await expect.poll(journal.texts).toEqual(['one', 'two', 'three', 'four'])
    await expect.poll(() => fake.pending.length).toBe(0)
    next.stop()
    expect(await running).toBe('ended')
  })

  it('fetches again what the journal refused', async () => {
    const ada = fake.customer()
    const bob = fake.customer()
    ada.says('one')
    bob.says('two')
    ada.says('three')
    const journal = createJournal()
    journal.state.refuse = ({ body }) => Buffer.from(body).includes('three')
    const first = bench()
    expect(await outcomeOf(openPolling(first.ctx, journal.push))).toMatchObject({ code: 'disk' })
    expect(first.marks).toEqual([])
    expect(journal.texts()).toEqual(['one', 'two'])
    journal.state.refuse = () => false
    const second = bench(first.marks)
    void outcomeOf(openPolling(second.ctx, journal.push))
    await expect.poll(journal.texts).toEqual(['one', 'two', 'three'])
    second.stop()
  })

  it('goes on from its mark, and another bot’s mark counts for nothing', async () => {
    const ada = fake.customer()
    ada.says('one')
    ada.says('two')
    const journal = createJournal()
    const mark = { offset: 500_001, atMs: Date.now(), botId: String(fake.botId) }
    const first = bench([mark])
    void outcomeOf(openPolling(first.ctx, journal.push))
    await expect.poll(journal.texts).toEqual(['two'])
    first.stop()
    ada.says('three')
    const second = bench([{ ...mark, offset: 900_000, botId: '1' }])
    void outcomeOf(openPolling(second.ctx, journal.push))
    await expect.poll(journal.texts).toEqual(['two', 'three'])
    second.stop()
  })

  it('takes numbers below its mark after a week of silence', async () => {
    const ada = fake.customer()
    fake.restartUpdateIds(77)
    ada.says('back again')
    const journal = createJournal()
    const old = { offset: 500_400, atMs: Date.now() - 8 * 86_400_000, botId: String(fake.botId) }
    const { ctx, stop, marks } = bench([old])
    void outcomeOf(openPolling(ctx, journal.push))
    await expect.poll(journal.texts).toEqual(['back again'])
    await expect.poll(() => marks.at(-1)?.['offset']).toBe(78)
    stop()
  })

  it('takes a number that comes a second time for something else', async () => {
    const ada = fake.customer()
    const journal = createJournal()
    const { ctx, stop } = bench()
    void outcomeOf(openPolling(ctx, journal.push))
    ada.says('one')
    await expect.poll(journal.texts).toEqual(['one'])
    // Gone once the next call is there that asks for what comes after it.
    await expect.poll(() => fake.pending).toEqual([])
    fake.restartUpdateIds(500_000)
    ada.says('two')
    await expect.poll(journal.texts).toEqual(['one', 'two'])
    stop()
  })

  it('removes a webhook of its own first, and what waited for it comes', async () => {
    const ada = fake.customer()
    const { ctx, stop } = bench()
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=${ctx.webhookUrl}`)
    ada.says('for the webhook')
    const journal = createJournal()
    void outcomeOf(openPolling(ctx, journal.push))
    await expect.poll(journal.texts).toEqual(['for the webhook'])
    expect(fake.webhook).toBeUndefined()
    stop()
  })

  it('leaves the webhook of another program alone, and says what to do', async () => {
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=https://other.example/hook`)
    expect(await outcomeOf(openPolling(bench().ctx, createJournal().push))).toMatchObject({
      code: 'webhook-elsewhere',
      retry: 'later',
      detail: expect.stringContaining('Save this channel'),
    })
    expect(fake.webhook?.url).toBe('https://other.example/hook')
  })

  it('says in words that somebody else fetches, and may be opened again', async () => {
    const ada = fake.customer()
    const journal = createJournal()
    const { ctx, health } = bench()
    const running = outcomeOf(openPolling(ctx, journal.push))
    await expect.poll(() => fake.server.calls.some(({ url }) => url.endsWith('/getUpdates'))).toBe(true)
    const other = fetch(`${fake.url}/bot${fake.token}/getUpdates?timeout=0`)
    const facts = await running
    expect(facts).toMatchObject({ code: 'fetched-elsewhere', retry: 'later' })
    expect((facts as { detail: string }).detail).toContain('Another program fetches')
    expect(health).toEqual([])
    await other
    const again = bench()
    void outcomeOf(openPolling(again.ctx, journal.push))
    ada.says('after all')
    await expect.poll(journal.texts).toEqual(['after all'])
    again.stop()
  })

  it('says that a webhook is in its way when one is set meanwhile', async () => {
    const { ctx } = bench()
    const running = outcomeOf(openPolling(ctx, createJournal().push))
    await expect.poll(() => fake.server.calls.some(({ url }) => url.endsWith('/getUpdates'))).toBe(true)
    await fetch(`${fake.url}/bot${fake.token}/setWebhook?url=http://127.0.0.1:1/x`)
    expect(await running).toMatchObject({
      code: expect.stringMatching(/^(?:fetched-elsewhere|webhook-in-the-way)$/),
    })
  })

  it('waits as long as it is told to', async () => {
    fake.failNext('getUpdates', {
      kind: 'status',
      status: 429,
      body: '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":9}}',
    })
    const { ctx } = bench()
    expect(await outcomeOf(openPolling(ctx, createJournal().push))).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 9_000,
    })
  })

  it.each([
    ['numbers nothing', '[{"message":{}}]'],
    ['lists nothing', '{}'],
  ])('gives up on a server that %s', async (_, result) => {
    fake.failNext('getUpdates', { kind: 'status', status: 200, body: `{"ok":true,"result":${result}}` })
    const { ctx, marks } = bench()
    expect(await outcomeOf(openPolling(ctx, createJournal().push))).toMatchObject({
      code: 'unreadable-answer',
      retry: 'later',
    })
    expect(marks).toEqual([])
  })

  it('does not try for long with a token that does not hold', async () => {
    const { ctx } = createBotBench(botConfig({ token: '1:wrong', url: fake.url }, { receive: 'polling' }))
    expect(await outcomeOf(openPolling(ctx, createJournal().push))).toMatchObject({
      code: 'bad-credentials',
      retry: 'never',
    })
  })

  it('answers pressed buttons once they are journaled', async () => {
    const ada = fake.customer()
    const journal = createJournal()
    const { ctx, stop } = bench()
    void outcomeOf(openPolling(ctx, journal.push))
    const id = ada.presses(1, 'yes')
    await expect.poll(() => journal.texts()).toEqual(['yes'])
    await expect.poll(() => fake.unansweredButtons.has(id)).toBe(false)
    stop()
  })
  it('waits for no answer to a button', async () => {
    const ada = fake.customer()
    const journal = createJournal()
    const { ctx, stop } = bench()
    fake.failNext('answerCallbackQuery', { kind: 'silent-after' })
    void outcomeOf(openPolling(ctx, journal.push))
    ada.presses(1, 'yes')
    await expect.poll(() => journal.texts()).toEqual(['yes'])
    ada.says('and now?')
    await expect.poll(() => journal.texts()).toEqual(['yes', 'and now?'])
    stop()
  })
})
