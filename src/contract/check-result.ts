/** What "Test connection" found. */
export type CheckResult =
  | {
      readonly ok: true
      readonly detail?: string
      /** What somebody still has to do before messages come in, in words: it works, but not wholly. */
      readonly remains?: string
    }
  | { readonly ok: false; readonly code: string; readonly detail: string; readonly field?: string }
