import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { SendMessageCommand } from '../../../src/domain/commands.ts'
import type { ConversationId } from '../../../src/domain/ids.ts'
import { deliverConversation, SEND_LEASE_MS } from '../../../src/services/deliver-messages.ts'
import { retryMessage } from '../../../src/services/retry-message.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { freshDatabase } from '../../harness/database.ts'
import { ANNA, BORIS, CHANNEL, linesOf, type Office, openOffice, principalOf } from '../../harness/office.ts'
import { permutations } from '../../harness/permutations.ts'
import { entryOf, said, scriptedChannel, scriptedConnector } from '../../harness/scripted-channel.ts'

type Outcome = SendReceipt | Error

const database = freshDatabase()
let office: Office
/** What the platform got, and what it will say next; nothing left to say = it takes everything. */
let sent: string[]
let answers: (Outcome | (() => Promise<Outcome>))[]

const connectorOf = (idempotentSend: boolean) =>
  scriptedConnector({
    capabilities: { idempotentSend },
    send: async ({ id, text }) => {
      sent.push(text)
      const next = answers.shift() ?? { externalId: `sent-${id}` }
      const outcome = typeof next === 'function' ? await next() : next
      if (outcome instanceof Error) throw outcome
      return outcome
    },
  })

beforeEach(async () => {
  sent = []
  answers = []
  office = openOffice(database.stores, [scriptedChannel(CHANNEL, connectorOf(false))])
  await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
})

const anna = principalOf(ANNA)
const conversationOf = async (who = 'u'): Promise<ConversationId> => (await office.thread(who)).id
const command = (clientMessageId: string, text = clientMessageId): SendMessageCommand => ({
  clientMessageId,
  text,
  attachmentIds: [],
})
const reply = async (clientMessageId: string, text?: string, by = anna, node = office, who = 'u') =>
  sendReply(await conversationOf(who), command(clientMessageId, text), by, node.deps)
const deliver = async (node = office, who = 'u') => deliverConversation(await conversationOf(who), node.deps)
const outbound = async (who = 'u') =>
  (await linesOf(database.stores, await conversationOf(who))).filter(
    ({ direction, kind }) => direction === 'outbound' && kind === 'message',
  )
