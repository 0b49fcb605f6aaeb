/** Secrets that a connector replaces by itself: what becomes of them, and of what people set. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import { createRegistry } from '../../../src/contract/registry.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { openSettings } from '../../../src/services/channel-settings.ts'
import { keepSecret } from '../../../src/services/keep-secret.ts'
import { readChannel, updateChannel } from '../../../src/services/manage-channels.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createMailbox, type Mailbox, type OpenSession } from '../../harness/mailbox.ts'
import { addChannel, box, type Node, sealed, startNode } from './session-nodes.ts'

const database = freshDatabase()
let nodes: Node[] = []
let mailbox: Mailbox
let channelId: ChannelId

beforeEach(async () => {
  mailbox = createMailbox()
  channelId = await addChannel(database.stores, mailbox)
  await set('one.example', 'first')
})
afterEach(async () => {
  await Promise.all(nodes.map(({ supervisor }) => supervisor.stop()))
  nodes = []
})

const start = (): Node => {
  const node = startNode(database.stores, mailbox, `node-${nodes.length}`)
  nodes.push(node)
  return node
}
const record = async () => {
  const found = await database.stores.channels.get(channelId)
  if (!found) throw new Error('no channel')
  return found
}
const stored = async (): Promise<ConfigValues> =>
  openSettings(mailbox.connector.configFields, await record(), box)
async function set(host: string, password: string): Promise<void> {
  const { version } = await record()
  await database.stores.channels.change(channelId, version, {
    settings: sealed(mailbox, channelId, host, password),
  })
  for (const node of nodes) node.changed(channelId)
}
async function opened(times: number): Promise<OpenSession> {
  await expect.poll(() => mailbox.state.opened === times && mailbox.live.size === 1).toBe(true)
  const [session] = mailbox.live
  if (!session) throw new Error('no session')
  return session
}
const manage = (node: Node) =>
  ({
    ...database.stores,
    directory: node.directory,
    registry: createRegistry([mailbox.connector]),
    box,
    bus: node.bus,
    clock: Date.now,
    publicUrl: 'https://inbox.example',
    contextOf: () => {
      throw new Error('the connector has nothing to do')
    },
  }) as const

describe('a secret that the connector replaces', () => {
  it('is sealed, restarts nothing, and is what the next session starts with', async () => {
    const node = start()
    const { ctx } = await opened(1)
    await ctx.keepSecret('password', 'second')
    await ctx.keepSecret('password', 'third')
    expect(JSON.stringify(await record())).not.toMatch(/first|second|third/)
    await node.supervisor.look()
    expect(mailbox.state.opened).toBe(1)
    expect((await node.directory.get(channelId))?.config['password']).toBe('third')
    await node.supervisor.stop()
    nodes = []
    start()
    expect((await opened(2)).ctx.config['password']).toBe('third')
  })

  it('does not let a form come too late, and is neither shown in one nor undone by it', async () => {
    const node = start()
    const { ctx } = await opened(1)
    const form = await readChannel(manage(node), channelId)
    await ctx.keepSecret('password', 'second')
    const after = await updateChannel(manage(node), channelId, {
      config: { host: 'two.example', password: '' },
      version: form.version,
    })
    expect(after.config).toEqual({ host: 'two.example', password: true })
    expect(await stored()).toEqual({ host: 'two.example', password: 'second' })
    expect((await opened(2)).ctx.config).toMatchObject({ host: 'two.example', password: 'second' })
  })

  it('is kept by a form that was read before it was replaced', async () => {
    const node = start()
    await opened(1)
    const channel = await node.directory.get(channelId)
    if (!channel) throw new Error('no channel')
    const { version } = await record()
    // The node does not hear of it, so that what it knows is old.
    const deaf = { channels: database.stores.channels, box, bus: { signal: () => undefined } }
    await keepSecret(channel, 'password', 'second', deaf)
    await updateChannel(manage(node), channelId, { config: { host: 'two.example' }, version })
    expect(await stored()).toEqual({ host: 'two.example', password: 'second' })
  })

  it('gives way to what a person has set since', async () => {
    const node = start()
    await opened(1)
    const early = await node.directory.get(channelId)
    if (!early) throw new Error('no channel')
    const deps = { channels: database.stores.channels, box, bus: node.bus }
    await set('one.example', 'typed')
    await keepSecret(early, 'password', 'second', deps)
    expect((await stored())['password']).toBe('typed')
    expect((await opened(2)).ctx.config['password']).toBe('typed')
  })

  it('is another setting’s business neither, nor that of a session that is over', async () => {
    start()
    const { ctx } = await opened(1)
    await expect(ctx.keepSecret('host', 'evil.example')).rejects.toThrow('only a secret')
    await expect(ctx.keepSecret('nothing', 'x')).rejects.toThrow('only a secret')
    await expect(ctx.keepSecret('password', 'x'.repeat(2_001))).rejects.toThrow('too long')
    await set('two.example', 'first')
    await opened(2)
    await expect(ctx.keepSecret('password', 'late')).rejects.toThrow('no longer holds')
    expect(await stored()).toEqual({ host: 'two.example', password: 'first' })
  })
})
