import type { ConversationId } from '../domain/ids.ts'
import type { MessageView, Page, RoutingDecisionView } from '../domain/views.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { RoutingStore, StoredDecision } from '../store/routing-store.ts'
import { openConversation } from './conversation-access.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import { instant } from './present.ts'
import { presentMessages } from './present-messages.ts'
import type { Principal } from './principal.ts'

interface PageQuery {
  readonly before?: string
  readonly limit: number
}

/** One page of a thread, newest first. @throws AppError `not-found`, `permission-denied`, `invalid-cursor` */
export async function listMessages(
  conversationId: ConversationId,
  { before, limit }: PageQuery,
  principal: Principal,
  deps: { readonly conversations: ConversationStore; readonly messages: MessageStore },
): Promise<Page<MessageView>> {
  await openConversation(conversationId, principal, 'conversation.read', deps)
  const found = await deps.messages.page(
    conversationId,
    limit + 1,
    before === undefined ? undefined : threadPlaceOf(before),
  )
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: await presentMessages(items, deps),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.order, last.id]) } : {}),
  }
}

/** Reads the cursor of a thread. @throws AppError `invalid-cursor` */
export function threadPlaceOf(cursor: string): { readonly order: number; readonly id: string } {
  const [order, id] = decodeCursor(cursor, ['number', 'id'])
  return { order: Number(order), id: String(id) }
}

export interface DecisionListDeps {
  readonly conversations: ConversationStore
  readonly routing: RoutingStore
}

/** Why the router did what it did, newest run first. @throws AppError `not-found`, `permission-denied` */
export async function listRoutingDecisions(
  conversationId: ConversationId,
  { before, limit }: PageQuery,
  principal: Principal,
  deps: DecisionListDeps,
): Promise<Page<RoutingDecisionView>> {
  await openConversation(conversationId, principal, 'routing.read', deps)
  const [beforeId] = before === undefined ? [] : decodeCursor(before, ['id'])
  const found = await deps.routing.decisionsOf(
    conversationId,
    limit + 1,
    beforeId === undefined ? undefined : String(beforeId),
  )
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(presentDecision),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.id]) } : {}),
  }
}

/** A routing run as interfaces show it. */
export function presentDecision({ decidedAtMs, wakeAtMs, ...decision }: StoredDecision): RoutingDecisionView {
  return {
    ...decision,
    decidedAt: instant(decidedAtMs),
    ...(wakeAtMs === undefined ? {} : { wakeAt: instant(wakeAtMs) }),
  }
}