const failure = (retry: 'later' | 'never', delivery: 'not-sent' | 'unknown', retryAfterMs?: number) =>
  new ConnectorError({
    code: 'said-no',
    detail: 'The platform said no',
    retry,
    delivery,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
const status = (externalId: string, value: 'sent' | 'delivered' | 'read' | 'failed'): InboundEvent => ({
  type: 'status',
  externalId,
  status: value,
  atMs: 1,
  ...(value === 'failed' ? { errorCode: 'blocked', errorDetail: 'no' } : {}),
})

describe('sending', () => {
  it('writes nothing after its lease was lost to another worker', async () => {
    office.channels.set(CHANNEL, scriptedChannel(CHANNEL, connectorOf(true)))
    await reply('a')
    answers = [
      async () => {
        office.nowMs += SEND_LEASE_MS
        await deliver()
        return { externalId: 'from the slow one' }
      },
    ]
    await deliver()
    const [message] = await outbound()
    expect(sent).toEqual(['a', 'a'])
    expect(message).toMatchObject({ status: 'sent', externalId: `sent-${message?.id}` })
  })

  it.each([
    [true, 'queued', 'not-sent'],
    [false, 'unknown', 'unknown'],
  ] as const)(
    'ends before its lease when the platform says nothing (safe to repeat: %s)',
    async (safe, state, certainty) => {
      office.channels.set(CHANNEL, scriptedChannel(CHANNEL, connectorOf(safe)))
      await reply('a')
      let ask = (): void => undefined
      const asked = new Promise<void>((resolve) => {
        ask = resolve
      })
      answers = [
        () => {
          ask()
          return new Promise(() => undefined)
        },
      ]
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const delivered = deliver()
      await asked
      vi.advanceTimersByTime(SEND_LEASE_MS - 1)
      vi.useRealTimers()
      await delivered
      expect(await outbound()).toMatchObject([{ delivery: { state, errorCode: 'timeout', certainty } }])
    },
  )

  it('takes as long as its connector says, and nobody else touches the message meanwhile', async () => {
    const connector = { ...connectorOf(false), sendLimitMs: 10 * SEND_LEASE_MS }
    office.channels.set(CHANNEL, scriptedChannel(CHANNEL, connector))
    await reply('a')
    answers = [
      async () => {
        office.nowMs += 9 * SEND_LEASE_MS
        await deliver()
        return { externalId: 'from the slow one' }
      },
    ]
    await deliver()
    expect(sent).toEqual(['a'])
    expect(await outbound()).toMatchObject([{ status: 'sent', externalId: 'from the slow one' }])
  })

  it('is given up when the channel is gone', async () => {
    await reply('a')
    office.channels.clear()
    await deliver()
    expect(await outbound()).toMatchObject([
      { status: 'failed', delivery: { state: 'dead', errorCode: 'channel-gone' } },
    ])
  })

  it('of one conversation is never held up by what waits in many others', async () => {
    for (let index = 0; index < 5; index += 1) {
      const who = `stuck-${index}`
      await office.receive(entryOf(CHANNEL, [said(who, who)]))
      for (let line = 0; line < 20; line += 1) await reply(`${line}`, `stuck ${line}`, anna, office, who)
      answers = [failure('later', 'not-sent', 3_600_000)]
      await deliver(office, who)
    }
    office.nowMs += 1
    await reply('free')
    const { due } = await database.stores.outbox.dueConversations(office.nowMs, 10)
    expect(due.map(({ conversationId }) => conversationId)).toEqual([await conversationOf()])
    // What waited behind a failure goes as soon as that has its turn.
    office.nowMs += 3_600_000
    await deliver(office, 'stuck-0')
    expect(sent.filter((text) => text.startsWith('stuck'))).toHaveLength(5 + 20)
  })
})

describe('a reply', () => {
  it('of another agent may use the same id', async () => {
    await reply('same', 'one')
    await reply('same', 'two', principalOf(BORIS))
    expect(await outbound()).toHaveLength(2)
  })

  it('whose recording a crash cut short is completed when it is sent again', async () => {
    const text = 'One sentence of words. '.repeat(6).trim()
    const { messages } = database.stores
    const dying = openOffice(
      {
        ...database.stores,
        messages: { ...messages, record: (batch) => messages.record(batch.slice(0, 1)) },
      },
      [scriptedChannel(CHANNEL, connectorOf(false))],
    )
    await reply('long', text, anna, dying)
    expect(await outbound()).toHaveLength(1)
    const again = await reply('long', text)
    expect(again.messages.length).toBeGreaterThan(2)
    await deliver()
    expect(sent.join(' ')).toBe(text)
  })

  it('is refused with the reason and its numbers', async () => {
    await expect(reply('x', ' ')).rejects.toMatchObject({
      code: 'message-refused',
      details: { members: { reason: 'empty' } },
    })
    const blind = principalOf(ANNA, 'agent', new Set<string>())
    await expect(reply('x', 'x', blind)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('sending again by hand', () => {
  const retry = async (index = 0) => {
    const message = (await outbound())[index]
    if (!message) throw new Error('no message')
    return retryMessage(await conversationOf(), message.id, anna, office.deps)
  }

  it('is one sending for two people at once', async () => {
    answers = [failure('later', 'unknown')]
    await reply('a')
    await deliver()
    const outcomes = await Promise.allSettled([retry(), retry(), retry()])
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    await deliver()
    expect(sent).toEqual(['a', 'a'])
  })
})

describe('receipts', () => {
  it('end at the highest rank in whatever order they come, also before the send itself has ended', async () => {
    const receipts = ['sent', 'delivered', 'read'] as const
    for (const order of permutations(['end of the send', ...receipts] as const)) {
      await database.empty()
      await office.receive(entryOf(CHANNEL, [said('u', 'm1')]))
      await reply('a')
      answers = [{ externalId: 'x1' }]
      for (const step of order) {
        if (step === 'end of the send') await deliver()
        else await office.receive(entryOf(CHANNEL, [status('x1', step)]))
      }
      expect(await outbound()).toMatchObject([{ status: 'read', delivery: { state: 'done' } }])
    }
  })

  it('change nothing of another customer’s message, of another channel’s, or of what he wrote himself', async () => {
    answers = [{ externalId: 'x1' }]
    await reply('a')
    await deliver()
    await office.receive(
      entryOf(CHANNEL, [{ ...status('x1', 'read'), identityExternalId: 'somebody else' } as InboundEvent]),
      entryOf(CHANNEL, [status('m1', 'failed')]),
    )
    expect((await outbound())[0]).toMatchObject({ status: 'sent' })
    const [own] = await database.stores.messages.findByExternalIds(CHANNEL, ['m1'])
    expect(own).toMatchObject({ status: 'delivered' })
  })

  it('of a customer’s own client leave nothing behind when he names messages that are not his', async () => {
    answers = [{ externalId: 'x1' }]
    await reply('a')
    await deliver()
    const made = Array.from({ length: 100 }, (_, index) => `made-up-${index}`)
    let written = 0
    const { messages, earlyEvents } = database.stores
    const counting = openOffice(
      {
        ...database.stores,
        messages: {
          ...messages,
          applyReceipts: (receipts) => {
            written += receipts.length
            return messages.applyReceipts(receipts)
          },
        },
      },
      [...office.channels.values()],
    )
    const says = (externalId: string): InboundEvent =>
      ({ ...status(externalId, 'read'), identityExternalId: 'u' }) as InboundEvent
    await counting.receive(entryOf(CHANNEL, [...made, 'x1', 'm1'].map(says)))
    expect((await outbound())[0]).toMatchObject({ status: 'read' })
    expect(await earlyEvents.of(CHANNEL, [...made, 'm1'])).toEqual([])
    await counting.receive(entryOf(CHANNEL, ['x1', ...made].map(says)))
    expect(written).toBe(1)
  })
})
