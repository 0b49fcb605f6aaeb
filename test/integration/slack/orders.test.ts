/** Whatever order Slack's events come in, and however often: over real stores the outcome is one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SlackConfig } from '../../../connectors/slack/config.ts'
import { slack as connector } from '../../../connectors/slack/slack-connector.ts'
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { Connector } from '../../../src/contract/connector.ts'
import type { JournaledRequest } from '../../../src/contract/raw-request.ts'
import { startConversation } from '../../../src/services/start-conversation.ts'
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.ts'
import { slackConfig } from '../../fakes/slack/slack-context.ts'
import type { FakeEvent } from '../../fakes/slack/workspace.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig } from '../../harness/path-rig.ts'
import { permutations, playEach } from '../../harness/permutations.ts'

const database = freshDatabase()
let slack: FakeSlack
let ada: string
let shop: string
let config: SlackConfig
beforeAll(async () => {
  slack = await startFakeSlack()
  ada = slack.addUser('Ada')
  shop = slack.addChannel('shop')
  config = slackConfig(slack, { channels: [shop] })
})
afterAll(() => slack.close())

const rigOf = (): PathRig =>
  createPathRig(database.stores, {
    connector: connector as unknown as Connector,
    config: config as unknown as ConfigValues,
  })

/** As the ingress would journal it. */
function journaled(event: FakeEvent, retry?: number): JournaledRequest {
  const { inbound } = connector
  if (inbound.kind !== 'either') throw new Error('it has two ways in')
  const [delivery] = slack.deliveries([event], 'https://inbox.example/ingress/1', retry)
  if (!delivery) throw new Error('no delivery')
  const answer = inbound.webhook.verify(
    {
      method: 'POST',
      url: '/ingress/1',
      publicUrl: delivery.url,
      headers: delivery.headers,
      body: Buffer.from(delivery.body),
      receivedAtMs: Date.now(),
    },
    config,
  )
  if (!answer.ok) throw new Error(answer.code)
  return answer.request
}

interface Seen {
  readonly text: string
  readonly deleted: boolean
  readonly edited: boolean
  readonly reactions: readonly string[]
}

/** What agents see of a thread, without what differs by chance. */
async function seenIn(rig: PathRig, threadKey: string): Promise<readonly Seen[]> {
  const { id } = await rig.conversation(threadKey)
  return (await rig.thread(id))
    .filter(({ kind }) => kind === 'message')
    .map(({ text, deletedAtMs, editedAtMs, reactions }) => ({
      text: deletedAtMs === undefined ? text : '',
      deleted: deletedAtMs !== undefined,
      edited: editedAtMs !== undefined,
      reactions: (reactions ?? []).map(({ emoji }) => emoji).sort(),
    }))
    .sort((one, other) => one.text.localeCompare(other.text))
}

async function inEveryOrder(events: readonly FakeEvent[], threadKey: string): Promise<readonly Seen[]> {
  const all = permutations(events.map((event) => journaled(event)))
  const outcomes = new Set<string>()
  await playEach(all, async (order) => {
    const rig = rigOf()
    for (const request of order) await rig.receive([rig.entryOf(request)])
    // And all of it once more.
    await rig.receive(order.map((request) => rig.entryOf(request)))
    outcomes.add(JSON.stringify(await seenIn(rig, threadKey)))
    expect(rig.events.filter(({ type }) => type === 'conversation.created')).toHaveLength(1)
  })
  expect([...outcomes]).toHaveLength(1)
  return JSON.parse([...outcomes][0] ?? '[]') as readonly Seen[]
}

describe('events of Slack in every order', () => {
  it('make one message with its last text and its reactions', async () => {
    const { channel, ts, events } = slack.says(ada, 'Helo')
    const all = [
      ...events,
      ...slack.edits(channel, ts, 'Hello'),
      ...slack.unfurls(channel, ts),
      ...slack.reacts(ada, channel, ts, 'tada'),
    ]
    // What makes nothing is not journaled, so it has no order.
    const telling = all.filter((event) => journaledOrNothing(event))
    expect(telling).toHaveLength(3)
    expect(await inEveryOrder(telling, ada)).toEqual([
      { text: 'Hello', deleted: false, edited: true, reactions: ['🎉'] },
    ])
  })

  it('make one conversation of a thread, a mention and its message being one', async () => {
    const first = slack.says(ada, `<@${slack.workspace.bot.userId}> one`, { channel: shop })
    const answers = ['two', 'three'].map((text) =>
      slack.says(ada, text, { channel: shop, threadTs: first.ts }),
    )
    const events = [first, ...answers].flatMap((written) => written.events)
    expect(events).toHaveLength(4)
    expect((await inEveryOrder(events, `${shop}:${first.ts}`)).map(({ text }) => text)).toEqual([
      'one',
      'three',
      'two',
    ])
  })

  it('leave nothing of what was deleted, whatever else came of it', async () => {
    const { channel, ts, events } = slack.says(ada, 'Secret')
    const [other] = [slack.says(ada, 'Stays')]
    const all = [
      ...events,
      ...(other?.events ?? []),
      ...slack.edits(channel, ts, 'Still secret'),
      ...slack.reacts(ada, channel, ts, 'eyes'),
      ...slack.deletes(channel, ts),
    ]
    expect(all).toHaveLength(5)
    const seen = await inEveryOrder(all, ada)
    expect(seen.map(({ text, deleted }) => [text, deleted])).toEqual([
      ['', true],
      ['Stays', false],
    ])
  }, 180_000)
})

