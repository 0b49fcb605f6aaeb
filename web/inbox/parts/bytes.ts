import { locale } from '../text/text.ts'

const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })

/** `340 kB`, `1.2 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${number.format(Math.round(bytes / 1_000))} kB`
  return `${number.format(bytes / 1_000_000)} MB`
}
