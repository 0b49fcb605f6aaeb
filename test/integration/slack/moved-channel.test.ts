/** A private channel that is shared with another organisation gets another id: its conversations go on. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SlackConfig } from '../../../connectors/slack/config.ts'
import { slack as connector } from '../../../connectors/slack/slack-connector.ts'
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { Connector, RawItem } from '../../../src/contract/connector.ts'
import type { ChannelType } from '../../../src/domain/ids.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import { type FakeSlack, startFakeSlack } from '../../fakes/slack/server.ts'
import { outgoing, slackConfig, slackContext } from '../../fakes/slack/slack-context.ts'
import type { FakeEvent } from '../../fakes/slack/workspace.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createPathRig, type PathRig } from '../../harness/path-rig.ts'

const database = freshDatabase()
let slack: FakeSlack
let ada: string
beforeAll(async () => {
  slack = await startFakeSlack()
  ada = slack.addUser('Ada')
})
afterAll(() => slack.close())

const rigOf = (config: SlackConfig): PathRig =>
  createPathRig(database.stores, {
    connector: connector as unknown as Connector,
    config: config as unknown as ConfigValues,
  })

async function hear(rig: PathRig, config: SlackConfig, events: readonly FakeEvent[]): Promise<void> {
  const { inbound } = connector
  if (inbound.kind !== 'either') throw new Error('it has two ways in')
  for (const delivery of slack.deliveries(events, 'https://inbox.example/ingress/1')) {
    const body = Buffer.from(delivery.body)
    const { url: publicUrl, headers } = delivery
    const request = { method: 'POST', url: '/ingress/1', publicUrl, headers, body, receivedAtMs: Date.now() }
    const answer = inbound.webhook.verify(request, config)
    if (!answer.ok) throw new Error(answer.code)
    if (!answer.handshake) await rig.receive([rig.entryOf(answer.request)])
  }
}

const textsOf = async (rig: PathRig, threadKey: string): Promise<readonly string[]> =>
  (await rig.thread((await rig.conversation(threadKey)).id))
    .filter(({ kind }) => kind === 'message')
    .map(({ text }) => text)

it('with answers below, changes of what stood there, and a history that doubles nothing', async () => {
  const before = slack.addChannel('secret', { isPrivate: true })
  const config = slackConfig(slack)
  const rig = rigOf(config)
  const asked = slack.says(ada, `<@${slack.workspace.bot.userId}> helo`, { channel: before })
  const more = slack.says(ada, 'Are you there?', { channel: before, threadTs: asked.ts })
  await hear(rig, config, [...asked.events, ...more.events])
  const { id } = await rig.conversation(`${before}:${asked.ts}`)

  const { channel, events } = slack.renames(before)
  await hear(rig, config, events)
  // Told twice it moves nothing twice.
  await hear(rig, config, events)
  const urgent = slack.says(ada, 'It is urgent', { channel, threadTs: asked.ts })
  await hear(rig, config, [...urgent.events, ...slack.edits(channel, more.ts, 'Is anybody there?')])
  expect((await rig.conversation(`${channel}:${asked.ts}`)).id).toBe(id)
  await expect(rig.conversation(`${before}:${asked.ts}`)).rejects.toThrow()
  expect(await textsOf(rig, `${channel}:${asked.ts}`)).toEqual(['helo', 'Is anybody there?', 'It is urgent'])

  const items: RawItem[] = []
  const { ctx } = slackContext(slack)
  await connector.catchUp?.(ctx, Date.now() - 600_000, async (item) => void items.push(item))
  expect(items.length).toBeGreaterThanOrEqual(3)
  for (const { body, contentType, facts } of items)
    await rig.receive([rig.entryOf({ body, contentType, facts })])
  expect(await textsOf(rig, `${channel}:${asked.ts}`)).toEqual(['helo', 'Is anybody there?', 'It is urgent'])

  const { threadKey } = await rig.conversation(`${channel}:${asked.ts}`)
  await connector.send(outgoing(threadKey, 'We are'), ctx)
  expect(slack.workspace.channels.get(channel)?.messages.at(-1)).toMatchObject({
    text: 'We are',
    thread_ts: asked.ts,
  })
})

it('also where it is listed: every message goes on to count', async () => {
  const before = slack.addChannel('orders', { isPrivate: true })
  const other = slack.addChannel('other')
  const config = slackConfig(slack, { channels: [other, before] })
  const rig = rigOf(config)
  const { channels } = database.stores
  await channels.insert({
    id: rig.channelId,
    type: 'slack' as ChannelType,
    name: 'Slack',
    settings: [
      { key: 'channels', value: [other, before] },
      { key: 'mentions', value: true },
    ],
    policy: PICK_POLICY,
    access: { kind: 'everyone' },
    at: new Date(),
  })
  const { channel, events } = slack.renames(before)
  await hear(rig, config, events)
  const record = await channels.get(rig.channelId)
  expect(record).toMatchObject({
    settings: [
      { key: 'channels', value: [other, channel] },
      { key: 'mentions', value: true },
    ],
    version: 2,
  })
  await hear(rig, config, events)
  expect((await channels.get(rig.channelId))?.version).toBe(2)
})

it('and leaves alone what another channel of ours has under that name', async () => {
  const before = slack.addChannel('mine', { isPrivate: true })
  const config = slackConfig(slack, { channels: [before] })
  const [rig, neighbour] = [rigOf(config), rigOf(config)]
  const said = slack.says(ada, 'Hello', { channel: before })
  await hear(rig, config, said.events)
  await hear(neighbour, config, said.events)
  const { channel, events } = slack.renames(before)
  await hear(rig, config, events)
  expect(await textsOf(rig, `${channel}:${said.ts}`)).toEqual(['Hello'])
  expect(await textsOf(neighbour, `${before}:${said.ts}`)).toEqual(['Hello'])
})
