declare const verifiedBrand: unique symbol

/** A request exactly as it came in: nothing parsed, nothing lost. */
export interface RawRequest {
  readonly method: string
  /** Path and query as sent. */
  readonly url: string
  /** The address the platform believes it calls: the configured public URL and `url`. */
  readonly publicUrl: string
  /** Names in lower case; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly receivedAtMs: number
}

/** What the journal keeps of a request and hands to `parse`: no credentials. */
export interface JournaledRequest {
  readonly body: Uint8Array
  readonly contentType: string
  /** What `verify` learned and `parse` needs, such as the visitor's id; plain text, kept with the entry. */
  readonly facts: Readonly<Record<string, string>>
  readonly receivedAtMs: number
}

/** A request whose signature held. Only {@link verified} makes one, so unverified input cannot be parsed. */
export type Verified<T> = T & { readonly [verifiedBrand]: true }

/** Marks a request as verified. Called by a connector's `verify` after the signature held, and by the journal on replay. */
export function verified(request: JournaledRequest): Verified<JournaledRequest> {
  return request as Verified<JournaledRequest>
}

/** What `verify` answers: the verified request with its delivery key, or why it was refused. */
export type Verification =
  | {
      readonly ok: true
      readonly request: Verified<JournaledRequest>
      /** The same at every redelivery of the same thing, different otherwise; a digest of the body when left out. */
      readonly deliveryKey?: string
      /** Who sends, for rate limits; the channel as a whole when left out. */
      readonly sender?: string
      /** Set when `parse` would make nothing durable of it: acknowledged at once, never journaled. */
      readonly handshake?: WebhookAnswer
    }
  | {
      readonly ok: false
      readonly code: 'invalid-signature' | 'invalid-token' | 'invalid-input' | 'unsupported-content-type'
      readonly detail?: string
      readonly field?: string
    }

/** What the platform gets as an answer. */
export interface WebhookAnswer {
  readonly status: number
  readonly contentType?: string
  readonly body?: string
}
