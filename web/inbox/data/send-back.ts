import type { ConversationView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { routingApi } from '../routing/routing-queries.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { routingText } from '../text/routing-text.ts'
import { text } from '../text/text.ts'
import { live, queryClient } from './client.ts'
import { conversationQuery } from './queries.ts'

/** Sends a conversation back to the queue: the rules look for somebody else. */
export async function sendBack({ id, version }: ConversationView, note: string): Promise<void> {
  try {
    const left = note.trim() === '' ? {} : { note: note.trim() }
    const conversation = await routingApi.sendBack(id, { version, ...left })
    live.absorb([{ type: 'conversation.updated', conversation }])
    tellDone(routingText.assign.sentBack)
  } catch (error) {
    if (!isProblem(error, 'version-conflict')) return tellError(error)
    const fresh = await queryClient
      .fetchQuery({ ...conversationQuery(id), staleTime: 0 })
      .catch(() => undefined)
    if (fresh) live.absorb([{ type: 'conversation.updated', conversation: fresh }])
    tellInfo(text.conversation.conflictTitle, text.conversation.conflict)
  }
}
