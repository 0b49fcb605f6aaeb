/** A person's address as a letter names it. */
export interface LetterAddress {
  /** Lower case where the platform does not tell upper and lower apart. */
  readonly address: string
  readonly name?: string
}

/**
 * Why a machine, not a person, wrote it: no automatic message may answer it, and nobody is given it as work.
 * `report` = a delivery report that names no message of ours, `own` = sent by this very channel's address,
 * `loop` = it has been here before.
 */
export const AUTOMATIC_KINDS = [
  'auto-reply',
  'out-of-office',
  'list',
  'bulk',
  'report',
  'own',
  'loop',
] as const
/** One of {@link AUTOMATIC_KINDS}. */
export type AutomaticKind = (typeof AUTOMATIC_KINDS)[number]

/** What one way of proving a sender found. */
export type AuthenticationResult = 'pass' | 'fail' | 'none'

/** Whether the letter is from whom it says: found by a server that the channel trusts, or by ourselves. */
export interface LetterAuthentication {
  readonly spf: AuthenticationResult
  readonly dkim: AuthenticationResult
  readonly dmarc: AuthenticationResult
  /** Who looked: the trusted server's name, or `tributary`. */
  readonly by: string
}

/** Everybody a letter names. */
export interface LetterParticipants {
  readonly from: LetterAddress
  readonly replyTo: readonly LetterAddress[]
  readonly to: readonly LetterAddress[]
  readonly cc: readonly LetterAddress[]
  readonly bcc: readonly LetterAddress[]
}

/** What a letter has beside its text, on channels whose messages are letters. Instants are milliseconds. */
export interface Letter extends LetterParticipants {
  readonly subject?: string
  /** As the sender dated it. */
  readonly sentAtMs?: number
  /** A formatted body can be read beside the text. */
  readonly hasHtml: boolean
  /** The message's text is only what is new; quoted history can be read beside it. */
  readonly hasQuoted: boolean
  /** The raw source is kept. */
  readonly hasSource: boolean
  readonly authentication?: LetterAuthentication
  readonly automatic?: AutomaticKind
  readonly spam?: boolean
  /** Written by somebody else than those whom the conversation is with. */
  readonly stranger?: boolean
  /** Who wrote what this letter forwards, as far as it can be told: a claim of whoever forwarded it. */
  readonly forwardedFrom?: LetterAddress
  /** Too large to be taken whole: its files are fetched when somebody wants them. */
  readonly partial?: boolean
  /** It could not be read as a letter; the raw source is kept whole. */
  readonly broken?: boolean
}

/**
 * Why a conversation was filed away unseen: nobody is to work on it unless a person says so. Such a conversation is
 * `resolved`, is not routed, and stands in a view of its own.
 */
export const FILED_REASONS = ['spam', 'automatic'] as const
/** One of {@link FILED_REASONS}. */
export type FiledReason = (typeof FILED_REASONS)[number]
