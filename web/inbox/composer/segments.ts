import type { SegmentRules } from '../../../src/domain/text-segments.ts'

/** What a text costs where texts are paid for by the segment. */
export interface SegmentCount {
  /** 0 for an empty text. */
  readonly segments: number
  /** What still fits into the last one, in its own units. */
  readonly left: number
  readonly encoding: 'gsm7' | 'ucs2'
  /** The first character that makes it the dearer alphabet. */
  readonly because?: string
}

/** The default alphabet of 3GPP TS 23.038 §6.2.1, but for the escape. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Its extension table (§6.2.1.1): each takes two places. */
const EXTENDED = new Set('\f^{}\\[~]|€')

/**
 * Counts segments while one types, as the server does when it sends: `segments.test.ts` compares the two. The browser
 * takes only types of the core.
 */
export function segmentsOf(text: string, rules: SegmentRules): SegmentCount {
  const characters = [...text]
  const because = characters.find((character) => !BASIC.has(character) && !EXTENDED.has(character))
  const encoding = because === undefined ? 'gsm7' : 'ucs2'
  const { single, each } = rules[encoding]
  const widths = characters.map((character) =>
    encoding === 'ucs2' ? character.length : EXTENDED.has(character) ? 2 : 1,
  )
  const units = widths.reduce((sum, width) => sum + width, 0)
  const kind = { encoding, ...(because === undefined ? {} : { because }) } as const
  if (units <= single) return { segments: units === 0 ? 0 : 1, left: single - units, ...kind }
  let segments = 1
  let used = 0
  for (const width of widths) {
    if (used + width > each) {
      segments += 1
      used = 0
    }
    used += width
  }
  return { segments, left: Math.max(0, each - used), ...kind }
}
