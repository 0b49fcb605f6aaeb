/** One connection of Socket Mode, by Bolt's receiver. */
import type { App, ReceiverEvent } from '@slack/bolt'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { loadBolt, notedFetch, type SlackContext } from '../api/call.ts'
import { platformError, type WireNotes, wireError } from '../api/outcome.ts'
import { silentLogger } from '../api/silent-logger.ts'
import { type Fields, fieldsOf, readJson, textIn } from '../events/fields.ts'
import { createGuardedLine } from './guarded-line.ts'

/** What happens on a connection. */
export interface ConnectionEvents {
  /** An envelope came. Slack hears that we have it once this resolves, and sends it again when it rejects. */
  readonly onEnvelope: (body: Fields) => Promise<void>
  /** Slack is going to close this connection: time for another one. */
  readonly onNotice: (reason: string) => void
  /** It is closed, whoever did it. Called once, and only after it was open. */
  readonly onClosed: () => void
}

export interface Connection {
  /** Whether it has closed; it may have before anybody knew it. */
  readonly isClosed: boolean
  /** Resolves once what has come is acknowledged, or `waitMs` are over, and it is closed. */
  retire(waitMs: number): Promise<void>
}

/**
 * Opens a connection; resolves when Slack has said hello. Bolt's `App` is left out: it acknowledges an event before
 * anybody has it, and what we promise Slack is to have it on disk. Bolt's receiver hands every event to what stands in
 * the app's place, and takes its acknowledgement from there.
 * @throws ConnectorError
 */
export async function openConnection(
  appToken: string,
  { onEnvelope, onNotice, onClosed }: ConnectionEvents,
  ctx: SlackContext,
): Promise<Connection> {
  const { SocketModeReceiver } = await loadBolt()
  const line = createGuardedLine(ctx)
  const notes: WireNotes = {}
  const receiver = new SocketModeReceiver({
    appToken,
    dispatcher: line.dispatcher,
    autoReconnectEnabled: false,
    logger: silentLogger(),
    installerOptions: {
      clientOptions: {
        slackApiUrl: ctx.config.apiBaseUrl,
        fetch: notedFetch(ctx.fetch, notes, ctx.signal),
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        timeout: OPEN_MS,
      },
    },
    processEventErrorHandler: async () => false,
  })
  const { client } = receiver
  const underWay = new Set<Promise<void>>()
  let retired = false
  const processEvent = async ({ body, ack }: ReceiverEvent): Promise<void> => {
    if (retired) return
    const work = onEnvelope(fieldsOf(body) ?? {}).then(() => ack())
    const seen = work.catch(() => undefined)
    underWay.add(seen)
    void seen.finally(() => underWay.delete(seen))
    await work
  }
  receiver.init({ processEvent } as unknown as App)
  // Bolt closes a connection as soon as Slack announces its end; we want the next one first.
  const [read] = client.listeners('ws_message')
  client.removeAllListeners('ws_message')
  client.on('ws_message', (data: string, isBinary: boolean) => {
    const notice = isBinary ? undefined : noticeIn(data)
    if (notice === undefined) read?.call(client, data, isBinary)
    else onNotice(notice)
  })
  const closed = new Promise<void>((resolve) => client.once('disconnected', () => resolve()))
  try {
    await within(OPEN_MS, receiver.start())
  } catch (error) {
    line.cut()
    throw explained(error, notes, line.refusal())
  }
  let isClosed = false
  void closed.then(() => {
    isClosed = true
    line.cut()
    onClosed()
  })
  return {
    get isClosed() {
      return isClosed
    },
    async retire(waitMs) {
      await within(waitMs, allDone(underWay)).catch(() => undefined)
      retired = true
      const ended = client.disconnect().catch(() => undefined)
      await within(CLOSE_MS, ended).catch(() => undefined)
      line.cut()
    },
  }
}

const OPEN_MS = 20_000
const CLOSE_MS = 1_000

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('it takes too long')), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Also of what comes while it is waited for. */
async function allDone(underWay: ReadonlySet<Promise<void>>): Promise<void> {
  while (underWay.size > 0) await Promise.all(underWay)
}

function noticeIn(data: string): string | undefined {
  const message = data.includes('"disconnect"') ? readJson(Buffer.from(data)) : undefined
  if (textIn(message, 'type') !== 'disconnect') return undefined
  return textIn(message, 'reason') ?? 'unknown'
}

function explained(error: unknown, notes: WireNotes, refusal: unknown): ConnectorError {
  if (refusal instanceof ConnectorError) return refusal
  const said = textIn(fieldsOf((error as { data?: unknown } | undefined)?.data), 'error')
  if (said !== undefined) return nothingSent(platformError(said, notes))
  if (notes.failure !== undefined || (notes.status !== undefined && notes.status !== 200))
    return nothingSent(wireError(notes))
  return new ConnectorError({
    code: 'disconnected',
    detail: 'Slack did not open the socket.',
    retry: 'later',
    delivery: 'not-sent',
  })
}

const nothingSent = (error: ConnectorError): ConnectorError =>
  new ConnectorError({ ...error.facts, delivery: 'not-sent' }, { cause: error })
