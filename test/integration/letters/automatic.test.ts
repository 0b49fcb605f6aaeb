/** Letters that no person wrote: one an hour for one person, never to a machine, and two machines fall silent. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { AgentId, RoutingDecisionId } from '../../../src/domain/ids.ts'
import { greetCustomers } from '../../../src/services/greet-customer.ts'
import { freshId } from '../../../src/store/object-id.ts'
import type { StoredConversation } from '../../../src/store/stored-conversation.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { NO_RULES } from '../../harness/free-hands.ts'
import { ADA, LETTERS, type LetterRig, openLetterRig } from '../../harness/letter-rig.ts'
import { SCRIPTED } from '../../harness/path-rig.ts'

const database = sharedDatabase()
const MINUTE_MS = 60_000
let rig: LetterRig

beforeEach(async () => {
  rig = await openLetterRig(database.stores)
})

/** An assignment that the customer is to be told of; each has a decision of its own unless one is named. */
async function owing(on: LetterRig, id = on.id, decisionId = freshId()): Promise<StoredConversation> {
  const conversation = await database.stores.conversations.find(id)
  if (!conversation) throw new Error('no conversation')
  const agentId = on.agent.agentId
  return {
    ...conversation,
    status: 'open',
    assigneeId: agentId,
    greeting: {
      decisionId: decisionId as RoutingDecisionId,
      agentId,
      text: '{{agent}} is here.',
      atMs: on.state.nowMs,
    },
  }
}

const greet = (on: LetterRig, ...conversations: readonly StoredConversation[]) =>
  greetCustomers(
    conversations,
    { agents: new Map<AgentId, string>([[on.agent.agentId, 'Agnes']]), teams: NO_RULES.teams },
    { ...on.routeDeps, ...database.stores },
  )

const said = async (on: LetterRig, id = on.id) =>
  (await on.thread(id)).filter(({ direction, kind }) => direction === 'outbound' && kind === 'message')

describe('an automatic letter', () => {
  it('is a whole letter, marked as nobody’s, to the customer himself', async () => {
    const { letterId } = await rig.arrive({}, { replyTo: [{ address: 'victim@example.com' }] })
    await greet(rig, await owing(rig))
    await rig.deliver(rig.id)
    expect(rig.sent).toMatchObject([
      {
        automatic: true,
        text: 'Agnes is here.\n\n-- \nThe help desk',
        letter: { subject: 'Re: Broken', to: [{ address: ADA }], cc: [], bcc: [], inReplyTo: letterId },
      },
    ])
  })

  it('is one an hour, on all conversations, nodes and assignments', async () => {
    await rig.arrive()
    const { conversation } = await rig.start({ to: ADA })
    await rig.arriveIn(conversation.id)
    const owed = await Promise.all(
      Array.from({ length: 12 }, (_, index) => owing(rig, index % 2 === 0 ? rig.id : conversation.id)),
    )
    await Promise.all(owed.map((one) => greet(rig, one)))
    const count = async () =>
      [...(await said(rig)), ...(await said(rig, conversation.id))].filter(({ automatic }) => automatic)
        .length
    expect(await count()).toBe(1)
    rig.state.nowMs += 59 * MINUTE_MS
    await greet(rig, await owing(rig))
    expect(await count()).toBe(1)
    rig.state.nowMs += 2 * MINUTE_MS
    await greet(rig, await owing(rig))
    expect(await count()).toBe(2)
  })

  it('is said once for one assignment, also after a crash between its hour and its message', async () => {
    await rig.arrive()
    const decisionId = freshId()
    const { messages } = database.stores
    const broken = { ...messages, record: () => Promise.reject(new Error('gone')) }
    await expect(
      greetCustomers(
        [await owing(rig, rig.id, decisionId)],
        { agents: new Map(), teams: NO_RULES.teams },
        { ...rig.routeDeps, ...database.stores, messages: broken },
      ),
    ).rejects.toThrow('gone')
    await greet(rig, await owing(rig, rig.id, decisionId))
    await greet(rig, await owing(rig, rig.id, decisionId))
    expect(await said(rig)).toHaveLength(1)
    await greet(rig, await owing(rig))
    expect(await said(rig)).toHaveLength(1)
  })

  it.each([
    ['a quiet one', { quiet: true }, {}],
    ['an automatic one', {}, { automatic: 'out-of-office' }],
    ['spam', {}, { spam: true }],
    ['a stranger’s', {}, { stranger: true }],
  ] as const)('does not answer %s', async (_, message, head) => {
    await rig.arrive()
    await rig.arrive(message, head)
    await greet(rig, await owing(rig))
    expect(await said(rig)).toEqual([])
    await rig.arrive()
    await greet(rig, await owing(rig))
    expect(await said(rig)).toHaveLength(1)
  })

  it('goes into nothing that was filed away, and to nobody who has not written', async () => {
    await rig.arrive()
    await greet(rig, { ...(await owing(rig)), filed: 'automatic' })
    const { conversation } = await rig.start()
    await greet(rig, await owing(rig, conversation.id))
    expect([await said(rig), (await said(rig, conversation.id)).length]).toEqual([[], 1])
  })

  it('is no rule for chats: there each assignment is told', async () => {
    const chat = await openLetterRig(database.stores, { capabilities: SCRIPTED })
    for (const _ of [1, 2, 3]) await greet(chat, await owing(chat))
    expect(await said(chat)).toHaveLength(3)
  })
})

describe('two of our installations whose greetings answer each other', () => {
  /** Every letter of one arrives at the other and is assigned there, until both are silent. */
  async function talk(recognised: boolean): Promise<number> {
    const options = (own: string) => ({
      capabilities: {
        ...LETTERS,
        letters: { ...LETTERS.letters, ownAddresses: [own] } as typeof LETTERS.letters,
      },
    })
    const left = await openLetterRig(database.stores, options('left@example.com'))
    const right = await openLetterRig(database.stores, options('right@example.com'))
    await left.arrive()
    await greet(left, await owing(left))
    for (let round = 0; round < 20; round += 1) {
      const before = left.sent.length + right.sent.length
      for (const [from, to] of [
        [left, right],
        [right, left],
      ] as const) {
        const known = from.sent.length
        await from.deliver(from.id)
        for (const { automatic } of from.sent.slice(known)) {
          await to.arrive(
            recognised ? { quiet: automatic } : {},
            recognised ? { automatic: 'auto-reply' } : {},
          )
          await greet(to, await owing(to))
        }
      }
      if (left.sent.length + right.sent.length === before) return before
      left.state.nowMs += MINUTE_MS
      right.state.nowMs += MINUTE_MS
    }
    throw new Error('they do not stop')
  }

  it('stop at once, since a machine is not answered', async () => expect(await talk(true)).toBe(1))

  it('stop after two even when neither is recognised as a machine', async () =>
    expect(await talk(false)).toBe(2))
})
