/** A session from its opening to its end: failures, changes of the channel, and what it brings. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createMailbox, type Mailbox, type OpenSession } from '../../harness/mailbox.ts'
import { addChannel, type Node, sealed, startNode } from './session-nodes.ts'

const database = freshDatabase()
let nodes: Node[] = []
let mailbox: Mailbox
let channelId: ChannelId
beforeEach(async () => {
  mailbox = createMailbox()
  channelId = await addChannel(database.stores, mailbox)
})
afterEach(async () => {
  await Promise.all(nodes.map(({ supervisor }) => supervisor.stop()))
  nodes = []
})

const start = (options: Parameters<typeof startNode>[3] = {}): Node => {
  const node = startNode(database.stores, mailbox, `node-${nodes.length}`, options)
  nodes.push(node)
  return node
}
const until = (condition: () => boolean): Promise<void> => expect.poll(condition).toBe(true)
function only(): OpenSession {
  const [session, ...more] = mailbox.live
  if (!session || more.length > 0) throw new Error('not one session')
  return session
}
const health = async () => {
  const { state, code, detail } = (await database.stores.channels.get(channelId))?.health ?? {}
  return { state, code, detail }
}
const trouble = (retry: 'never' | 'later', code: string): ConnectorError =>
  new ConnectorError({ code, detail: `In words: ${code}`, retry, delivery: 'not-sent' })

describe('a session that fails', () => {
  it('is opened again, is called degraded, then failing, and healthy once it is', async () => {
    mailbox.fail(trouble('later', 'no-line'))
    start()
    await expect.poll(health).toEqual({ state: 'degraded', code: 'no-line', detail: 'In words: no-line' })
    await expect.poll(health).toMatchObject({ state: 'failing', code: 'no-line' })
    expect(mailbox.state.opened).toBeGreaterThanOrEqual(4)
    mailbox.fail(undefined)
    await expect.poll(health).toEqual({ state: 'healthy', code: undefined, detail: undefined })
    expect(mailbox.state.most).toBe(1)
  })

  it('waits longer and longer, within limits', async () => {
    const at: number[] = []
    const { inbound } = mailbox.connector
    if (inbound.kind !== 'session') throw new Error('a mailbox is a session')
    Object.assign(inbound, {
      publicUrl: () => 'https://inbox.example/files/1',
      open: async () => {
        at.push(performance.now())
        throw trouble('later', 'no-line')
      },
    })
    start({ waits: { firstRetry: 40, longestRetry: 160 } })
    await until(() => at.length === 6)
    const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0))
    // Half of each wait is certain, the rest is chance.
    for (const [index, least] of [20, 40, 80, 80, 80].entries())
      expect(gaps[index]).toBeGreaterThanOrEqual(least - 2)
  })

  it('for a reason that stays is not opened again until somebody changes or tests something', async () => {
    mailbox.fail(trouble('never', 'bad-credentials'))
    const node = start()
    await expect.poll(health).toMatchObject({ state: 'failing', code: 'bad-credentials' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(mailbox.state.opened).toBe(1)
    mailbox.fail(undefined)
    await database.stores.channels.setHealth(channelId, { state: 'healthy' }, new Date())
    node.changed(channelId)
    await until(() => mailbox.live.size === 1)
    expect(mailbox.state.opened).toBe(2)
  })

  it('against its contract, or without a word, is told in words that give nothing away', async () => {
    mailbox.fail(new Error('password is hunter2'))
    start()
    await expect.poll(health).toMatchObject({ code: 'unexpected' })
    expect(JSON.stringify(await health())).not.toContain('hunter2')
  })
})

describe('a channel of which parts fare differently', () => {
  const say = (report: Parameters<typeof database.stores.channels.setHealth>[1]) =>
    database.stores.channels.setHealth(channelId, report, new Date())

  it('is as its worst part is, until all of it is tested', async () => {
    start()
    await expect.poll(health).toMatchObject({ state: 'healthy' })
    only().ctx.reportHealth({ state: 'degraded', code: 'slow', detail: 'The mailbox is slow.' })
    await expect.poll(health).toMatchObject({ state: 'degraded', code: 'slow' })
    await say({ state: 'healthy', part: 'sending' })
    expect(await health()).toEqual({ state: 'degraded', code: 'slow', detail: 'The mailbox is slow.' })
    await say({ state: 'failing', part: 'sending', code: 'bad-credentials' })
    expect(await health()).toMatchObject({ state: 'failing', code: 'bad-credentials', detail: undefined })
    only().ctx.reportHealth({ state: 'healthy' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await health()).toMatchObject({ state: 'failing', code: 'bad-credentials' })
    await say({ state: 'healthy' })
    expect(await health()).toEqual({ state: 'healthy', code: undefined, detail: undefined })
  })

  it('forgets what could not be sent with other settings, and no more', async () => {
    start()
    await expect.poll(health).toMatchObject({ state: 'healthy' })
    await say({ state: 'degraded', part: 'receiving', code: 'slow' })
    await say({ state: 'failing', part: 'sending', code: 'bad-credentials' })
    const { version = 0 } = (await database.stores.channels.get(channelId)) ?? {}
    await database.stores.channels.change(channelId, version, {
      settings: sealed(mailbox, channelId, 'one.example'),
    })
    expect(await health()).toMatchObject({ state: 'degraded', code: 'slow' })
  })
})

describe('a session whose channel changes', () => {
  const change = async (what: Parameters<typeof database.stores.channels.change>[2]): Promise<void> => {
    const { version = 0 } = (await database.stores.channels.get(channelId)) ?? {}
    await database.stores.channels.change(channelId, version, what)
    for (const node of nodes) node.changed(channelId)
  }

  it('ends with a pause, and goes on where it was', async () => {
    const node = start()
    mailbox.put('a')
    await until(() => node.written.length === 1)
    await change({ paused: true })
    await until(() => mailbox.live.size === 0 && node.supervisor.held.size === 0)
    mailbox.put('b')
    await change({ paused: false })
    await until(() => node.written.length === 2)
    expect(node.items).toEqual([false, false])
    expect(mailbox.state).toMatchObject({ opened: 2, most: 1 })
  })

  it('is opened anew with other settings, and left alone by another name', async () => {
    start()
    await until(() => mailbox.live.size === 1)
    await change({ name: 'Another name' })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(mailbox.state.opened).toBe(1)
    await change({ settings: sealed(mailbox, channelId, 'two.example') })
    await until(() => mailbox.state.opened === 2 && mailbox.live.size === 1)
    expect([...mailbox.live][0]?.ctx.config['host']).toBe('two.example')
    expect(mailbox.state.most).toBe(1)
  })

  it('is left behind when it does not end, and can do nothing any more', async () => {
    mailbox.state.obeys = false
    start()
    await until(() => mailbox.live.size === 1)
    const [stale] = mailbox.live
    await change({ settings: sealed(mailbox, channelId, 'two.example') })
    await until(() => mailbox.live.size === 2)
    await expect(stale?.ctx.checkpoint.write({ next: 9 })).rejects.toThrow('no longer holds')
    stale?.ctx.reportHealth({ state: 'failing' })
    expect(await database.stores.checkpoints.read(channelId)).toBeUndefined()
  })
})

describe('what a session brings', () => {
  it('is journaled once, however often it is brought', async () => {
    mailbox.put('a')
    const node = start()
    await until(() => node.written.length === 1)
    const { push } = only()
    const item = { key: 'letter-0', body: Buffer.from('again'), contentType: '', facts: {} }
    await push(item)
    expect(node.items).toEqual([false, true])
    expect(await database.stores.journal.countPending()).toBe(1)
  })

  it('keeps its order, also when it is pushed all at once', async () => {
    const node = start()
    await until(() => mailbox.live.size === 1)
    const { push } = only()
    const keys = Array.from({ length: 150 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key) => push({ key, body: Buffer.from(key), contentType: '', facts: {} })))
    const written = node.written.map(({ body }) => Buffer.from(body).toString())
    expect(written).toEqual(keys)
    expect(node.written.map(({ order }) => order)).toEqual(
      node.written.map(({ order }) => order).sort((a, b) => a - b),
    )
    expect(new Set(node.written.map(({ partition }) => partition)).size).toBe(1)
  })

  it('is brought again when the journal refused it, and the place mark stayed', async () => {
    const node = start()
    await until(() => mailbox.live.size === 1)
    node.state.full = new Error('the disk is full')
    mailbox.put('a')
    await until(() => mailbox.state.opened >= 3)
    expect(await database.stores.checkpoints.read(channelId)).toBeUndefined()
    node.state.full = undefined
    await expect.poll(() => database.stores.checkpoints.read(channelId)).toEqual({ next: 1 })
    expect(node.written).toHaveLength(1)
  })

  it.each([
    ['no key', { key: '' }],
    ['a long key', { key: 'k'.repeat(1_025) }],
    ['too large a body', { body: new Uint8Array(14 * 1024 * 1024 + 1) }],
    ['a body that is none', { body: 'text' as unknown as Uint8Array }],
    ['a fact that is none', { facts: { size: 1 as unknown as string } }],
    ['too many facts', { facts: { all: 'x'.repeat(300_000) } }],
    ['a long sender', { sender: 's'.repeat(1_025) }],
  ])('is refused with %s', async (what, change) => {
    const node = start()
    await until(() => mailbox.live.size === 1)
    const { push } = only()
    const item = { key: 'k', body: new Uint8Array(), contentType: '', facts: {}, ...change }
    await expect(push(item)).rejects.toThrow('an item’s')
    expect(node.written).toEqual([])
    const largest = what === 'too large a body' ? 14 * 1024 * 1024 : 1
    await push({ key: 'k', body: new Uint8Array(largest), contentType: '', facts: {} })
    expect(node.written).toHaveLength(1)
  })

  it('waits while much of it is not projected, goes on when it is, and ends at once when told to', async () => {
    mailbox.put(...Array.from({ length: 1_000 }, (_, index) => `letter ${index}`))
    const node = start()
    const { journal } = database.stores
    await until(() => node.written.length === 200)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(node.written.length).toBe(200)
    // What is done, and what is in quarantine, gives room.
    const ids = node.written.map(({ id }) => id)
    await journal.finish(ids.slice(0, 40))
    await until(() => node.written.length === 240)
    await Promise.all(ids.slice(40, 60).map((id) => journal.quarantine(id, 'unreadable')))
    await until(() => node.written.length === 260)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(node.written.length).toBe(260)
    await node.supervisor.stop()
    expect(mailbox.live.size).toBe(0)
    expect(await database.stores.checkpoints.read(channelId)).toEqual({ next: node.written.length })
  })
})
