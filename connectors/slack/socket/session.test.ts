import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { PushItem, RawItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import { type FakeSlack, startFakeSlack } from '../../../test/fakes/slack/server.ts'
import { slackContext, type TestContext } from '../../../test/fakes/slack/slack-context.ts'
import { parse } from '../events/parse.ts'
import { openSocketMode } from './session.ts'

let slack: FakeSlack
let env: TestContext
let ada: string
let running: Promise<unknown>[] = []
beforeEach(async () => {
  slack = await startFakeSlack({ resendMs: 400 })
  ada = slack.addUser('Ada')
  env = slackContext(slack, { receive: 'socket' })
  slack.sendTo({ kind: 'sockets' })
})
afterEach(async () => {
  env.stop()
  await Promise.allSettled(running)
  running = []
  await slack.close()
})

const pushed: RawItem[] = []
beforeEach(() => {
  pushed.length = 0
})
const keep: PushItem = async (item) => void pushed.push(item)
function open(push: PushItem = keep, test = env): Promise<void> {
  const work = openSocketMode(test.ctx, push)
  running.push(work)
  work.catch(() => undefined)
  return work
}
const eventIdOf = ({ body }: RawItem): string =>
  (JSON.parse(Buffer.from(body).toString()) as { event_id: string }).event_id
const textsOf = (items: readonly RawItem[]): readonly string[] =>
  items
    .flatMap(({ body, contentType, facts }) => parse(verified({ body, contentType, facts, receivedAtMs: 1 })))
    .flatMap((event) => (event.type === 'message' ? [event.text] : []))
const connected = (count = 1): Promise<void> =>
  vi.waitFor(() => expect(slack.sockets.open.size).toBe(count), { timeout: 10_000 })
const write = (text: string): Promise<void> => slack.tell(slack.says(ada, text).events)

describe('a socket', () => {
  it('acknowledges an envelope once it is journaled, and not before', async () => {
    let journaled: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      journaled = resolve
    })
    void open(async (item) => {
      pushed.push(item)
      await held
    })
    await connected()
    await write('Hello')
    await expect.poll(() => pushed.length).toBeGreaterThan(0)
    expect(slack.sockets.acknowledged).toEqual([])
    journaled()
    await expect.poll(() => slack.sockets.acknowledged.length).toBeGreaterThan(0)
    expect(new Set(pushed.map(({ key }) => key)).size).toBe(1)
  })

  it('does not acknowledge what could not be journaled, and gets it again', async () => {
    let refusals = 0
    void open(async (item) => {
      if (refusals < 2) {
        refusals += 1
        throw new Error('the disk is full')
      }
      pushed.push(item)
    })
    await connected()
    await write('Hello')
    await expect.poll(() => slack.sockets.acknowledged.length).toBe(1)
    expect(refusals).toBe(2)
    // The history may have brought it meanwhile, under the same key.
    expect(new Set(textsOf(pushed))).toEqual(new Set(['Hello']))
    expect(new Set(pushed.map(({ key }) => key)).size).toBe(1)
  })

  it('brings several envelopes in their order, however long each takes', async () => {
    const waits = [40, 0, 20, 5, 0]
    void open(async (item) => {
      await new Promise((resolve) => setTimeout(resolve, waits[pushed.length % waits.length]))
      pushed.push(item)
    })
    await connected()
    const texts = Array.from({ length: 10 }, (_, index) => `Message ${index}`)
    for (const text of texts) await write(text)
    await expect.poll(() => textsOf(pushed)).toEqual(texts)
    await expect.poll(() => slack.sockets.acknowledged).toEqual(pushed.map(eventIdOf))
  })

  it('acknowledges what makes nothing without journaling it', async () => {
    void open()
    await connected()
    slack.sockets.deliver({ body: { type: 'block_actions', event_id: 'interactive' } }, 'interactive')
    slack.sockets.deliver({ body: { command: '/help', event_id: 'command' } }, 'slash_commands')
    await slack.tell(slack.says(ada, 'x', { channel: slack.addChannel('c') }).events)
    await expect.poll(() => slack.sockets.acknowledged.length).toBe(3)
    expect(pushed).toEqual([])
  })

  it('knows our own messages by what it asked, whatever an envelope leaves out', async () => {
    void open()
    await connected()
    const { channel } = slack.says(ada, 'x')
    const bare = { type: 'message', user: slack.workspace.bot.userId, text: 'Hi', ts: '1.000001', channel }
    slack.sockets.deliver({ body: { type: 'event_callback', event_id: 'own', event: bare } })
    await expect.poll(() => slack.sockets.acknowledged).toEqual(['own'])
    expect(pushed).toEqual([])
  })
})

