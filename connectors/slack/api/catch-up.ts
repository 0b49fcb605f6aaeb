/** What Slack may have told us in vain: read from the histories of what we listen to. */
import type { PushItem, RawItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import { factsOf } from '../events/facts.ts'
import { type Fields, fieldsIn, textIn } from '../events/fields.ts'
import { parse } from '../events/parse.ts'
import { messageKey, namesUser } from '../events/place.ts'
import { callSlack, type SlackContext } from './call.ts'
import { namesIn } from './known-names.ts'
import { type Listened, listenedTo } from './listened.ts'
import { missedIn } from './missed.ts'
import { beginRun } from './unfinished.ts'

/** Who we are, as a history's envelope has to say. */
interface Own {
  readonly userId: string
  readonly botId: string | undefined
  readonly teamId: string
}

/** Answers in threads that are older come by themselves, or by Slack's own retries, while we can be reached. */
const FRESH_THREADS_MS = 3 * 86_400_000
/** After an outage also such threads are looked after, as far as one channel's last messages go. */
const OLD_THREADS_MS = 30 * 86_400_000
/** Who looks so often was there all the time: ten minutes from one look to the next, and ten more to be safe. */
const ROUTINE_MS = 30 * 60_000

/** Our channels that this process has looked after from the first to the last channel of Slack. */
const lookedAfter = new Set<ChannelId>()

/** How far back threads are looked after: every few minutes less than where something may have been missed. */
function threadsMsOf({ channelId, clock, receives }: SlackContext, sinceMs: number): number {
  const isRoutine = receives !== 'session' && lookedAfter.has(channelId) && clock() - sinceMs < ROUTINE_MS
  return isRoutine ? FRESH_THREADS_MS : OLD_THREADS_MS
}

/**
 * Pushes what was written since an instant, channel by channel, oldest first. Deletions leave no trace in a history;
 * edits are seen as the text that stands there.
 * Where Slack asks for patience it waits; cut off by the signal, it goes on the next time with what it has not read.
 * @throws ConnectorError
 */
export async function catchUp(ctx: SlackContext, sinceMs: number, push: PushItem): Promise<void> {
  const { fields } = await callSlack('auth.test', {}, ctx, { signal: ctx.signal })
  const own: Own = {
    userId: textIn(fields, 'user_id') ?? '',
    botId: textIn(fields, 'bot_id'),
    teamId: textIn(fields, 'team_id') ?? '',
  }
  const all = await listenedTo(ctx)
  const threadsMs = threadsMsOf(ctx, sinceMs)
  const run = beginRun(ctx.channelId, all, { sinceMs, nowMs: ctx.clock() })
  for (const channel of run.channels) {
    const atMs = ctx.clock()
    try {
      for (const message of await missedIn(channel.id, run.sinceOf(channel.id), threadsMs, ctx)) {
        const item = itemOf(channel, message, own, ctx)
        if (item !== undefined) await push(item)
      }
    } catch (error) {
      // One channel that the app was thrown out of keeps no other from being read.
      if (!(error instanceof ConnectorError) || error.facts.retry === 'later') throw error
      if (error.facts.code === 'bad-credentials') throw error
      ctx.logger.warn({ code: error.facts.code, channel: channel.id }, 'a channel cannot be read')
    }
    // Whoever pushes for a session that is over leaves out the rest.
    if (ctx.signal.aborted) return
    run.wasRead(channel.id, atMs)
  }
  run.finish()
  lookedAfter.add(ctx.channelId)
}

/**
 * In an envelope like that of an event, so that one `parse` reads both.
 * @returns undefined of what makes nothing, such as other people's talk: it is not to be kept
 */
function itemOf({ id, type }: Listened, message: Fields, own: Own, ctx: SlackContext): RawItem | undefined {
  const ts = textIn(message, 'ts')
  if (ts === undefined) return undefined
  const isMention = namesUser(textIn(message, 'text') ?? '', own.userId)
  const isListened = type !== 'channel' || ctx.config.channels.includes(id)
  const edited = textIn(fieldsIn(message, 'edited'), 'ts')
  const eventType = !isListened && isMention ? 'app_mention' : 'message'
  const envelope = {
    type: 'event_callback',
    team_id: own.teamId,
    authorizations: [{ team_id: own.teamId, user_id: own.userId, is_bot: true }],
    event: { ...message, type: eventType, channel: id, channel_type: type, event_ts: ts },
  }
  const body = Buffer.from(JSON.stringify(envelope))
  const contentType = 'application/json'
  const names = { botUserId: own.userId, ...(own.botId !== undefined && { botId: own.botId }) }
  const facts = factsOf(ctx.config, names, namesIn(envelope, ctx.config))
  if (parse(verified({ body, contentType, facts, receivedAtMs: 0 })).length === 0) return undefined
  return { key: messageKey(eventType, id, ts, edited), sender: id, body, contentType, facts }
}
