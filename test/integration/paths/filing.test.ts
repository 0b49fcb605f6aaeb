/** What is owed to a platform after the sending is done in the end, once by its own looking, whoever dies meanwhile. */
import { describe, expect, it } from 'vitest'
import type { Connector, OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { FILING_LEASE_MS, type FileSentDeps, fileSentOf } from '../../../src/services/file-sent.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createMailbox } from '../../harness/mailbox.ts'
import { createPathRig, says } from '../../harness/path-rig.ts'

const DAY_MS = 24 * 3_600_000
const database = freshDatabase()

type FileSent = NonNullable<Connector['fileSent']>

/** A conversation on a channel that keeps copies of what was sent; `copies` is what the platform has. */
async function talk(before: FileSent = async () => undefined) {
  const copies: string[] = []
  const asked: { readonly message: OutboundMessage; readonly receipt: SendReceipt }[] = []
  const sent: OutboundMessage[] = []
  const state = { fail: undefined as Error | undefined, hang: false }
  const mailbox = createMailbox({
    send: async (message) => {
      sent.push(message)
      return { externalId: `sent-${message.id}` }
    },
    async fileSent(message, receipt, ctx) {
      asked.push({ message, receipt })
      await before(message, receipt, ctx)
      if (state.fail) throw state.fail
      if (!copies.includes(receipt.externalId)) copies.push(receipt.externalId)
    },
  })
  const rig = createPathRig(database.stores, { connector: mailbox.connector })
  const entry = rig.entryOf({
    body: Buffer.from(JSON.stringify({ number: 0, text: 'Hello', sender: 'ada' })),
  })
  await rig.receive([entry])
  const { id } = await rig.conversation()
  const { filings } = database.stores
  const outcomes: string[] = []
  const health: unknown[] = []
  const unexpected: unknown[] = []
  const deps = (nodeId = 'one', change: Partial<FileSentDeps> = {}): FileSentDeps => {
    const { deliverDeps } = rig
    return {
      ...deliverDeps,
      contextOf: (channel, signal) => ({
        ...deliverDeps.contextOf(channel, signal),
        reportHealth: (report) => void health.push(report),
      }),
      filings,
      nodeId,
      observe: (outcome) => void outcomes.push(outcome),
      onUnexpected: (error) => void unexpected.push(error),
      ...change,
    }
  }
  return {
    rig,
    id,
    state,
    copies,
    asked,
    sent,
    outcomes,
    health,
    unexpected,
    deps,
    reply: async (text: string) => {
      await rig.reply(id, text)
      await rig.deliver(id)
    },
    file: (nodeId?: string, change?: Partial<FileSentDeps>) =>
      fileSentOf(rig.channelId, deps(nodeId, change)),
    due: () => filings.dueChannels(rig.state.nowMs),
  }
}

const away = (retry: 'never' | 'later' = 'later'): ConnectorError =>
  new ConnectorError({ code: 'no-line', detail: 'No line', retry, delivery: 'not-sent' })

describe('what was sent', () => {
  it('is filed once, with the very message and receipt of the sending', async () => {
    const { reply, file, copies, asked, sent, due, rig } = await talk()
    await reply('one')
    await reply('two')
    expect(await due()).toEqual([rig.channelId])
    await Promise.all([file('one'), file('two'), file('three')])
    expect(copies).toHaveLength(2)
    expect(asked).toHaveLength(2)
    const plain = (message: OutboundMessage | undefined) => JSON.parse(JSON.stringify(message)) as unknown
    for (const { message, receipt } of asked) {
      const original = sent.find(({ id }) => id === message.id)
      expect(plain(message)).toEqual(plain(original))
      expect(receipt).toEqual({ externalId: `sent-${message.id}`, status: 'sent' })
    }
    expect(await due()).toEqual([])
    const left = await database.store.db
      .collection('messages')
      .countDocuments({ 'delivery.filing': { $exists: true } })
    expect(left).toBe(0)
  })

  it('is not owed to a platform that files nothing, nor for what was not sent', async () => {
    const rig = createPathRig(database.stores)
    await rig.receive([rig.entry(says('Hello', 'm1'))])
    const { id } = await rig.conversation()
    await rig.reply(id, 'Hi')
    await rig.deliver(id)
    expect(await database.stores.filings.dueChannels(rig.state.nowMs + DAY_MS)).toEqual([])
  })

  it.each(['before the platform had it', 'after the platform had it'])(
    'has one copy when its node dies %s',
    async (when) => {
      const { reply, file, copies, asked, rig, due } = await talk()
      await reply('one')
      const { filings } = database.stores
      const died = new Error('the process is dead')
      const dying =
        when === 'before the platform had it'
          ? {
              conversations: { find: () => Promise.reject(died) },
              filings: { ...filings, retry: () => Promise.reject(died) },
            }
          : { filings: { ...filings, done: () => Promise.reject(died) } }
      await expect(file('one', dying)).rejects.toThrow(died)
      // Nobody else begins while the first may still be at work.
      await file('two')
      expect(await due()).toEqual([])
      rig.state.nowMs += FILING_LEASE_MS
      await file('two')
      expect(copies).toHaveLength(1)
      expect(asked).toHaveLength(when === 'before the platform had it' ? 1 : 2)
      expect(await due()).toEqual([])
    },
  )

  it('need not wait for the lease of a node that is certainly gone', async () => {
    const { reply, file, copies, rig } = await talk()
    await reply('one')
    const { filings } = database.stores
    await filings.lease(rig.channelId, rig.state.nowMs, FILING_LEASE_MS, 'one')
    expect(await filings.endLeases({ of: ['other'] }, rig.state.nowMs)).toBe(0)
    expect(await filings.endLeases({ allBut: 'one' }, rig.state.nowMs)).toBe(0)
    expect(await filings.endLeases({ of: ['one'] }, rig.state.nowMs)).toBe(1)
    await file('two')
    expect(copies).toHaveLength(1)
  })

  it('is tried again later and later, all of the channel with it, until it goes', async () => {
    const { reply, file, copies, asked, state, rig, due, outcomes } = await talk()
    await reply('one')
    await reply('two')
    state.fail = away()
    await file()
    expect(asked).toHaveLength(1)
    await file()
    expect(asked).toHaveLength(1)
    for (let hour = 0; hour < 30; hour += 1) {
      rig.state.nowMs += 3_600_000
      await file()
    }
    expect(copies).toEqual([])
    expect(new Set(outcomes)).toEqual(new Set(['retry']))
    state.fail = undefined
    rig.state.nowMs += 3_600_000
    await file()
    expect(copies).toHaveLength(2)
    expect(await due()).toEqual([])
  })

  it('is asked for rarely where the platform says that it will not go', async () => {
    const { reply, file, asked, state, rig } = await talk()
    await reply('one')
    await reply('two')
    state.fail = away('never')
    for (let minute = 0; minute < 29; minute += 1) {
      await file()
      rig.state.nowMs += 60_000
    }
    expect(asked).toHaveLength(1)
  })

  it('is given up after days, which is said in words and stays on record', async () => {
    const { reply, file, state, rig, due, outcomes, health } = await talk()
    await reply('one')
    state.fail = away()
    for (let hour = 0; hour < 200; hour += 1) {
      await file()
      rig.state.nowMs += 3_600_000
    }
    expect(outcomes.filter((outcome) => outcome === 'given-up')).toHaveLength(1)
    expect(health).toEqual([
      {
        state: 'degraded',
        part: 'sending',
        code: 'not-filed',
        detail: 'A message that was sent could not be filed with the platform: No line',
      },
    ])
    rig.state.nowMs += 10 * DAY_MS
    expect(await due()).toEqual([])
    const [kept] = await database.store.db
      .collection('messages')
      .find({ 'delivery.filing.state': 'failed' })
      .toArray()
    expect(kept?.['delivery']).toMatchObject({ state: 'done', filing: { errorCode: 'no-line' } })
  })

  it('waits while its channel is paused, and tells of what a connector throws against its contract', async () => {
    const { reply, file, asked, state, rig, unexpected, copies } = await talk()
    await reply('one')
    rig.state.paused = true
    await file()
    expect(asked).toEqual([])
    rig.state.paused = false
    rig.state.nowMs += 60_000
    state.fail = new TypeError('undefined is not a function')
    await file()
    expect(unexpected).toHaveLength(1)
    state.fail = undefined
    rig.state.nowMs += 60_000
    await file()
    expect(copies).toHaveLength(1)
  })

  it('is forgotten with its channel', async () => {
    const { reply, file, asked, rig } = await talk()
    await reply('one')
    await file('one', { findChannel: async () => undefined })
    rig.state.nowMs += DAY_MS
    await file()
    expect(asked).toEqual([])
  })
})
