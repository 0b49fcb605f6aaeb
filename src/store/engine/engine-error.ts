/** Why the embedded engine cannot serve. */
export type EngineFailure =
  | 'unsupported-platform'
  | 'package-missing'
  | 'data-folder-unwritable'
  | 'data-folder-in-use'
  | 'open-failed'

/**
 * The embedded engine cannot start. The message is one line that says what to do; the starter prints it and
 * leaves with `exitCode`.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly reason: EngineFailure
  readonly exitCode: number

  constructor(reason: EngineFailure, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    // 69 and 73…75 are the sysexits meanings "unavailable", "cannot create" and "try again later".
    this.exitCode = EXIT_CODES[reason]
  }
}

const EXIT_CODES: Readonly<Record<EngineFailure, number>> = {
  'unsupported-platform': 69,
  'package-missing': 69,
  'data-folder-unwritable': 73,
  'data-folder-in-use': 75,
  'open-failed': 70,
}

/** The end of every message whose cure is a database of one's own. */
export const USE_OWN_MONGODB = 'set MONGODB_URI to a MongoDB server instead'
