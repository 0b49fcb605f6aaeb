import type { AgentId, MessageId } from '../domain/ids.ts'
import { planOutbound } from '../domain/outbound.ts'
import { fillCustomerMessage } from '../domain/routing/customer-message.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { derivedId } from '../store/object-id.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { StoredMessage } from '../store/stored-message.ts'
import type { FindChannel } from './active-channel.ts'
import type { Names } from './assignment-lines.ts'
import type { Bus } from './bus.ts'
import type { OrderClock } from './order-clock.ts'
import { presentConversation, presentMessage } from './present.ts'
import { touchConversation } from './touch-conversation.ts'

export interface GreetDeps {
  readonly findChannel: FindChannel
  readonly conversations: ConversationStore
  readonly messages: MessageStore
  readonly bus: Pick<Bus, 'publish' | 'signal'>
  readonly orderClock: OrderClock
  readonly now: () => number
}

/** An assignment of which the policy wants the customer told. */
export interface Greeting {
  readonly conversation: StoredConversation
  readonly agentId: AgentId
  readonly text: string
}

/**
 * Tells customers who has their conversation, through the outbox like any answer. One assignment tells once, however
 * often it is called; what the channel cannot carry just now is left unsaid.
 */
export async function greetCustomers(
  greetings: readonly Greeting[],
  names: Names,
  deps: GreetDeps,
): Promise<void> {
  for (const greeting of greetings) {
    const parts = await toParts(greeting, names, deps)
    const last = parts.at(-1)
    if (!last) continue
    const repeated = await deps.messages.record(parts)
    if (repeated.size === parts.length) continue
    const touched = await touchConversation(last, deps)
    if (!touched) continue
    const view = presentConversation(touched.after)
    deps.bus.publish(
      parts.map((message) => ({
        type: 'message.created' as const,
        message: presentMessage(message),
        conversation: view,
      })),
    )
    deps.bus.signal({ kind: 'outbox-wanted' })
  }
}

async function toParts(
  { conversation, agentId, text }: Greeting,
  { agents, teams }: Names,
  deps: GreetDeps,
): Promise<readonly StoredMessage[]> {
  const { id, channelId, contactName, teamId, routing, lastInboundAtMs } = conversation
  const channel = await deps.findChannel(channelId)
  if (!channel) return []
  const agent = agents.get(agentId) ?? ''
  const team = teamId && teams.get(teamId)?.name
  const filled = fillCustomerMessage(text, { agent, contact: contactName, ...(team ? { team } : {}) })
  const plan = planOutbound(
    { text: filled, attachments: [] },
    channel.capabilities,
    lastInboundAtMs === undefined ? {} : { lastInboundAtMs },
    deps.now(),
  )
  if (!plan.ok) return []
  const nowMs = deps.now()
  return plan.parts.map((part, index): StoredMessage => {
    const sendKey = `assigned:${routing.decisionId ?? ''}#${index}`
    return {
      id: derivedId(conversation.createdAtMs, 'greeting', id, sendKey) as MessageId,
      conversationId: id,
      channelId,
      direction: 'outbound',
      kind: 'message',
      author: { kind: 'agent', id: agentId, name: agent },
      text: part.text,
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
}
