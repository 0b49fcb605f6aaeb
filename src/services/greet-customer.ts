import type { MessageId } from '../domain/ids.ts'
import { letterAddressOf } from '../domain/letter-address.ts'
import { planOutbound } from '../domain/outbound.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import { fillCustomerMessage } from '../domain/routing/customer-message.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { GreetingStore } from '../store/greeting-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import { reach } from '../store/stations.ts'
import type { OwedGreeting, StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { ActiveChannel, FindChannel } from './active-channel.ts'
import type { Names } from './assignment-lines.ts'
import { type AutomaticDeps, mayAnswerAutomatically } from './automatic-limit.ts'
import type { Bus } from './bus.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import type { RoutingRules } from './routing-snapshot.ts'
import { touchConversation } from './touch-conversation.ts'
import { type LetterWish, prepareLetter, recordLetter, type WriteLetterDeps } from './write-letter.ts'

export interface GreetDeps extends AutomaticDeps, WriteLetterDeps {
  readonly findChannel: FindChannel
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly greetings: Pick<GreetingStore, 'settle'>
  readonly bus: Pick<Bus, 'publish' | 'signal'>
  readonly orderClock: OrderClock
}

export interface GreetLeftDeps extends GreetDeps {
  readonly greetings: Pick<GreetingStore, 'settle' | 'owed'>
  readonly agents: () => Promise<readonly RoutingAgent[]>
  readonly rules: () => Promise<RoutingRules>
}

/** A greeting owed for longer was left by a crash: whoever makes an assignment greets at once. */
const LEFT_AFTER_MS = 5_000
const BATCH = 100

/**
 * Tells customers who has their conversation, through the outbox like any answer, and notes that it is told. One
 * assignment tells once, however often it is called; what the channel cannot carry just now is left unsaid.
 * @param conversations as their assignments left them
 */
export async function greetCustomers(
  conversations: readonly StoredConversation[],
  names: Names,
  deps: GreetDeps,
): Promise<void> {
  for (const conversation of conversations) {
    const { greeting } = conversation
    if (!greeting) continue
    await greet(conversation, greeting, names, deps)
    await deps.greetings.settle(conversation.id, greeting.decisionId)
  }
}

/**
 * Greets where a crash came between the assignment and the greeting.
 * @returns how many were left
 */
export async function greetLeft(deps: GreetLeftDeps): Promise<number> {
  const left = await deps.greetings.owed(deps.now() - LEFT_AFTER_MS, BATCH)
  if (left.length === 0) return 0
  const [agents, { teams }] = await Promise.all([deps.agents(), deps.rules()])
  await greetCustomers(left, { agents: new Map(agents.map(({ id, name }) => [id, name])), teams }, deps)
  return left.length
}

async function greet(
  conversation: StoredConversation,
  greeting: OwedGreeting,
  names: Names,
  deps: GreetDeps,
): Promise<void> {
  // Somebody else has it by now, or it is over: it would be untrue.
  if (conversation.assigneeId !== greeting.agentId || conversation.status !== 'open') return
  const channel = await deps.findChannel(conversation.channelId)
  if (!channel || channel.paused) return
  const parts = await toParts(conversation, channel, greeting, names, deps)
  if (parts.length === 0) return
  const repeated = await deps.messages.record(parts)
  reach('greeted')
  const said = await Promise.all(
    parts.map(async (part, position) =>
      repeated.has(position) ? ((await deps.messages.find(part.id)) ?? part) : part,
    ),
  )
  const last = said.at(-1)
  const touched = last && (await touchConversation(last, deps))
  if (!touched) return
  const view = presentConversation(touched.after)
  deps.bus.publish(
    said.map((message) => ({
      type: 'message.created' as const,
      message: presentMessage(message),
      conversation: view,
    })),
  )
  deps.bus.signal({ kind: 'outbox-wanted' })
}

async function toParts(
  conversation: StoredConversation,
  channel: ActiveChannel,
  { agentId, text, decisionId }: OwedGreeting,
  { agents, teams }: Names,
  deps: GreetDeps,
): Promise<readonly StoredMessage[]> {
  const { id, channelId, contactName, teamId, lastInboundAtMs } = conversation
  const agent = agents.get(agentId) ?? ''
  const team = teamId && teams.get(teamId)?.name
  const filled = fillCustomerMessage(text, { agent, contact: contactName, ...(team ? { team } : {}) })
  const letter = channel.capabilities.letters
    ? await prepareLetter(automaticLetter(filled, conversation), channel, conversation, deps)
    : undefined
  const plan = planOutbound(
    { text: filled, attachments: [], ...(letter ? { letter } : {}) },
    channel.capabilities,
    lastInboundAtMs === undefined ? {} : { lastInboundAtMs },
    deps.now(),
  )
  if (!plan.ok) return []
  if (!(await mayAnswerAutomatically(conversation, channel.capabilities, `assigned:${decisionId}`, deps))) {
    return []
  }
  const nowMs = deps.now()
  const parts = plan.parts.map((part, index): StoredMessage => {
    const sendKey = `assigned:${decisionId}#${index}`
    return {
      id: derivedId(conversation.createdAtMs, 'greeting', id, sendKey) as MessageId,
      conversationId: id,
      channelId,
      direction: 'outbound',
      kind: 'message',
      author: { kind: 'agent', id: agentId, name: agent },
      text: part.text,
      automatic: true,
      attachments: [],
      status: 'queued',
      recipient: conversation.identityExternalId,
      sendKey,
      delivery: { state: 'queued', attempts: 0, attemptsBefore: 0, nextAttemptAtMs: nowMs },
      createdAtMs: nowMs,
      order: deps.orderClock(nowMs),
      version: 1,
    }
  })
  const [only] = parts
  if (!letter || !only) return parts
  const { text: written, letter: head } = await recordLetter(only.id, letter, deps)
  return [{ ...only, text: written, letter: head }]
}

/** It goes to the customer himself, whomever his letter wants to be answered to: that may be anybody. */
const automaticLetter = (text: string, { identityExternalId }: StoredConversation): LetterWish => {
  const address = letterAddressOf(identityExternalId)
  return { text, letter: { to: address === undefined ? [] : [address] } }
}
