/** How a platform cuts texts into segments that are paid for one by one (3GPP TS 23.038, 23.040). */
export interface SegmentRules {
  /** Septets of a text that is one segment, and of each of several. */
  readonly gsm7: { readonly single: number; readonly each: number }
  /** UTF-16 units of a text that is one segment, and of each of several. */
  readonly ucs2: { readonly single: number; readonly each: number }
}

/** What a text costs. */
export interface SegmentCount {
  /** 0 for an empty text. */
  readonly segments: number
  /** Septets or UTF-16 units of the whole text. */
  readonly units: number
  /** What still fits into the last segment, in the same units. */
  readonly left: number
  readonly encoding: 'gsm7' | 'ucs2'
}

/** The default alphabet of TS 23.038 §6.2.1, but for the escape. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table of §6.2.1.1: an escape goes before each. */
const EXTENDED = new Set('\f^{}\\[~]|€')

/**
 * Counts the segments of a text. One character outside the GSM alphabet makes all of it UCS-2. Neither an escape and
 * its character nor the halves of a surrogate pair are ever parted, so a segment may end one unit early.
 */
export function countSegments(text: string, rules: SegmentRules): SegmentCount {
  const characters = [...text]
  const gsm7 = characters.every((character) => BASIC.has(character) || EXTENDED.has(character))
  const encoding = gsm7 ? 'gsm7' : 'ucs2'
  const widthOf = gsm7
    ? (character: string): number => (EXTENDED.has(character) ? 2 : 1)
    : (character: string): number => character.length
  const { single, each } = rules[encoding]
  const widths = characters.map(widthOf)
  const units = widths.reduce((sum, width) => sum + width, 0)
  if (units <= single) return { segments: units === 0 ? 0 : 1, units, left: single - units, encoding }
  let segments = 1
  let used = 0
  for (const width of widths) {
    if (used + width > each) {
      segments += 1
      used = 0
    }
    used += width
  }
  return { segments, units, left: Math.max(0, each - used), encoding }
}
