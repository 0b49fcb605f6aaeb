/** Notes that nobody got yet; they are gone with the page. */
const kept = new Map<string, string>()

/** Several people may use one browser. */
const keyOf = (agentId: string, conversationId: string) => `${agentId} ${conversationId}`

/** The note that an agent began for whoever gets a conversation. */
export const keptNote = (agentId: string, conversationId: string): string =>
  kept.get(keyOf(agentId, conversationId)) ?? ''

/** Keeps a note until it is given: neither a click outside nor a refused change costs it. */
export function keepNote(agentId: string, conversationId: string, note: string): void {
  const key = keyOf(agentId, conversationId)
  if (note === '') kept.delete(key)
  else kept.set(key, note)
}
