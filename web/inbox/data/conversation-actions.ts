import { hashKey, useMutation } from '@tanstack/react-query'
import type {
  AssignConversationCommand,
  ChangeContactCommand,
  UpdateConversationCommand,
} from '../../../src/domain/commands.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { tellError, tellInfo } from '../shell/toasts.ts'
import { text } from '../text/text.ts'
import { api, live, queryClient } from './client.ts'
import { conversationQuery } from './queries.ts'

/** What an agent changes of a conversation; the version is added from what is on the screen. */
export type ConversationChange =
  | Omit<AssignConversationCommand, 'version'>
  | Omit<UpdateConversationCommand, 'version'>
  | Omit<ChangeContactCommand, 'version'>

const learn = (conversation: ConversationView) =>
  live.absorb([{ type: 'conversation.updated', conversation }])

/** Whether a conversation was read in the meantime, as one's own look at it does, and is otherwise as it was seen. */
function wasOnlyRead(seen: ConversationView, fresh: ConversationView): boolean {
  const asRead = (one: ConversationView) => hashKey([{ ...one, unreadCount: 0, version: 0 }])
  return fresh.unreadCount === 0 && asRead(seen) === asRead(fresh)
}

/**
 * Writes a change; when somebody was faster, reads the conversation again and says so.
 * @param stillWanted whether the change makes sense over what somebody else made of it: then it is tried once more
 */
export async function changeConversation(
  seen: ConversationView,
  change: ConversationChange,
  stillWanted: (fresh: ConversationView) => boolean = () => false,
): Promise<boolean> {
  const { id, version } = seen
  try {
    if ('address' in change) learn(await api.changeContact(id, { ...change, version }))
    else if (!('assigneeId' in change)) learn(await api.updateConversation(id, { ...change, version }))
    else {
      const { warning, ...assigned } = await api.assignConversation(id, { ...change, version })
      learn(assigned)
      if (warning) tellInfo(text.conversation.overTitle, text.conversation.over)
    }
    return true
  } catch (error) {
    if (!isProblem(error, 'version-conflict')) {
      tellError(error)
      return false
    }
    const fresh = await queryClient
      .fetchQuery({ ...conversationQuery(id), staleTime: 0 })
      .catch(() => undefined)
    if (fresh) learn(fresh)
    if (fresh && fresh.version > version && (wasOnlyRead(seen, fresh) || stillWanted(fresh))) {
      return changeConversation(fresh, change)
    }
    tellInfo(text.conversation.conflictTitle, text.conversation.conflict)
    return false
  }
}

/** Whether nobody gave a conversation to somebody else in the meantime; an assignment still makes sense then. */
export const hasSameOwner =
  ({ assigneeId, teamId }: ConversationView) =>
  (fresh: ConversationView): boolean =>
    fresh.assigneeId === assigneeId && fresh.teamId === teamId

/** {@link changeConversation} for a component: knows whether it is under way. */
export function useConversationChange(conversation: ConversationView) {
  return useMutation({
    mutationFn: (change: ConversationChange) =>
      changeConversation(
        conversation,
        change,
        'assigneeId' in change ? hasSameOwner(conversation) : undefined,
      ),
  })
}

const reading = new Set<string>()

/** Tells the server that an agent has seen the conversation. */
export async function markRead({ id }: ConversationView): Promise<void> {
  if (reading.has(id)) return
  reading.add(id)
  try {
    learn(await api.markRead(id))
  } catch {
    // It stays unread, and the next look at it tries again.
  } finally {
    reading.delete(id)
  }
}
