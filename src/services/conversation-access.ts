import { AppError } from '../domain/errors.ts'
import type { ConversationId } from '../domain/ids.ts'
import type { Permission } from '../domain/permissions.ts'
import type { ConversationStore } from '../store/conversation-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'

/** A conversation as `principal` may use it. @throws AppError `permission-denied`, `not-found` */
export async function openConversation(
  id: ConversationId,
  principal: Principal,
  permission: Permission,
  deps: { readonly conversations: ConversationStore },
): Promise<StoredConversation> {
  requirePermission(principal, permission)
  const conversation = await deps.conversations.find(id)
  if (!conversation) throw new AppError('not-found')
  requireChannel(principal, conversation.channelId)
  return conversation
}
