/**
 * What people are called who are mentioned. A message names them by their ids only, and reading it may ask nobody; so
 * whoever is mentioned is looked up afterwards, and has his name from the next time on.
 */
import type { SlackConfig } from '../config.ts'
import type { Fields } from '../events/fields.ts'
import { mentionedIn } from '../events/mentioned.ts'
import type { SlackContext } from './call.ts'

/** By token and id; empty of those of whom Slack tells none. They live as long as this process. */
const names = new Map<string, string>()
const MOST_KNOWN = 10_000
const LONGEST_NAME = 80

const keyOf = ({ apiBaseUrl, botToken }: SlackConfig, id: string): string => `${apiBaseUrl} ${botToken} ${id}`

/** Keeps what somebody is called. */
export function noteName(config: SlackConfig, id: string, name = ''): void {
  if (names.size >= MOST_KNOWN) names.clear()
  names.set(keyOf(config, id), name.slice(0, LONGEST_NAME))
}

/** The names of those whom an event mentions, as far as they are known. */
export function namesIn(outer: Fields | undefined, config: SlackConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(
    mentionedIn(outer).flatMap((id) => {
      const name = names.get(keyOf(config, id))
      return name ? [[id, name]] : []
    }),
  )
}

/** Looks up whoever an event mentions and is not known yet. Best effort: it never throws. */
export async function learnNames(
  outer: Fields | undefined,
  ctx: SlackContext,
  lookUp: (id: string, ctx: SlackContext) => Promise<unknown>,
): Promise<void> {
  for (const id of mentionedIn(outer)) {
    const key = keyOf(ctx.config, id)
    if (names.has(key)) continue
    // Not twice at the same time, and not again where Slack does not say.
    noteName(ctx.config, id)
    await lookUp(id, ctx).catch(() => names.delete(key))
  }
}
