import { createHash } from 'node:crypto'
import type { OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import type { EmailConfig } from '../config.ts'
import { forgetAccessToken } from '../oauth.ts'
import { withProvider } from '../providers.ts'
import { type ComposedLetter, composeLetter } from './compose.ts'
import { CREDENTIALS_PAUSE_MS, type Outcome, outcomeOf, outcomeOfError } from './outcome.ts'
import { openSmtp, readyInTime, type SendingContext, type SmtpOptions, type SmtpSession } from './session.ts'
import { SmtpTrouble } from './trouble.ts'
import { inTurn } from './turns.ts'

/** A sign-in that was refused, so that a queue of letters does not knock with it again and again. */
interface RefusedSignIn {
  readonly fingerprint: string
  readonly untilMs: number
  readonly detail: string
}

/** By channel; forgotten when the process ends. */
const refusedSignIns = new Map<string, RefusedSignIn>()

/**
 * Hands a letter to the server, for everybody it names or for nobody. Throws ConnectorError only, whose facts say what
 * is known: see `outcomeOf`.
 */
export async function sendLetter(
  message: OutboundMessage,
  ctx: SendingContext,
  options: SmtpOptions = {},
): Promise<SendReceipt> {
  const config = withProvider(ctx.config)
  refuseKnownSignIn(ctx, config)
  const inTime = readyInTime(ctx, options)
  // A letter is composed for each attempt of its own: what was read of one cannot be read again.
  const first = await composeLetter(message, config)
  let letter: ComposedLetter | undefined = first
  try {
    for (const [index, sender] of first.senders.entries()) {
      letter ??= await composeLetter(message, config)
      const content = letter
      try {
        await inTurn(ctx.channelId, inTime, () => handOver(sender, content, ctx, options, inTime))
        break
      } catch (error) {
        const another = index + 1 < first.senders.length && isAboutSender(error)
        if (!another) throw error
      } finally {
        letter.content.destroy()
        letter = undefined
      }
    }
  } catch (error) {
    throw failed(error, ctx, config)
  } finally {
    letter?.content.destroy()
  }
  signInWorks(ctx)
  return { externalId: first.messageId }
}

async function handOver(
  sender: string,
  { recipients, leastBytes, content }: ComposedLetter,
  ctx: SendingContext,
  options: SmtpOptions,
  inTime: AbortSignal,
): Promise<void> {
  let session: SmtpSession
  try {
    session = await openSmtp(ctx, options, inTime)
  } catch (error) {
    if (ctx.config.authentication !== 'oauth' || !isRefusedSignIn(error)) throw error
    // A token can be revoked before its time: one attempt with a new one tells that from a lost permission.
    forgetAccessToken(ctx)
    session = await openSmtp(ctx, options, inTime)
  }
  await session.send({ sender, recipients, leastBytes, content })
  session.leave()
}

const isRefusedSignIn = (error: unknown): boolean =>
  error instanceof SmtpTrouble && error.stage === 'sign-in' && (error.reply?.code ?? 0) >= 500

/** Enhanced codes that speak of a recipient, whoever sends (RFC 3463 §3.2). */
const ABOUT_RECIPIENT = /^\d{3}[ -]5\.1\.[1-6]\b/

/** How Microsoft's servers refuse a sender, once they have the whole letter. */
const SENDER_DENIED = /\b5\.7\.60\b|\b5\.2\.252\b|SendAsDenied/

/** Refused for good, so nobody has it, and perhaps only because of who sends. */
function isAboutSender(error: unknown): boolean {
  if (!(error instanceof SmtpTrouble)) return false
  if (error.stage === 'content') {
    return error.reply !== undefined && error.reply.code >= 500 && SENDER_DENIED.test(error.reply.text)
  }
  if (error.stage !== 'envelope') return false
  const answers = [error.reply, ...error.refused.map(({ reply }) => reply)].flatMap((one) => one ?? [])
  return answers.length > 0 && answers.every(({ code, text }) => code >= 500 && !ABOUT_RECIPIENT.test(text))
}

function failed(error: unknown, ctx: SendingContext, config: EmailConfig): ConnectorError {
  const outcome = outcomeOfAny(error, config)
  const { facts } = outcome
  if (facts.code === 'bad-credentials') {
    const detail = facts.detail ?? facts.code
    workingSignIns.delete(ctx.channelId)
    refusedSignIns.set(ctx.channelId, {
      fingerprint: fingerprintOf(config),
      untilMs: ctx.clock() + CREDENTIALS_PAUSE_MS,
      detail,
    })
    ctx.reportHealth({ state: 'failing', part: 'sending', code: facts.code, detail })
  }
  return new ConnectorError(facts, { cause: error })
}

/** What any error of ours means; one that nobody foresaw came before anything could have left. */
export function outcomeOfAny(error: unknown, config: EmailConfig): Outcome {
  if (error instanceof SmtpTrouble) return outcomeOf(error, config)
  if (error instanceof ConnectorError) return outcomeOfError(error, config)
  return outcomeOf(new SmtpTrouble('connect', error), config)
}

function refuseKnownSignIn(ctx: SendingContext, config: EmailConfig): void {
  const refused = refusedSignIns.get(ctx.channelId)
  if (!refused) return
  const leftMs = refused.untilMs - ctx.clock()
  if (leftMs <= 0 || refused.fingerprint !== fingerprintOf(config)) return
  throw new ConnectorError({
    code: 'bad-credentials',
    detail: refused.detail,
    retry: 'later',
    delivery: 'not-sent',
    retryAfterMs: leftMs,
  })
}

/** Channels whose sign-in worked since it was last refused. */
const workingSignIns = new Set<string>()

/** What was said of the sign-in is over, also what an earlier process said; once is enough. */
export function signInWorks(ctx: SendingContext): void {
  refusedSignIns.delete(ctx.channelId)
  if (workingSignIns.has(ctx.channelId)) return
  workingSignIns.add(ctx.channelId)
  ctx.reportHealth({ state: 'healthy', part: 'sending' })
}

function fingerprintOf(config: EmailConfig): string {
  const { smtpHost, smtpPort, user, authentication, password, oauthRefreshToken } = config
  const settings = [smtpHost, smtpPort, user, authentication, password, oauthRefreshToken]
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex')
}
