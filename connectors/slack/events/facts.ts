import type { SlackConfig } from '../config.ts'
import type { NameOf } from '../marks/names.ts'
import { readJson, textIn } from './fields.ts'

/** What `parse` needs to know beside the event, as the journal keeps it with each: text, and small. */
export type SlackFacts = Readonly<Record<string, string>>

/** Who we are there, where that is known: only a session can ask. */
export interface OwnNames {
  readonly botUserId?: string
  readonly botId?: string
}

const yes = (value: boolean): string => (value ? 'yes' : 'no')

/**
 * The settings as facts.
 * @param own who we are, where that was asked for
 * @param names of people who are mentioned, by their ids
 */
export function factsOf(
  config: SlackConfig,
  own: OwnNames = {},
  names: Readonly<Record<string, string>> = {},
): SlackFacts {
  return {
    directMessages: yes(config.directMessages),
    directThreads: yes(config.directThreads),
    mentions: yes(config.mentions),
    otherBots: yes(config.otherBots),
    channels: config.channels.join(' '),
    ...(own.botUserId !== undefined && { botUserId: own.botUserId }),
    ...(own.botId !== undefined && { botId: own.botId }),
    ...(Object.keys(names).length > 0 && { names: JSON.stringify(names) }),
  }
}

/** What counts, read back from the facts. */
export interface Scope {
  readonly directMessages: boolean
  readonly directThreads: boolean
  readonly mentions: boolean
  readonly otherBots: boolean
  readonly channels: ReadonlySet<string>
  readonly botUserId: string | undefined
  readonly botId: string | undefined
  readonly nameOf: NameOf
}

/** Reads facts back; what is missing is as in a channel that nobody changed. */
export function scopeOf(facts: SlackFacts): Scope {
  const channels = fact(facts, 'channels') ?? ''
  const names = readJson(Buffer.from(fact(facts, 'names') ?? ''))
  return {
    directMessages: fact(facts, 'directMessages') !== 'no',
    directThreads: fact(facts, 'directThreads') === 'yes',
    mentions: fact(facts, 'mentions') !== 'no',
    otherBots: fact(facts, 'otherBots') === 'yes',
    channels: new Set(channels.split(' ').filter((id) => id !== '')),
    botUserId: fact(facts, 'botUserId'),
    botId: fact(facts, 'botId'),
    nameOf: (id) => textIn(names, id),
  }
}

const fact = (facts: SlackFacts, key: string): string | undefined =>
  Object.hasOwn(facts, key) ? facts[key] : undefined
