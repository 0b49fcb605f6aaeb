/** What stands in one channel since an instant. */
import { type Fields, numberIn, textIn } from '../events/fields.ts'
import { msOf } from '../events/place.ts'
import { callPages, type SlackContext } from './call.ts'

/** Of what stood there before: so many are looked at for their answers. */
const MOST_LOOKED_AT = 2_000
/** Of what was missed, which is held in memory to be put in order. */
const MOST_MISSED = 20_000

/**
 * The messages of a channel since an instant, and the answers in threads that began shortly before, oldest first.
 * @param threadsMs how long before
 * @throws ConnectorError
 */
export async function missedIn(
  id: string,
  sinceMs: number,
  threadsMs: number,
  ctx: SlackContext,
): Promise<readonly Fields[]> {
  const options = { signal: ctx.signal, most: MOST_MISSED }
  const isMissed = (message: Fields | undefined): boolean => (msOf(textIn(message, 'ts')) ?? 0) >= sinceMs
  // Slack begins with the newest.
  const isEnough = (found: readonly Fields[]): boolean =>
    found.length >= MOST_LOOKED_AT && !isMissed(found.at(-1))
  const args = { channel: id, oldest: secondsOf(sinceMs - threadsMs) }
  const history = await callPages('conversations.history', args, 'messages', ctx, { ...options, isEnough })
  const missed = history.filter(isMissed)
  if (missed.length >= MOST_MISSED)
    ctx.logger.error({ channel: id, most: MOST_MISSED }, 'more was missed in a channel than is read')
  for (const message of history) {
    const isAnswered = (numberIn(message, 'reply_count') ?? 0) > 0
    const ts = textIn(message, 'thread_ts')
    if (!isAnswered || ts === undefined || (msOf(textIn(message, 'latest_reply')) ?? 0) < sinceMs) continue
    const thread = { channel: id, ts, oldest: secondsOf(sinceMs) }
    const answers = await callPages('conversations.replies', thread, 'messages', ctx, options)
    missed.push(...answers.filter((answer) => textIn(answer, 'ts') !== ts && isMissed(answer)))
  }
  return missed.sort((one, other) => instantOf(one) - instantOf(other))
}

const instantOf = (message: Fields): number => Number(textIn(message, 'ts') ?? 0)

const secondsOf = (ms: number): string => (Math.max(0, ms) / 1_000).toFixed(6)
