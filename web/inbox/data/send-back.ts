import type { ConversationView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { routingApi } from '../routing/routing-queries.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { live, queryClient } from './client.ts'
import { hasSameOwner } from './conversation-actions.ts'
import { conversationQuery } from './queries.ts'

/**
 * Sends a conversation back to the queue: the rules look for somebody else.
 * @param again whether to try once more when it changed in the meantime, and is still with the same owner
 * @returns whether it was done
 */
export async function sendBack(conversation: ConversationView, note: string, again = true): Promise<boolean> {
  const { id, version } = conversation
  try {
    const left = note.trim() === '' ? {} : { note: note.trim() }
    const sent = await routingApi.sendBack(id, { version, ...left })
    live.absorb([{ type: 'conversation.updated', conversation: sent }])
    tellDone(routingText.assign.sentBack)
    return true
  } catch (error) {
    if (!isProblem(error, 'version-conflict')) {
      tellError(error)
      return false
    }
    const fresh = await queryClient
      .fetchQuery({ ...conversationQuery(id), staleTime: 0 })
      .catch(() => undefined)
    if (fresh) live.absorb([{ type: 'conversation.updated', conversation: fresh }])
    if (again && fresh && fresh.version > version && hasSameOwner(conversation)(fresh))
      return sendBack(fresh, note, false)
    tellInfo(text.conversation.conflictTitle, text.conversation.conflict)
    return false
  }
}