describe('the end of a connection', () => {
  it('that is announced is waited for with the next one: that is open before the old one closes', async () => {
    let journaled: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      journaled = resolve
    })
    void open(async (item) => {
      pushed.push(item)
      await held
    })
    await connected()
    await write('Just before')
    await expect.poll(() => pushed.length).toBe(1)
    slack.sockets.announceEnd('warning')
    await connected(2)
    slack.sockets.announceEnd('refresh_requested')
    journaled()
    await connected(1)
    // What was under way on the old one was acknowledged on it.
    expect(slack.sockets.acknowledged).toContain(pushed[0] && eventIdOf(pushed[0]))
    expect(slack.sockets.history.slice(0, 3)).toEqual(['opened', 'opened', 'closed'])
    await write('After')
    await expect.poll(() => new Set(textsOf(pushed))).toEqual(new Set(['Just before', 'After']))
  })

  it('is survived twenty times over, with nothing lost and nothing under two keys', async () => {
    void open()
    await connected()
    const texts: string[] = []
    for (let round = 0; round < 20; round += 1) {
      slack.sockets.announceEnd()
      texts.push(`Message ${round}`)
      await write(`Message ${round}`)
      await vi.waitFor(() => expect(textsOf(pushed)).toContain(`Message ${round}`), { timeout: 10_000 })
    }
    const byKey = new Map(pushed.map((item) => [item.key, item]))
    expect(textsOf([...byKey.values()]).toSorted()).toEqual(texts.toSorted())
  })

  it('that comes without a word ends the session, to be opened again', async () => {
    const session = open()
    await connected()
    slack.sockets.cut()
    await expect(session).rejects.toMatchObject({ facts: { code: 'disconnected', retry: 'later' } })
  })

  it('for good, since Socket Mode was switched off, is told as such', async () => {
    const session = open()
    await connected()
    slack.sockets.announceEnd('link_disabled')
    await expect(session).rejects.toMatchObject({ facts: { code: 'socket-mode-off', retry: 'never' } })
    await connected(0)
  })

  it('that we want is one: nothing stays open', async () => {
    const session = open()
    await connected()
    env.stop()
    await session
    await connected(0)
    expect(env.health).toEqual([{ state: 'healthy', part: 'receiving' }])
  })
})

describe('what no socket brought', () => {
  it('is read from the histories once one stands, under the keys that a socket would have given', async () => {
    let mark: Readonly<Record<string, unknown>> | undefined
    const remembering = (): TestContext => {
      const test = slackContext(slack, { receive: 'socket' })
      const checkpoint = {
        read: async () => mark,
        write: async (value: Readonly<Record<string, unknown>>) => {
          mark = value
        },
      }
      return { ...test, ctx: { ...test.ctx, checkpoint } }
    }
    slack.says(ada, 'Before the channel was made')
    const first = remembering()
    const session = open(keep, first)
    await expect.poll(() => mark).toBeDefined()
    await write('By socket')
    await expect.poll(() => textsOf(pushed)).toEqual(['By socket'])
    first.stop()
    await session
    slack.says(ada, 'In vain')
    const second = remembering()
    void open(keep, second)
    await expect.poll(() => textsOf(pushed)).toContain('In vain')
    const byKey = new Map(pushed.map((item) => [item.key, item]))
    expect(textsOf([...byKey.values()]).filter((text) => text === 'By socket')).toHaveLength(1)
    second.stop()
  })
})

describe('a token that is taken back', () => {
  it('ends the session in words; one that still counts does not', async () => {
    const session = open()
    await connected()
    const news = (type: string) => slack.tell([slack.envelope({ type, tokens: { bot: ['U0BOT00001'] } })])
    await news('tokens_revoked')
    await expect
      .poll(() => slack.provider.calls.filter(({ url }) => url.endsWith('/auth.test')).length)
      .toBe(2)
    expect(slack.sockets.open.size).toBe(1)
    slack.provider.misbehave(({ url }) =>
      url.endsWith('/auth.test')
        ? { kind: 'status', status: 200, body: '{"ok":false,"error":"token_revoked"}' }
        : undefined,
    )
    await news('app_uninstalled')
    await expect(session).rejects.toMatchObject({ facts: { code: 'bad-credentials', retry: 'never' } })
    expect(env.health.at(-1)).toMatchObject({ state: 'failing', part: 'sending', code: 'bad-credentials' })
    expect(pushed).toEqual([])
  })
})

describe('a session that cannot begin', () => {
  it('says why, in words and without the token', async () => {
    const cases = [
      [slackContext(slack, { appToken: 'xapp-other' }), 'bad-credentials'],
      [slackContext(slack, { appToken: '' }), 'no-app-token'],
      [slackContext(slack, { botToken: 'xoxb-other' }), 'bad-credentials'],
    ] as const
    for (const [test, code] of cases) {
      const error: unknown = await open(keep, test).catch((thrown: unknown) => thrown)
      if (!(error instanceof ConnectorError)) throw new Error(String(error))
      expect(error.facts).toMatchObject({ code, retry: 'never' })
      expect(JSON.stringify([error.stack, error, test.lines])).not.toMatch(/xapp-other|xoxb-/)
    }
  })

  it('connects nowhere that our own guard forbids', async () => {
    const test = slackContext(slack)
    const refusal = new ConnectorError({
      code: 'destination-not-allowed',
      retry: 'never',
      delivery: 'not-sent',
    })
    const asked: string[] = []
    const guarded = {
      ...test,
      ctx: {
        ...test.ctx,
        resolveHost: async (host: string) => {
          asked.push(host)
          throw refusal
        },
      },
    }
    await expect(open(keep, guarded)).rejects.toBe(refusal)
    expect(asked).toEqual(['127.0.0.1'])
    expect(slack.sockets.history).toEqual([])
  })

  it('where Slack takes no socket tries later', async () => {
    slack.sockets.refuse(true)
    await expect(open()).rejects.toMatchObject({ facts: { retry: 'later', delivery: 'not-sent' } })
  })
})
