type Rgb = readonly [number, number, number]

const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]

/** Colours come as `#rrggbb`; anything else is black. */
function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

/** Relative luminance as WCAG 2 defines it. */
function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) =>
    part < 11 ? part / 3295 : ((part + 14.025) / 269.025) ** 2.4,
  ) as unknown as Rgb
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Rgb, two: Rgb): number {
  const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const written = (color: Rgb): string =>
  `#${color.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** Luminance up to which white reads on a colour with 4.5 to 1; on anything lighter black has 4.6 and more. */
const LIGHTEST_UNDER_WHITE = 0.1833

/** Black or white, whichever reads on this colour: at least 4.5 to 1 on every colour there is. */
export const textOn = (color: string): '#fff' | '#000' =>
  luminance(parse(color)) <= LIGHTEST_UNDER_WHITE ? '#fff' : '#000'

/** The colour, moved towards black or white until it reads as text on this surface (4.5 to 1). */
export function accentOn(color: string, surface: string): string {
  const [rgb, ground] = [parse(color), parse(surface)]
  const goal = luminance(ground) > 0.2 ? BLACK : WHITE
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = rgb.map((part, index) => part + ((goal[index] ?? 0) - part) * share) as unknown as Rgb
    if (contrast(mixed, ground) >= 4.5) return written(mixed)
  }
  return written(goal)
}
