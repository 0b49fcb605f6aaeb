/** Marks what this program sends by itself, so that it is known when it comes back. */
export const LOOP_HEADER = 'X-Tributary-Loop'

/**
 * What a letter carries that no person wrote (RFC 3834, section 3.1.7). No `Precedence`: the standard discourages it,
 * and some providers file such letters as advertising. The path back, which must be null, belongs to the envelope.
 */
export function automaticHeaders(): readonly { readonly name: string; readonly value: string }[] {
  return [
    { name: 'Auto-Submitted', value: 'auto-replied' },
    { name: 'X-Auto-Response-Suppress', value: 'All' },
    { name: LOOP_HEADER, value: '1' },
  ]
}
