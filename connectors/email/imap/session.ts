import type { PushItem } from '../../../src/contract/connector.ts'
import { withProvider } from '../providers.ts'
import { type Bell, createBell } from './bell.ts'
import { ClosedError, connectMailbox, type MailContext, PATIENCE, type Patience } from './connect.ts'
import { readCursor } from './cursor.ts'
import { blame, type CheckAuthentication, type Desk, type OpenDesk } from './desk.ts'
import { describeFailure, type Failure } from './failure.ts'
import { StoreFailure } from './flight.ts'
import { catchUp, openFolder } from './follow-folder.ts'
import { createHealth, type Health } from './health.ts'

/** The rhythm of a session, in milliseconds. */
export interface Rhythm {
  /** The folder is looked at afresh at least so often, whatever the server announces. */
  readonly pollMs: number
  /** Between two attempts to connect, growing from the one to the other. */
  readonly reconnectMs: readonly [first: number, longest: number]
  /** The same after the server has refused user or password. */
  readonly refusedMs: readonly [first: number, longest: number]
  readonly patience: Patience
}

const MINUTE_MS = 60_000

const RHYTHM: Rhythm = {
  pollMs: 4 * MINUTE_MS,
  reconnectMs: [1_000, 5 * MINUTE_MS],
  refusedMs: [15 * MINUTE_MS, 4 * 60 * MINUTE_MS],
  patience: PATIENCE,
}

/** After so long a connection counts as good, and the next one is tried at once. */
const STEADY_MS = MINUTE_MS
/** A server that ends every IDLE at once is asked again only after a while. */
const IDLE_PAUSE_MS = 15_000
const SHORT_IDLE_MS = 5_000

export interface MailboxOptions {
  readonly checkAuthentication?: CheckAuthentication
  readonly rhythm?: Partial<Rhythm>
}

/**
 * Takes every letter of the mailbox's folder to the journal, and stays connected until `ctx.signal` aborts. Never throws:
 * what is wrong is told as the channel's health and tried again.
 */
export async function openMailbox(
  ctx: MailContext,
  push: PushItem,
  options: MailboxOptions = {},
): Promise<void> {
  const { checkAuthentication } = options
  const rhythm = { ...RHYTHM, ...options.rhythm }
  const desk: Desk = {
    ctx,
    config: withProvider(ctx.config),
    push,
    ...(checkAuthentication ? { checkAuthentication } : {}),
    cursor: undefined,
    expected: undefined,
  }
  const health = createHealth(ctx)
  let begun = false
  let failed = 0
  let refused = 0
  while (!ctx.signal.aborted) {
    const startedAt = ctx.clock()
    try {
      if (!begun) desk.cursor = readCursor(await readCheckpoint(ctx))
      begun = true
      await stayConnected(desk, health, rhythm)
    } catch (error) {
      if (ctx.signal.aborted) return
      if (ctx.clock() - startedAt > STEADY_MS) failed = 0
      const trouble = await assess(desk, error)
      if (trouble) health.troubled(trouble)
      const isRefused = trouble?.code === 'bad-credentials'
      failed += 1
      refused = isRefused ? refused + 1 : 0
      const waitMs = isRefused ? atLeast(rhythm.refusedMs, refused) : about(rhythm.reconnectMs, failed)
      ctx.logger.info({ code: trouble?.code ?? 'not-stored', waitMs }, 'the mailbox is tried again later')
      await createBell().wait(waitMs, ctx.signal)
    }
  }
}

async function readCheckpoint(ctx: MailContext) {
  try {
    return await ctx.checkpoint.read()
  } catch (error) {
    throw new StoreFailure(error)
  }
}

/** One connection, from its beginning to its end, which is always an error. */
async function stayConnected(desk: Desk, health: Health, rhythm: Rhythm): Promise<never> {
  const { ctx } = desk
  const client = await connectMailbox(ctx, rhythm.patience)
  const bell = createBell()
  const broken: { error?: Error } = {}
  client.on('exists', bell.ring)
  client.on('close', bell.ring)
  client.on('error', (error) => {
    broken.error = error
  })
  try {
    let open = await openFolder(desk, client)
    let openedAt = ctx.clock()
    while (true) {
      health.connected()
      await catchUp(open, bell)
      health.caughtUp(open.desk.cursor)
      await waitForNews(open, bell, openedAt + rhythm.pollMs - ctx.clock())
      if (!client.usable) throw broken.error ?? new ClosedError()
      if (ctx.clock() < openedAt + rhythm.pollMs) continue
      // Opened again, the folder tells whether it is still the same; and a dead connection shows that it is dead.
      open = await openFolder(desk, client)
      openedAt = ctx.clock()
    }
  } catch (error) {
    throw error instanceof StoreFailure ? error : (broken.error ?? error)
  } finally {
    client.close()
  }
}

/** The server is asked to speak up; whatever it says, only a fetch tells what is new. The next command ends the IDLE. */
async function waitForNews({ desk, client }: OpenDesk, bell: Bell, longestMs: number): Promise<void> {
  const { clock, signal } = desk.ctx
  const nextTry = Math.min(...desk.cursor.owed.map(({ nextMs }) => nextMs - clock()))
  const idleSince = clock()
  let over = false
  let pause: NodeJS.Timeout | undefined
  const idleEnded = (): void => {
    if (over) return
    // By itself: the connection was probed, or the server has had enough.
    pause = setTimeout(bell.ring, clock() - idleSince > SHORT_IDLE_MS ? 0 : IDLE_PAUSE_MS)
  }
  client.idle().then(idleEnded, idleEnded)
  await bell.wait(Math.max(0, Math.min(longestMs, nextTry)), signal)
  over = true
  clearTimeout(pause)
}

/** What to tell of a failure; nothing when the mailbox is not to blame. */
async function assess(desk: Desk, error: unknown): Promise<Failure | undefined> {
  const { ctx, config } = desk
  if (error instanceof StoreFailure) {
    desk.expected = undefined
    ctx.logger.warn({ err: error.cause }, 'letters could not be stored')
    return undefined
  }
  await blame(desk).catch((cause: unknown) => ctx.logger.warn({ err: cause }, 'the checkpoint was not kept'))
  return describeFailure(error, config)
}

const growing = ([first, longest]: Rhythm['reconnectMs'], times: number): number =>
  Math.min(longest, first * 2 ** Math.min(times - 1, 30))

/** Spread, so that many channels do not come back all at once. */
const about = (range: Rhythm['reconnectMs'], times: number): number =>
  growing(range, times) * (0.5 + Math.random() / 2)

const atLeast = (range: Rhythm['refusedMs'], times: number): number =>
  growing(range, times) * (1 + Math.random() / 4)
