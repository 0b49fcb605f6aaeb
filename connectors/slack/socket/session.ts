/** Socket Mode: events come over a connection that we opened. */

import { createHash } from 'node:crypto'
import type { PushItem, RawItem } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import { callSlack, type SlackContext } from '../api/call.ts'
import { lookUpIdentity } from '../api/identity.ts'
import { learnNames, namesIn } from '../api/known-names.ts'
import { requireToken, tellsOfToken } from '../api/token-news.ts'
import { factsOf, type OwnNames } from '../events/facts.ts'
import { type Fields, fieldsIn, textIn } from '../events/fields.ts'
import { parse } from '../events/parse.ts'
import { messageKey, placeOf } from '../events/place.ts'
import { type Connection, openConnection } from './connection.ts'
import { keepUp, readGap } from './keep-up.ts'

/** How long an old connection may still acknowledge what came over it. */
const LAST_WORDS_MS = 5_000
/** When the server stops: others wait for it. */
const STOPPING_MS = 2_000

/**
 * Runs until `ctx.signal` aborts. Slack recycles every connection after some hours and says so shortly before: the
 * next one is opened first, so that there is always one to deliver to. A connection that ends without a word ends the
 * session, which whoever opened it opens again with growing patience; what came in between is caught up with.
 * @throws ConnectorError
 */
export async function openSocketMode(ctx: SlackContext, push: PushItem): Promise<void> {
  const { appToken } = ctx.config
  if (!appToken) throw withoutToken()
  const names = await namesOf(ctx)
  const gap = await readGap(ctx)
  let turn: Promise<unknown> = Promise.resolve()
  /** One after the other, over all connections, so that they are journaled in the order in which they came. */
  const onEnvelope = (body: Fields): Promise<void> => {
    if (tellsOfToken(body)) void requireToken(ctx).catch((error: unknown) => fail(error))
    const item = itemOf(body, ctx, names)
    if (item === undefined) return Promise.resolve()
    void learnNames(body, ctx, lookUpIdentity)
    const mine = turn.then(() => push(item))
    turn = mine.catch(() => {
      // Slack sends it again, and gives up some time: then it stands in the history only.
      gap.isOpen = true
    })
    return mine
  }
  let fail: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  failed.catch(() => undefined)
  /** Aborts when this session is over, whichever way. */
  const ended = new AbortController()
  let current: Connection | undefined
  /** The old ones that end. */
  const leaving = new Set<Promise<void>>()
  let changing = false

  const open = async (): Promise<Connection> => {
    const me: { connection?: Connection } = {}
    me.connection = await openConnection(
      appToken,
      {
        onEnvelope,
        onNotice: (reason) => {
          if (reason === 'link_disabled') fail(socketModeOff())
          else if (me.connection === current) void change()
        },
        onClosed: () => {
          // While another one is being opened it is that which decides.
          if (me.connection === current && !changing) fail(lost())
        },
      },
      ctx,
    )
    return me.connection
  }

  const change = async (): Promise<void> => {
    if (changing || ctx.signal.aborted) return
    changing = true
    try {
      const old = current
      current = await open()
      if (current.isClosed) fail(lost())
      if (old) leave(old, LAST_WORDS_MS)
    } catch (error) {
      fail(error)
    } finally {
      changing = false
    }
  }

  const leave = (connection: Connection, waitMs: number): void => {
    const left = connection.retire(waitMs)
    leaving.add(left)
    void left.finally(() => leaving.delete(left))
  }

  try {
    current = await open()
    ctx.reportHealth({ state: 'healthy', part: 'receiving' })
    const keeping = keepUp(ctx, push, gap, ended.signal)
    keeping.catch(fail)
    await Promise.race([failed, aborted(ctx.signal)])
  } catch (error) {
    if (!ctx.signal.aborted) throw error
  } finally {
    ended.abort()
    const last = current
    current = undefined
    if (last) leave(last, STOPPING_MS)
    await Promise.all(leaving)
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** What the bot is called there, so that its own messages are known whatever an event leaves out. */
async function namesOf(ctx: SlackContext): Promise<OwnNames> {
  const { fields } = await callSlack('auth.test', {}, ctx, { signal: ctx.signal })
  const [botUserId, botId] = [textIn(fields, 'user_id'), textIn(fields, 'bot_id')]
  return { ...(botUserId !== undefined && { botUserId }), ...(botId !== undefined && { botId }) }
}

/** @returns undefined of what makes nothing, such as a button that was pressed: it is only acknowledged */
function itemOf(body: Fields, ctx: SlackContext, names: OwnNames): RawItem | undefined {
  const bytes = Buffer.from(JSON.stringify(body))
  const facts = factsOf(ctx.config, names, namesIn(body, ctx.config))
  const contentType = 'application/json'
  if (parse(verified({ body: bytes, contentType, facts, receivedAtMs: 0 })).length === 0) return undefined
  const event = fieldsIn(body, 'event')
  const sender = textIn(event, 'channel') ?? textIn(fieldsIn(event, 'item'), 'channel')
  return {
    key: keyOf(body) ?? createHash('sha256').update(bytes).digest('base64url'),
    body: bytes,
    contentType,
    facts,
    ...(sender !== undefined && { sender }),
  }
}

function keyOf(body: Fields): string | undefined {
  const event = fieldsIn(body, 'event')
  const [type, subtype] = [textIn(event, 'type'), textIn(event, 'subtype')]
  const place = event && placeOf(event)
  const isWritten = (type === 'message' || type === 'app_mention') && !subtype?.startsWith('message_')
  if (type === undefined || place === undefined || !isWritten) return textIn(body, 'event_id')
  return messageKey(type, place.channel, place.ts)
}

const withoutToken = (): ConnectorError =>
  new ConnectorError({
    code: 'no-app-token',
    detail: 'For Socket Mode an app-level token with the scope connections:write is needed.',
    retry: 'never',
    delivery: 'not-sent',
  })

const socketModeOff = (): ConnectorError =>
  new ConnectorError({
    code: 'socket-mode-off',
    detail: 'Socket Mode has been switched off in the app’s settings in Slack.',
    retry: 'never',
    delivery: 'not-sent',
  })

const lost = (): ConnectorError =>
  new ConnectorError({
    code: 'disconnected',
    detail: 'The connection to Slack ended; it is opened again.',
    retry: 'later',
    delivery: 'not-sent',
  })
