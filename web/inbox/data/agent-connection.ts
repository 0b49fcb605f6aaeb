import { createEventApplier } from '../live/apply-events.ts'
import { backOffMs } from '../live/back-off.ts'
import { colleagueSeen, everyoneLeft, visitorTyped, visitorWrote } from '../live/presence.ts'
import type { AgentConnection, connectAgent as Connect } from '../live/socket.ts'
import { tellInfo } from '../shell/toasts.ts'
import { text } from '../text/text.ts'
import { connection, live, queryClient } from './client.ts'
import { sessionQuery } from './queries.ts'

const MOST_PAGES_REREAD = 6

let current: AgentConnection | undefined
let wanted: string | null = null
let starting = false

/** Reads again what is on the screen; of a long thread only its end. */
function resync(): void {
  everyoneLeft()
  queryClient.setQueriesData<{ pages: unknown[]; pageParams: unknown[] }>(
    { queryKey: ['messages'] },
    (data) =>
      data && data.pages.length > MOST_PAGES_REREAD
        ? {
            pages: data.pages.slice(0, MOST_PAGES_REREAD),
            pageParams: data.pageParams.slice(0, MOST_PAGES_REREAD),
          }
        : data,
  )
  void queryClient.invalidateQueries({ refetchType: 'active' })
}

/** Opens the live connection of a signed-in screen; a second call does nothing. */
export async function startConnection(onEnded: () => void): Promise<void> {
  if (starting) return
  starting = true
  const connectAgent = await loadClient()
  // The agent may have signed out meanwhile.
  if (!starting) return
  const applyEvents = createEventApplier(queryClient)
  current = connectAgent({
    events: (events) => {
      live.absorb(events)
      applyEvents(events)
      for (const event of events) {
        if (event.type === 'message.created' && event.message.direction === 'inbound') {
          visitorWrote(event.message.conversationId)
        }
        if (event.type === 'conversation.escalated') tellSupervisor(event.conversation.contact.name)
      }
    },
    visitorTyping: visitorTyped,
    presence: colleagueSeen,
    resync,
    state: (state) => connection.set(state),
    ended: () => {
      stopConnection()
      onEnded()
    },
  })
  if (wanted) current.view(wanted)
}

function tellSupervisor(customer: string): void {
  const me = queryClient.getQueryData(sessionQuery.queryKey)
  if (!me?.permissions.includes('routing.queue')) return
  tellInfo(text.conversation.escalatedTitle, text.conversation.escalated(customer))
}

/** The live client's script is no exception to connections that fail. */
async function loadClient(): Promise<typeof Connect> {
  for (let failures = 0; ; failures += 1) {
    try {
      return (await import('../live/socket.ts')).connectAgent
    } catch {
      connection.set('reconnecting')
      await new Promise((resolve) => {
        setTimeout(resolve, backOffMs(failures, Math.random()))
      })
    }
  }
}

export function stopConnection(): void {
  current?.close()
  current = undefined
  starting = false
  connection.set('connecting')
}

/** Says which conversation is on the screen. */
export function viewConversation(id: string | null): void {
  wanted = id
  current?.view(id)
}

/** Says that we are typing; may be called with every key. */
export const typeInConversation = (id: string): void => current?.typing(id)
