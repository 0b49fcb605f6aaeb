import type { AgentId, ContactId, ConversationId } from '../domain/ids.ts'
import type { AssignmentPolicy } from '../domain/routing/policy.ts'
import type { PastConversation } from '../domain/routing/simulate.ts'
import type { ContactStore } from '../store/contact-store.ts'
import type { PastOwner, RoutingHistoryStore } from '../store/routing-history-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { FindChannel } from './active-channel.ts'
import { type PolicyInForce, policyInForce, type RoutingRules } from './routing-snapshot.ts'
import { asksForLastAgent, asksForOwner, routingView } from './routing-view.ts'

/** Conversations as they came in, each with the policy that holds for it today. */
export interface PastConversations {
  readonly conversations: readonly PastConversation[]
  readonly policies: ReadonlyMap<ConversationId, AssignmentPolicy>
}

export interface PastConversationsDeps {
  readonly findChannel: FindChannel
  readonly routingHistory: Pick<RoutingHistoryStore, 'ownersOf'>
  readonly contacts: Pick<ContactStore, 'ownersOf'>
}

/**
 * Turns stored conversations back into what they were when they came in. Priority, tags, topic, language and
 * the contact's owner are taken as they are now; who owned or sorted them since is left away.
 * @param edited the policy that is tried; it may ask for more than today's
 */
export async function toPastConversations(
  stored: readonly StoredConversation[],
  edited: AssignmentPolicy,
  rules: RoutingRules,
  deps: PastConversationsDeps,
): Promise<PastConversations> {
  const found: { readonly conversation: StoredConversation; readonly inForce: PolicyInForce }[] = []
  for (const conversation of stored) {
    const channel = await deps.findChannel(conversation.channelId)
    if (channel) found.push({ conversation, inForce: policyInForce(conversation, channel, rules) })
  }
  const asked = (asks: (policy: AssignmentPolicy) => boolean): boolean =>
    asks(edited) || found.some(({ inForce }) => asks(inForce.policy))
  const owners = asked(asksForOwner)
    ? await deps.contacts.ownersOf([...new Set(stored.map(({ contactId }) => contactId))])
    : new Map<ContactId, AgentId>()
  const lastAgentOf = asked(asksForLastAgent)
    ? lastAgentFinder(await ownersOf(stored, deps))
    : () => undefined
  return {
    conversations: found.map(({ conversation, inForce }) => {
      const lastAgentId = lastAgentOf(conversation)
      const lastAgents = new Map(lastAgentId ? [[conversation.contactId, lastAgentId]] : [])
      const {
        teamId: _team,
        teamByHand: _byHand,
        assigneeId: _owner,
        queue: _queue,
        ...view
      } = routingView(conversation, inForce, { lastAgents, owners }, rules.teams)
      const handlingMs = handlingOf(conversation)
      return {
        conversation: view,
        arrivedAtMs: conversation.createdAtMs,
        ...(handlingMs === undefined ? {} : { handlingMs }),
      }
    }),
    policies: new Map(found.map(({ conversation, inForce }) => [conversation.id, inForce.policy])),
  }
}

function handlingOf({
  status,
  resolvedAtMs,
  assignedAtMs,
  createdAtMs,
}: StoredConversation): number | undefined {
  if (status !== 'resolved' || resolvedAtMs === undefined) return undefined
  return Math.max(0, resolvedAtMs - (assignedAtMs ?? createdAtMs))
}

const ownersOf = (
  stored: readonly StoredConversation[],
  { routingHistory }: PastConversationsDeps,
): Promise<readonly PastOwner[]> =>
  routingHistory.ownersOf([...new Set(stored.map(({ contactId }) => contactId))])

/** Who last had another conversation of the contact before a conversation came in. */
function lastAgentFinder(
  owners: readonly PastOwner[],
): (conversation: StoredConversation) => AgentId | undefined {
  const byContact = new Map<ContactId, PastOwner[]>()
  for (const owner of [...owners].sort((one, other) => other.atMs - one.atMs)) {
    const known = byContact.get(owner.contactId)
    if (known) known.push(owner)
    else byContact.set(owner.contactId, [owner])
  }
  return ({ id, contactId, createdAtMs }) =>
    byContact.get(contactId)?.find(({ conversationId, atMs }) => conversationId !== id && atMs < createdAtMs)
      ?.agentId
}
