/** How a platform cuts texts into segments that are paid for one by one (3GPP TS 23.038, 23.040). */
export interface SegmentRules {
  /** Septets of a text that is one segment, and of each of several. */
  readonly gsm7: { readonly single: number; readonly each: number }
  /** UTF-16 units of a text that is one segment, and of each of several. */
  readonly ucs2: { readonly single: number; readonly each: number }
}
