/** The settings of a mailbox, as the fields in `settings.ts` describe them: validated, defaults filled in. */
export type EmailConfig = {
  /** Fills in hosts, ports and the token endpoint; `other` leaves all of them to the person. */
  readonly provider: 'other' | 'gmail' | 'microsoft'
  /** The sender's address; local part and domain in lower case. */
  readonly fromAddress: string
  readonly fromName: string
  /** Further addresses that this mailbox gets mail for. */
  readonly aliases: readonly string[]
  readonly signature: string
  readonly user: string
  readonly authentication: 'password' | 'oauth'
  readonly password?: string
  readonly oauthTokenEndpoint: string
  readonly oauthClientId: string
  readonly oauthClientSecret?: string
  readonly oauthRefreshToken?: string
  readonly oauthScope: string
  readonly imapHost: string
  readonly imapPort: number
  readonly imapSecurity: 'tls' | 'starttls' | 'none'
  readonly folder: string
  /** On the first connection. */
  readonly importFrom: 'now' | 'days'
  readonly importDays: number
  /** Larger letters are taken without their files. At most 13. */
  readonly wholeMegabytes: number
  readonly smtpHost: string
  readonly smtpPort: number
  readonly smtpSecurity: 'tls' | 'starttls' | 'none'
  /** The server delivers `local+anything@domain` to this mailbox. */
  readonly plusAddressing: boolean
  /** Put a copy of what is sent into the folder of sent mail; servers of some providers do so themselves. */
  readonly saveSent: boolean
  readonly sameSubjectDays: number
  /** Servers whose Authentication-Results are believed. */
  readonly authservIds: readonly string[]
  /** Check DKIM and DMARC ourselves where no trusted server says. */
  readonly checkAuthentication: boolean
  readonly dkimDomain: string
  readonly dkimSelector: string
  readonly dkimPrivateKey?: string
}
