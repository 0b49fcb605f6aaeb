/** What Slack may have told us in vain: read from the histories of what we listen to. */
import type { PushItem, RawItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { factsOf } from '../events/facts.ts'
import { type Fields, fieldsIn, isTrueIn, numberIn, textIn } from '../events/fields.ts'
import { messageKey, msOf } from '../events/place.ts'
import { callPages, callSlack, type SlackContext } from './call.ts'

/** A thread that is older gets no answer that we would miss for long. */
const OLD_THREADS_MS = 3 * 86_400_000
const MOST_CHANNELS = 1_000
const MOST_MESSAGES = 2_000

/** Who we are, as a history's envelope has to say. */
interface Own {
  readonly userId: string
  readonly botId: string | undefined
  readonly teamId: string
}

/**
 * Pushes what was written since an instant, channel by channel, oldest first. Deletions leave no trace in a history;
 * edits are seen as the text that stands there.
 * Where Slack asks for patience it waits.
 * @throws ConnectorError
 */
export async function catchUp(ctx: SlackContext, sinceMs: number, push: PushItem): Promise<void> {
  const { fields } = await callSlack('auth.test', {}, ctx, { signal: ctx.signal })
  const own: Own = {
    userId: textIn(fields, 'user_id') ?? '',
    botId: textIn(fields, 'bot_id'),
    teamId: textIn(fields, 'team_id') ?? '',
  }
  for (const channel of await channelsOf(ctx)) {
    try {
      for (const message of await missedIn(channel, sinceMs, ctx)) {
        const item = itemOf(channel, message, own, ctx)
        if (item !== undefined) await push(item)
      }
    } catch (error) {
      // One channel that the app was thrown out of keeps no other from being read.
      if (!(error instanceof ConnectorError) || error.facts.retry === 'later') throw error
      if (error.facts.code === 'bad-credentials') throw error
      ctx.logger.warn({ code: error.facts.code, channel: channel.id }, 'a channel cannot be read')
    }
  }
}

interface Listened {
  readonly id: string
  readonly type: 'im' | 'mpim' | 'channel'
}

/** Direct messages, and every channel that the app is in where a mention may stand. */
async function channelsOf(ctx: SlackContext): Promise<readonly Listened[]> {
  const { directMessages, mentions, channels } = ctx.config
  const types = [
    ...(directMessages ? ['im'] : []),
    ...(mentions ? ['public_channel', 'private_channel'] : []),
  ]
  const found: Listened[] = channels.map((id) => ({ id, type: 'channel' }))
  if (types.length === 0) return found
  const args = { types: types.join(), exclude_archived: true }
  const options = { signal: ctx.signal, most: MOST_CHANNELS }
  for (const one of await callPages('users.conversations', args, 'channels', ctx, options)) {
    const id = textIn(one, 'id')
    if (id === undefined || channels.includes(id)) continue
    const isPerson = isTrueIn(one, 'is_im')
    if (isPerson && textIn(one, 'user') === 'USLACKBOT') continue
    found.push({ id, type: isPerson ? 'im' : isTrueIn(one, 'is_mpim') ? 'mpim' : 'channel' })
  }
  return found
}

/** The messages of a channel since an instant, and the answers in its threads of the last days. */
async function missedIn({ id }: Listened, sinceMs: number, ctx: SlackContext): Promise<readonly Fields[]> {
  const options = { signal: ctx.signal, most: MOST_MESSAGES }
  const since = secondsOf(sinceMs)
  const history = await callPages(
    'conversations.history',
    { channel: id, oldest: secondsOf(sinceMs - OLD_THREADS_MS) },
    'messages',
    ctx,
    options,
  )
  const isMissed = (message: Fields): boolean => (msOf(textIn(message, 'ts')) ?? 0) >= sinceMs
  const missed = history.filter(isMissed)
  for (const message of history) {
    const isAnswered = (numberIn(message, 'reply_count') ?? 0) > 0
    const ts = textIn(message, 'thread_ts')
    if (!isAnswered || ts === undefined || (msOf(textIn(message, 'latest_reply')) ?? 0) < sinceMs) continue
    const args = { channel: id, ts, oldest: since }
    const answers = await callPages('conversations.replies', args, 'messages', ctx, options)
    missed.push(...answers.filter((answer) => textIn(answer, 'ts') !== ts && isMissed(answer)))
  }
  const instantOf = (message: Fields): number => Number(textIn(message, 'ts') ?? 0)
  return missed.sort((one, other) => instantOf(one) - instantOf(other))
}

const secondsOf = (ms: number): string => (Math.max(0, ms) / 1_000).toFixed(6)

/** In an envelope like that of an event, so that one `parse` reads both. */
function itemOf({ id, type }: Listened, message: Fields, own: Own, ctx: SlackContext): RawItem | undefined {
  const ts = textIn(message, 'ts')
  if (ts === undefined) return undefined
  const isMention = (textIn(message, 'text') ?? '').includes(`<@${own.userId}>`)
  const isListened = type !== 'channel' || ctx.config.channels.includes(id)
  if (!isListened && !isMention && textIn(message, 'thread_ts') === undefined) return undefined
  const edited = textIn(fieldsIn(message, 'edited'), 'ts')
  const eventType = !isListened && isMention ? 'app_mention' : 'message'
  const body = {
    type: 'event_callback',
    team_id: own.teamId,
    authorizations: [{ team_id: own.teamId, user_id: own.userId, is_bot: true }],
    event: { ...message, type: eventType, channel: id, channel_type: type, event_ts: ts },
  }
  return {
    key: messageKey(eventType, id, ts, edited),
    sender: id,
    body: Buffer.from(JSON.stringify(body)),
    contentType: 'application/json',
    facts: factsOf(ctx.config, {
      botUserId: own.userId,
      ...(own.botId !== undefined && { botId: own.botId }),
    }),
  }
}
