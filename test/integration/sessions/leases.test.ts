/** Who runs a channel's session, and what one who no longer should can still do. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { LeaseLostError } from '../../../src/runtime/session-leases.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createMailbox, type Mailbox, type OpenSession } from '../../harness/mailbox.ts'
import { addChannel, LEASE_MS, type Node, startNode } from './session-nodes.ts'

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

const start = (nodeId: string, options: Parameters<typeof startNode>[3] = {}): Node => {
  const node = startNode(database.stores, mailbox, nodeId, { leaseMs: LEASE_MS, ...options })
  nodes.push(node)
  return node
}
const until = (condition: () => boolean): Promise<void> => expect.poll(condition).toBe(true)
const holds = (node: Node): boolean => node.supervisor.held.has(channelId)
function only(): OpenSession {
  const [session, ...more] = mailbox.live
  if (!session || more.length > 0) throw new Error('not one session')
  return session
}

describe('the lease of a session', () => {
  it('is one node’s, and stays so for as long as it lives', async () => {
    const [one, two] = [start('one', { nodes: () => 2 }), start('two', { nodes: () => 2 })]
    await until(() => mailbox.live.size === 1)
    const first = holds(one)
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS))
    expect([holds(one), holds(two)]).toEqual([first, !first])
    expect(mailbox.state).toMatchObject({ opened: 1, most: 1 })
  })

  it('goes over at once when its node stops, and the place mark with it', async () => {
    mailbox.put('a', 'b')
    const one = start('one', { nodes: () => 2 })
    await until(() => one.written.length === 2)
    const two = start('two', { nodes: () => 2 })
    await one.supervisor.stop()
    await until(() => holds(two))
    mailbox.put('c')
    await until(() => two.written.length === 1)
    expect(two.items).toEqual([false])
    expect(mailbox.state.most).toBe(1)
  })

  it('goes over when its node dies, and not before it ran out', async () => {
    const one = start('one', { nodes: () => 2 })
    await until(() => mailbox.live.size === 1)
    const two = start('two', { nodes: () => 2 })
    await one.kill()
    expect(holds(two)).toBe(false)
    await until(() => holds(two))
    expect(mailbox.state).toMatchObject({ most: 1 })
  })

  it('is shared out: no node has more than its part of the channels', async () => {
    for (const name of ['b', 'c', 'd', 'e']) await addChannel(database.stores, mailbox, name)
    const all = [start('one', { nodes: () => 2 }), start('two', { nodes: () => 2 })]
    await until(() => mailbox.live.size === 5)
    expect(all.map(({ supervisor }) => supervisor.held.size).sort()).toEqual([2, 3])
  })
})

describe('a holder that was stopped while its lease ran out', () => {
  /** One holds the session, knows nothing of the time that passes, and hears nothing; two has taken over. */
  async function takenOver() {
    const one = start('one', { nodes: () => 2 })
    await until(() => mailbox.live.size === 1)
    const stale = only()
    one.state.stoppedAtMs = performance.now()
    one.state.cutOff = true
    const two = start('two', { nodes: () => 2 })
    await until(() => holds(two))
    await until(() => mailbox.live.size === 2)
    return { one, two, stale }
  }

  it('cannot move the place mark, and learns by trying that it is over', async () => {
    const { stale, two } = await takenOver()
    expect(stale.ctx.signal.aborted).toBe(false)
    await expect(stale.ctx.checkpoint.write({ next: 9 })).rejects.toThrow(LeaseLostError)
    expect(stale.ctx.signal.aborted).toBe(true)
    expect(await database.stores.checkpoints.read(channelId)).toBeUndefined()
    mailbox.put('a')
    await expect.poll(() => database.stores.checkpoints.read(channelId)).toEqual({ next: 1 })
    expect(two.items).toEqual([false])
    const late = { key: 'late', body: new Uint8Array(), contentType: '', facts: {} }
    await expect(stale.push(late)).rejects.toThrow(LeaseLostError)
  })

  it('cannot say how the channel is', async () => {
    const { stale } = await takenOver()
    const health = async () => (await database.stores.channels.get(channelId))?.health.state
    await expect.poll(health).toBe('healthy')
    stale.ctx.reportHealth({ state: 'failing', code: 'stale' })
    // What it says comes in before what is said after it, if it comes in at all.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await health()).toBe('healthy')
  })

  it('ends as soon as it notices the time, and lets nothing in from then on', async () => {
    const { one, stale } = await takenOver()
    one.state.stoppedAtMs = undefined
    // Before any timer had a chance.
    const late = { key: 'late', body: new Uint8Array(), contentType: '', facts: {} }
    await expect(stale.push(late)).rejects.toThrow(LeaseLostError)
    await expect(stale.ctx.checkpoint.write({ next: 9 })).rejects.toThrow(LeaseLostError)
    expect(stale.ctx.signal.aborted).toBe(true)
    await until(() => !holds(one))
    expect(one.written).toEqual([])
    one.state.cutOff = false
  })
})

describe('a holder whose database does not answer', () => {
  it('ends its session before the lease can have run out', async () => {
    const one = start('one')
    await until(() => mailbox.live.size === 1)
    const { ctx } = only()
    const { leases } = database.stores
    one.state.cutOff = true
    const startedAt = performance.now()
    await new Promise<void>((resolve) =>
      ctx.signal.addEventListener('abort', () => resolve(), { once: true }),
    )
    // Nobody else could have it at that moment, or this machine stood still meanwhile.
    const other = await leases.take(`session:${channelId}`, 'two', LEASE_MS, [])
    if (performance.now() - startedAt < LEASE_MS) expect(other).toBeUndefined()
    one.state.cutOff = false
  })

  it('ends also when only the machine’s clock went on, as after a sleep', async () => {
    const one = start('one')
    await until(() => mailbox.live.size === 1)
    const { ctx } = only()
    one.state.skewMs = 60_000
    await until(() => ctx.signal.aborted)
    await until(() => mailbox.state.opened === 2)
    expect(mailbox.state.most).toBe(1)
  })
})
