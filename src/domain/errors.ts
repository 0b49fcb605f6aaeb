/** The class of an error; `src/http` alone knows which HTTP status each has. */
export type ErrorCategory =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'wrong-method'
  | 'conflict'
  | 'too-large'
  | 'unsupported-type'
  | 'refused'
  | 'rate-limited'
  | 'unavailable'
  | 'internal'

/**
 * Every error an interface may answer: code → category and a title that says what is wrong in plain words.
 * The documentation lists exactly these; a test compares the two.
 */
export const ERROR_CATALOGUE = {
  'malformed-json': { category: 'invalid', title: 'The body is not valid JSON' },
  'invalid-input': { category: 'invalid', title: 'A field has a wrong value' },
  'invalid-policy': { category: 'invalid', title: 'The distribution cannot work like this' },
  'invalid-id': { category: 'invalid', title: 'The id has a wrong form' },
  'invalid-cursor': { category: 'invalid', title: 'The cursor is not one of ours' },
  'sign-in-required': { category: 'unauthenticated', title: 'Sign in first' },
  'wrong-credentials': { category: 'unauthenticated', title: 'The address, password or code is wrong' },
  'second-factor-required': { category: 'unauthenticated', title: 'The code of the second factor is needed' },
  'invalid-token': { category: 'unauthenticated', title: 'The token is not valid, or no longer' },
  'invalid-signature': {
    category: 'unauthenticated',
    title: 'The request is not signed as this channel asks',
  },
  'permission-denied': { category: 'forbidden', title: 'Your role does not allow this' },
  'origin-not-allowed': { category: 'forbidden', title: 'The request comes from a site that is not allowed' },
  'set-up-done': { category: 'forbidden', title: 'The set-up is done; its link is used up' },
  'identity-not-proven': { category: 'forbidden', title: 'The visitor’s identity is not signed by the site' },
  'not-found': { category: 'not-found', title: 'There is no such thing, or you may not see it' },
  'method-not-allowed': { category: 'wrong-method', title: 'This address does not know that method' },
  'version-conflict': { category: 'conflict', title: 'Somebody changed it in the meantime; read it again' },
  'already-exists': { category: 'conflict', title: 'It exists already' },
  'in-use': { category: 'conflict', title: 'It is still in use' },
  'last-owner': { category: 'conflict', title: 'A workspace needs an active owner' },
  'channel-paused': { category: 'conflict', title: 'The channel is paused' },
  'not-retryable': { category: 'conflict', title: 'Only a failed or uncertain message can be sent again' },
  'request-too-large': { category: 'too-large', title: 'The request is too large' },
  'attachment-too-large': { category: 'too-large', title: 'The file is too large' },
  'unsupported-content-type': {
    category: 'unsupported-type',
    title: 'This content type is not accepted here',
  },
  'attachment-type': { category: 'unsupported-type', title: 'Files of this type are not accepted' },
  'idempotency-mismatch': { category: 'refused', title: 'The same key came with another body' },
  'message-refused': { category: 'refused', title: 'The channel cannot carry this message' },
  'channel-check-failed': { category: 'refused', title: 'The connection test failed' },
  'rate-limited': { category: 'rate-limited', title: 'Too many requests; wait a little' },
  'locked-out': { category: 'rate-limited', title: 'Too many failed attempts; wait a while' },
  'platform-refused': { category: 'refused', title: 'The platform does not do this' },
  'platform-unavailable': { category: 'unavailable', title: 'The platform cannot be reached just now' },
  'remote-unavailable': {
    category: 'unavailable',
    title: 'Another server does not give this, or gives what may not be shown',
  },
  unavailable: { category: 'unavailable', title: 'The database cannot be reached just now' },
  internal: { category: 'internal', title: 'Something went wrong on our side' },
} as const satisfies Record<string, { readonly category: ErrorCategory; readonly title: string }>

/** A code of {@link ERROR_CATALOGUE}. */
export type ErrorCode = keyof typeof ERROR_CATALOGUE

/** What makes an answer useful beyond its code. Shown to the caller: never put a secret here. */
export interface ErrorDetails {
  /** What is wrong with this very request, in a sentence. */
  readonly detail?: string
  /** The field at fault, as a path such as `attachments.0`. */
  readonly field?: string
  /** Every field at fault when there are several. */
  readonly errors?: readonly { readonly field: string; readonly message: string; readonly code?: string }[]
  /** Seconds to wait before trying again. */
  readonly retryAfterSeconds?: number
  /** Further members of the problem document, such as `limit` or `reason`. */
  readonly members?: Readonly<Record<string, string | number | boolean>>
}

/** The one error that services throw at their callers; its code is of the catalogue. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.detail ?? ERROR_CATALOGUE[code].title)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  get category(): ErrorCategory {
    return ERROR_CATALOGUE[this.code].category
  }
}