function journaledOrNothing(event: FakeEvent): boolean {
  const { inbound } = connector
  if (inbound.kind !== 'either') throw new Error('it has two ways in')
  return inbound.webhook.parse(journaled(event) as Parameters<typeof inbound.webhook.parse>[0]).length > 0
}

describe('what is told again and again', () => {
  it('is one message: as a retry, by both ways in, and from the history', async () => {
    const { channel, ts, events } = slack.says(ada, 'Once')
    const [event] = events
    if (!event) throw new Error('nothing was told')
    const rig = rigOf()
    const first = journaled(event)
    const byHistory = {
      ...first,
      body: Buffer.from(
        JSON.stringify({
          ...event.body,
          event_id: `history:${channel}:${ts}`,
          event: { ...(event.body['event'] as object), client_msg_id: undefined },
        }),
      ),
    }
    await Promise.all(
      [first, journaled(event, 1), byHistory, first, first].map((request) =>
        rig.receive([rig.entryOf(request)]),
      ),
    )
    expect((await seenIn(rig, ada)).map(({ text }) => text)).toEqual(['Once'])
  })
})

describe('a conversation in a channel', () => {
  it('holds what stands below a mention, answers into its thread, and nothing else of the channel', async () => {
    const general = slack.addChannel('general')
    const bot = slack.workspace.bot.userId
    const talk = slack.says(ada, 'Talk', { channel: general })
    const asked = slack.says(ada, `<@${bot}> help`, { channel: general })
    const more = slack.says(ada, 'it is urgent', { channel: general, threadTs: asked.ts })
    const below = slack.says(ada, 'me too', { channel: general, threadTs: talk.ts })
    const rig = rigOf()
    for (const { events } of [talk, asked, more, below])
      for (const event of events) await rig.receive([rig.entryOf(journaled(event))])
    expect((await seenIn(rig, `${general}:${asked.ts}`)).map(({ text }) => text)).toEqual([
      'help',
      'it is urgent',
    ])
    await expect(rig.conversation(`${general}:${talk.ts}`)).rejects.toThrow()
  })

  it('keeps no word of what others said and changed in threads of their own', async () => {
    const general = slack.addChannel('general')
    const talk = slack.says(ada, 'Talk', { channel: general })
    const below = slack.says(ada, 'Secret', { channel: general, threadTs: talk.ts })
    const asked = slack.says(ada, `<@${slack.workspace.bot.userId}> help`, { channel: general })
    const answer = slack.says(ada, 'Helo', { channel: general, threadTs: asked.ts })
    const rig = rigOf()
    const edits = [below, answer].map(({ ts }) => slack.edits(general, ts, `changed ${ts}`))
    // The edit of an answer may come before the answer: where the thread is known it waits.
    for (const events of [asked.events, ...edits, below.events, answer.events])
      for (const event of events) await rig.receive([rig.entryOf(journaled(event))])
    expect((await seenIn(rig, `${general}:${asked.ts}`)).map(({ text }) => text)).toEqual([
      `changed ${answer.ts}`,
      'help',
    ])
    const kept = await database.stores.earlyEvents.of(rig.channelId, [`${general}:${below.ts}`])
    expect(kept).toEqual([])
  })

  it('that an agent begins goes on below what he wrote', async () => {
    const general = slack.addChannel('general')
    const rig = rigOf()
    await startConversation(
      {
        channelId: rig.channelId,
        to: general,
        text: 'Does it work?',
        clientMessageId: 'c1',
        attachmentIds: [],
      },
      rig.agent,
      { ...database.stores, ...rig.sendDeps, contacts: database.stores.contacts },
    )
    const own = slack.workspace.bot
    const { ts, events } = slack.says(own.userId, 'Does it work?', {
      channel: general,
      more: { bot_id: own.botId, app_id: own.appId },
    })
    const answer = slack.says(ada, 'It does', { channel: general, threadTs: ts })
    for (const event of [...events, ...answer.events]) await rig.receive([rig.entryOf(journaled(event))])
    expect((await seenIn(rig, `${general}:${ts}`)).map(({ text }) => text)).toEqual([
      'Does it work?',
      'It does',
    ])
    await expect(rig.conversation(general)).rejects.toThrow()
  })
})
