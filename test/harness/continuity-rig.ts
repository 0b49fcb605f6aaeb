/** A chat whose unseen answers go on by a channel of letters, over real stores, with a clock that the test moves. */
import type { Connector } from '../../src/contract/connector.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import type { Continuity } from '../../src/contract/visitor-access.ts'
import type { ChannelId, ChannelType, ConversationId } from '../../src/domain/ids.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import { type ContinueDeps, continueAnswers } from '../../src/services/continue-answers.ts'
import { deliverConversation } from '../../src/services/deliver-messages.ts'
import { receiveInbound } from '../../src/services/receive-inbound.ts'
import { freshId } from '../../src/store/object-id.ts'
import type { StoredMessage } from '../../src/store/stored-message.ts'
import { createLetterRig, type Draft, LETTERS, letter } from './inbound-letters.ts'
import { createPathRig, SCRIPTED } from './path-rig.ts'

export const MINUTE = 60_000
/** How long an answer waits for the visitor. */
export const WAIT = 5 * MINUTE
export const VISITOR = 'anon:ada'
export const ADDRESS = 'ada@example.org'

export type ContinuityRig = Awaited<ReturnType<typeof createContinuityRig>>

/** @param email what the visitor left; undefined = nothing */
export async function createContinuityRig(
  stores: Stores,
  visitor: { readonly email?: string; readonly verified?: boolean } = { email: ADDRESS },
) {
  const letters = createLetterRig(stores, {
    capabilities: { ...LETTERS, text: { support: 'native', maxLength: 500_000, overLimit: 'refuse' } },
  })
  const setting: { continuity: Continuity | undefined } = {
    continuity: { channelId: letters.channelId, afterMs: WAIT },
  }
  const connector: Connector = {
    type: 'chat' as ChannelType,
    displayName: 'Chat',
    summary: 'Customers hold a client of ours.',
    configFields: [],
    capabilities: () => ({ ...SCRIPTED, text: { ...SCRIPTED.text, maxLength: 10_000 } }),
    check: () => Promise.resolve({ ok: true }),
    inbound: {
      kind: 'webhook',
      maxBodyBytes: 1_000_000,
      verify: () => ({ ok: false, code: 'invalid-signature' }),
      parse: ({ body }) => JSON.parse(Buffer.from(body).toString('utf8')) as readonly InboundEvent[],
      acknowledge: () => ({ status: 200 }),
    },
    visitors: {
      publicSettings: () => ({ title: 'The Shop' }),
      continuity: () => setting.continuity,
    } as unknown as NonNullable<Connector['visitors']>,
    send: async ({ id }) => ({ externalId: id, status: 'sent' }),
  }
  const chat = createPathRig(stores, { connector })
  /** Channels that were deleted. */
  const gone = new Set<string>()
  const state = { here: false }
  const findChannel = async (id: string) =>
    gone.has(id)
      ? undefined
      : ((await chat.sendDeps.findChannel(id)) ?? (await letters.sendDeps.findChannel(id)))
  const failures: unknown[] = []
  const deps: ContinueDeps = {
    ...stores,
    findChannel,
    isCustomerHere: async () => state.here,
    workspaceName: async () => 'Acme',
    forward: async () => [],
    bus: chat.receiveDeps.bus,
    orderClock: chat.sendDeps.orderClock,
    now: () => chat.state.nowMs,
    onFailure: (error) => void failures.push(error),
  }
  const receiveDeps = { ...letters.receiveDeps, findChannel, route: chat.receiveDeps.route }

  const identity = { externalId: VISITOR, displayName: 'Ada', verified: false, ...visitor }
  const says = (text: string, externalId = freshId()): Promise<unknown> =>
    chat.receive([chat.entry({ type: 'message', externalId, identity, text, attachments: [] })])
  await says('Hello?')
  const { id, contactId } = await chat.conversation(VISITOR)
  chat.events.length = 0

  const pass = (ms: number): void => {
    chat.state.nowMs += ms
    letters.state.nowMs = chat.state.nowMs
  }
  const answer = async (text: string): Promise<StoredMessage> => {
    const { messages } = await chat.reply(id, text)
    await chat.deliver(id)
    const [message] = messages
    if (!message) throw new Error('nothing was said')
    return message
  }
  const deliverLetters = async (): Promise<void> => {
    const { due } = await stores.outbox.dueConversations(chat.state.nowMs, 1_000)
    for (const { conversationId: lane } of due) {
      const head = await stores.outbox.head(lane)
      if (head?.continues === id) await deliverConversation(lane, { ...letters.deliverDeps, findChannel })
    }
  }
  const letterRound = async () => {
    await continueAnswers(deps)
    await deliverLetters()
    return letters.sent
  }
  return {
    chat,
    letters,
    id,
    contactId,
    setting,
    gone,
    state,
    deps,
    failures,
    says,
    pass,
    answer,
    /** The visitor's client says how far it is with messages. */
    hasGot: (messages: readonly StoredMessage[], status: 'delivered' | 'read' = 'delivered') =>
      chat.receive([
        chat.entry(
          ...messages.map(
            (message): InboundEvent => ({
              type: 'status',
              externalId: message.id,
              identityExternalId: VISITOR,
              status,
              atMs: chat.state.nowMs,
            }),
          ),
        ),
      ]),
    sweep: (change: Partial<ContinueDeps> = {}) => continueAnswers({ ...deps, ...change }),
    deliverLetters,
    /** Looks, and sends what was written. @returns every letter so far */
    letterRound,
    /** One answer goes on. @returns the token of its letter */
    async mailed(): Promise<string> {
      await answer('We are here.')
      pass(WAIT)
      const letter = (await letterRound()).at(-1)
      if (!letter) throw new Error('no letter went out')
      return letter.token
    },
    /** A letter comes in, by itself or as an answer to one of ours. */
    async writes(draft: Partial<Draft> & { readonly id?: string }, channelId: ChannelId = letters.channelId) {
      pass(1_000)
      const event = letter({ id: freshId(), from: ADDRESS, subject: 'Re: chat', ...draft } as Draft)
      const entry = { ...letters.entry(event), channelId }
      await receiveInbound([entry], receiveDeps)
      if (event.type !== 'message') throw new Error('a letter is a message')
      const [found] = await stores.messages.findByExternalIds(channelId, [event.externalId])
      if (!found) throw new Error('it is not there')
      return found
    },
    async lines(conversationId: ConversationId = id) {
      return (await chat.thread(conversationId)).flatMap(({ event }) =>
        event?.name.startsWith('contin') ? [event] : [],
      )
    },
    thread: () => chat.thread(id),
    async conversation() {
      const found = await stores.conversations.find(id)
      if (!found) throw new Error('no conversation')
      return found
    },
  }
}
