/** What "Test connection" found. */
export type CheckResult =
  | { readonly ok: true; readonly detail?: string }
  | { readonly ok: false; readonly code: string; readonly detail: string; readonly field?: string }
