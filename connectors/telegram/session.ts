import type { ConnectorContext, PushItem, RawItem } from '../../src/contract/connector.ts'
import { ALLOWED_UPDATES } from './allowed-updates.ts'
import { type Bot, openBot } from './bot-api.ts'
import { answerButton } from './change.ts'
import { toConnectorError, unreadableAnswer } from './failures.ts'
import { makeWayForPolling } from './set-webhook.ts'
import { botIdOf, type TelegramConfig } from './settings.ts'
import { chatIdOf, factsOf, payloadOf, pressedButtonOf, updateKeyOf } from './update-key.ts'
import { idIn, type Json, objectsOf } from './wire.ts'

/** Below the thirty seconds after which the guarded fetch ends any call. */
const POLL_SECONDS = 20
const MOST_UPDATES = 100
/**
 * After a week without updates the platform begins at a random number (Bot API, Update), which may lie below the mark:
 * then it is asked for all that is left. What comes again is known by its key.
 */
const MARK_HOLDS_MS = 6 * 86_400_000

/** How far the platform was told that we have its updates. */
interface Mark {
  readonly offset: number
  readonly atMs: number
}

type Context = ConnectorContext<TelegramConfig>

/**
 * Long polling. The platform forgets what lies below the offset of the next call, so the offset moves only once
 * everything below it is journaled.
 */
export async function openPolling(ctx: Context, push: PushItem): Promise<void> {
  const { config, signal, checkpoint, clock } = ctx
  const botId = botIdOf(config)
  try {
    const bot = await openBot(ctx)
    let mark = readMark(await checkpoint.read(), botId)
    await makeWayForPolling(bot, ctx)
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      const updates = await fetchUpdates(
        bot,
        mark && clock() - mark.atMs < MARK_HOLDS_MS ? mark.offset : undefined,
      )
      // Not before: whoever fights with another program for the updates is not well because he may begin.
      if (isFirst) ctx.reportHealth({ state: 'healthy', part: 'receiving' })
      if (updates.length === 0) continue
      await pushAll(updates, ctx, push)
      const last =
        updates.map((update) => Number(idIn(update, 'update_id') || Number.NaN)).at(-1) ?? Number.NaN
      // Whoever numbers nothing would send the same for ever.
      if (!Number.isSafeInteger(last)) throw unreadableAnswer()
      mark = { offset: last + 1, atMs: clock() }
      await checkpoint.write({ ...mark, botId })
    }
  } catch (error) {
    if (signal.aborted) return
    throw toConnectorError(error, config.botToken)
  }
}

function readMark(kept: Json | undefined, botId: string): Mark | undefined {
  const { offset, atMs, botId: of } = kept ?? {}
  // Another bot counts on its own.
  if (of !== botId || !Number.isSafeInteger(offset) || typeof atMs !== 'number') return undefined
  return { offset: offset as number, atMs }
}

async function fetchUpdates(bot: Bot, offset: number | undefined): Promise<readonly Json[]> {
  const updates: unknown = await bot.callApi('getUpdates', {
    timeout: POLL_SECONDS,
    limit: MOST_UPDATES,
    allowed_updates: ALLOWED_UPDATES,
    ...(offset === undefined ? {} : { offset }),
  })
  // Read as nothing, it would be asked for again at once and without end.
  if (!Array.isArray(updates)) throw unreadableAnswer()
  return objectsOf(updates)
}

/**
 * One chat's updates one after the other, chats beside each other. All of them or none counts: what was journaled before
 * one failed comes again, and is known by its key.
 */
async function pushAll(updates: readonly Json[], ctx: Context, push: PushItem): Promise<void> {
  const facts = factsOf(ctx.config, botIdOf(ctx.config))
  const chats = new Map<string, RawItem[]>()
  for (const update of updates) {
    const item = itemOf(update, facts)
    const chat = item.sender ?? ''
    chats.set(chat, [...(chats.get(chat) ?? []), item])
  }
  const pushed = await Promise.allSettled(
    [...chats.values()].map(async (items) => {
      for (const item of items) await push(item)
    }),
  )
  const failed = pushed.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  for (const button of updates.flatMap((update) => pressedButtonOf(update) ?? [])) {
    // Beside the polling: a button that goes on turning must not keep everybody's messages.
    void answerButton(button, ctx).catch((error: unknown) =>
      ctx.logger.debug({ err: error }, 'a pressed button was not answered'),
    )
  }
}

function itemOf(update: Json, facts: RawItem['facts']): RawItem {
  const body = Buffer.from(JSON.stringify(update))
  const found = payloadOf(update)
  const sender = found ? chatIdOf(found.payload) : ''
  return {
    key: updateKeyOf(update) ?? `update:${idIn(update, 'update_id')}`,
    ...(sender === '' ? {} : { sender }),
    body,
    contentType: 'application/json',
    facts,
  }
}
