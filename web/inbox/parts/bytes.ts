import { locale } from '../text/text.ts'

const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })

/** Limits are set in powers of two, and 25 MB shall not read as 26.2. */
const KIB = 1_024

/** `340 kB`, `1.2 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < KIB) return `${bytes} B`
  if (bytes < KIB ** 2) return `${number.format(Math.ceil(bytes / KIB))} kB`
  return `${number.format(bytes / KIB ** 2)} MB`
}
