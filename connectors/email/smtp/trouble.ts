/** How far a letter got: `content` once its first byte was on the way, `file` when it was we who could not go on. */
export type SmtpStage = 'connect' | 'sign-in' | 'envelope' | 'file' | 'content'

/** The code where it was our own patience that ended. */
export const OUT_OF_TIME = 'OUT_OF_TIME'

/** What a server answered. */
export interface SmtpReply {
  readonly code: number
  /** As it came, several lines perhaps, nothing of it trusted. */
  readonly text: string
}

/** A recipient that the server did not take. */
export interface RefusedRecipient {
  readonly address: string
  readonly reply?: SmtpReply
}

/** What went wrong between us and the server, and where. */
export class SmtpTrouble extends Error {
  readonly stage: SmtpStage
  /** The server's answer, where one came. */
  readonly reply: SmtpReply | undefined
  readonly refused: readonly RefusedRecipient[]
  /** Of the system or of nodemailer, such as `ECONNREFUSED` or `EAUTH`. */
  readonly code: string
  readonly command: string

  constructor(stage: SmtpStage, cause: unknown, rejected?: readonly unknown[]) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'SmtpTrouble'
    const facts = factsOf(cause)
    this.stage = stage
    this.reply = replyOf(facts)
    this.refused = (rejected ?? facts.rejectedErrors ?? []).map((error) => {
      const { recipient, ...rest } = factsOf(error)
      const reply = replyOf(rest)
      return { address: String(recipient ?? ''), ...(reply ? { reply } : {}) }
    })
    const late = cause instanceof Error && cause.name === 'TimeoutError'
    this.code = late ? OUT_OF_TIME : String(facts.timeoutType ?? facts.originalCode ?? facts.code ?? '')
    this.command = String(facts.command ?? '')
  }
}

interface Facts {
  readonly response?: unknown
  readonly responseCode?: unknown
  readonly recipient?: unknown
  readonly rejectedErrors?: readonly unknown[]
  readonly code?: unknown
  readonly originalCode?: unknown
  readonly timeoutType?: unknown
  readonly command?: unknown
}

const factsOf = (error: unknown): Facts => (error instanceof Error ? (error as Facts) : {})

function replyOf({ response, responseCode }: Facts): SmtpReply | undefined {
  return typeof response === 'string' && typeof responseCode === 'number'
    ? { code: responseCode, text: response }
    : undefined
}
