import type { Check } from './kit-subject.ts'

/** WCAG 2.2, 1.4.11: what one must see to tell things apart. */
const LEAST_CONTRAST = 3
/** More than a small drawing needs. */
const LONGEST_PATH = 600

const channel = (hex: string): number => {
  const value = Number.parseInt(hex, 16) / 255
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(color: string): number {
  const [red = '', green = '', blue = ''] = [color.slice(1, 3), color.slice(3, 5), color.slice(5, 7)]
  return 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
}

const isDrawable: Check = ({ connector: { mark } }) => {
  if (!mark) return []
  const { path, color } = mark
  const found: string[] = []
  if (!/^M[\dMLHVCSQTAZ.,\s-]+$/i.test(path) || path.length > LONGEST_PATH)
    found.push(`its mark is no path of a small drawing: ${path.slice(0, 80)}`)
  if (!/^#[\da-f]{6}$/.test(color)) found.push(`its mark has no colour of the form #rrggbb: ${color}`)
  else {
    const contrast = 1.05 / (luminance(color) + 0.05)
    if (contrast < LEAST_CONTRAST) found.push(`white on ${color} is hard to see: ${contrast.toFixed(1)} to 1`)
  }
  return found
}

/** What people recognise a kind of channel by. */
export const MARK_CHECKS: Readonly<Record<string, Check>> = {
  'its mark can be drawn and seen': isDrawable,
}
