/** What the session hands to the journal of one letter, and `parse` reads from it: the seam between the two. */

/** A letter whole, as the mailbox has it (RFC 5322). */
export const WHOLE_LETTER = 'message/rfc822'
/** A letter too large to be taken whole: a {@link PartialLetter} as JSON. */
export const PARTIAL_LETTER = 'application/vnd.tributary.partial-letter+json'

/** Facts beside a letter. All are texts, since the journal keeps them as such. */
export interface LetterFacts {
  /** The folder's path. */
  readonly mailbox: string
  readonly uidValidity: string
  readonly uid: string
  /** When the mailbox got it, milliseconds since the epoch. */
  readonly internalDateMs: string
  /** Bytes of the whole letter. */
  readonly sizeBytes: string
  /** The channel's own addresses, lower case, separated by spaces; the first one is the sender's. */
  readonly ownAddresses: string
  /** Names of the servers whose Authentication-Results are believed, separated by spaces; may be empty. */
  readonly authservIds: string
  /** What a check of our own found, as JSON of the domain's LetterAuthentication; empty = none was made. */
  readonly checked: string
}

/** What was taken of a large letter. */
export interface PartialLetter {
  /** The header block as it came, base64. */
  readonly headers: string
  /** Text and HTML bodies that fit, as their bytes came (still transfer-encoded), base64. */
  readonly bodies: readonly {
    readonly contentType: string
    readonly charset: string
    readonly encoding: string
    readonly content: string
    /** Cut at the limit. */
    readonly cut: boolean
  }[]
  /** What lies in the mailbox still. `ref` is what `fetchAttachment` gets. */
  readonly files: readonly {
    readonly ref: string
    readonly name: string
    readonly contentType: string
    readonly sizeBytes: number
    readonly contentId?: string
  }[]
}
