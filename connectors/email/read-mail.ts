/** A letter taken apart, as the two halves of `parse` see it: one takes apart, the other recognises machines. */

/** One line of the header block; the name in lower case, the value unfolded and decoded, never longer than 64 kB. */
export interface HeaderLine {
  readonly name: string
  readonly value: string
}

/** A leaf of the MIME tree; parts inside an attached `message/rfc822` are not leaves of the outer letter. */
export interface MailPart {
  /** Lower case, without parameters. */
  readonly contentType: string
  /** Parameters of the content type, names in lower case. */
  readonly parameters: Readonly<Record<string, string>>
  readonly disposition?: 'attachment' | 'inline'
  readonly name?: string
  readonly contentId?: string
  /** Transfer encoding removed. */
  readonly bytes: Uint8Array
  /** For `text/*`, `message/*` and calendars: the bytes decoded by their charset, never throwing. */
  readonly text?: string
}

/** What both halves know of a letter. */
export interface ReadMail {
  readonly headers: readonly HeaderLine[]
  /** The content type of the whole, lower case, without parameters. */
  readonly contentType: string
  readonly parameters: Readonly<Record<string, string>>
  /** In the order of the letter. */
  readonly parts: readonly MailPart[]
  /** The plain text a person reads; empty where there is none. Made of the HTML where no text part is. */
  readonly text: string
  readonly html?: string
}
