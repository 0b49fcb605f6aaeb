import { asObject, idIn, instantIn, type Json, objectIn, textIn } from './wire.ts'

/** What an update is about, whatever kind it has: the first object beside its id. */
export function payloadOf(update: Json): { readonly kind: string; readonly payload: Json } | undefined {
  for (const [kind, value] of Object.entries(update)) {
    const payload = asObject(value)
    if (payload) return { kind, payload }
  }
  return undefined
}

/** The chat that an update belongs to; who did it where there is none. */
export function chatIdOf(payload: Json): string {
  const chat = objectIn(payload, 'chat') ?? objectIn(objectIn(payload, 'message') ?? {}, 'chat')
  const from = objectIn(payload, 'from') ?? objectIn(payload, 'user')
  return (chat && idIn(chat, 'id')) || (from ? idIn(from, 'id') : '')
}

/**
 * The same at every delivery of one update, by whichever way. The number alone does not do: after a week of silence the
 * platform begins at a random one again, so what the update is about stands beside it.
 * @returns undefined for what is no update
 */
export function updateKeyOf(update: Json): string | undefined {
  const updateId = idIn(update, 'update_id')
  const found = payloadOf(update)
  if (updateId === '' || !found) return undefined
  const { kind, payload } = found
  const at = instantIn(payload, 'edit_date') ?? instantIn(payload, 'date') ?? ''
  const parts = [
    updateId,
    kind,
    chatIdOf(payload),
    idIn(payload, 'message_id') || textIn(payload, 'id').slice(0, 100),
    at,
  ]
  return parts.join(':')
}

/** What `parse` has to know beside the update, kept with it: settings may have changed when it is read. */
export function factsOf(
  config: { readonly groups: boolean },
  botId: string,
): Readonly<Record<string, string>> {
  return { bot: botId, groups: config.groups ? 'yes' : 'no' }
}

/** The pressed button of an update that waits for a call; undefined where none does. */
export function pressedButtonOf(update: Json): string | undefined {
  const query = objectIn(update, 'callback_query')
  return (query && textIn(query, 'id')) || undefined
}
