/** Which of a letter's own styles stay: what sets text and tables, nothing that loads, covers, moves or computes. */

const COLOUR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([0-9 ,.%]{1,40}\))$/
const LENGTH = '(?:[0-9]{1,5}(?:\\.[0-9]{1,6})?(?:px|pt|em|rem|ex|ch|%|in|cm|mm|pc)?|auto|0)'
const ONE_LENGTH = new RegExp(`^${LENGTH}$`)
const LENGTHS = new RegExp(`^${LENGTH}(?: ${LENGTH}){0,3}$`)
const FONT_SIZE = new RegExp(`^(?:${LENGTH}|(?:xx?-)?(?:small|large)|medium|smaller|larger)$`)
const LINE_HEIGHT = new RegExp(`^(?:${LENGTH}|normal)$`)
const BORDER = /^[0-9a-z#.,%()]{1,40}(?: [0-9a-z#.,%()]{1,40}){0,4}$/
const FAMILY = /^[\p{L}0-9 ,'"_-]{1,100}$/u
const WORDS = /^[a-z-]{1,30}(?: [a-z-]{1,30}){0,3}$/
const WEIGHT = /^(?:normal|bold|bolder|lighter|[1-9]00)$/
const DISPLAY =
  /^(?:none|block|inline|inline-block|list-item|table|inline-table|table-(?:row|cell|row-group))$/

const sides = (name: string, suffix = ''): readonly string[] =>
  ['top', 'right', 'bottom', 'left'].map((side) => `${name}-${side}${suffix}`)

const entries = (names: readonly string[], value: RegExp): readonly (readonly [string, RegExp])[] =>
  names.map((name) => [name, value])

/** Every pattern is anchored and without nested repetition, so that looking at a value takes time in its length only. */
const ALLOWED: ReadonlyMap<string, RegExp> = new Map([
  ...entries(
    ['color', 'background-color', 'background', 'border-color', ...sides('border', '-color')],
    COLOUR,
  ),
  ...entries(['font-size'], FONT_SIZE),
  ...entries(['font-family'], FAMILY),
  ...entries(['font-weight'], WEIGHT),
  ...entries(['line-height'], LINE_HEIGHT),
  ...entries(['display'], DISPLAY),
  ...entries(
    ['padding', 'margin', 'border-width', 'border-radius', 'border-spacing'].concat(
      sides('padding'),
      sides('margin'),
      sides('border', '-width'),
    ),
    LENGTHS,
  ),
  ...entries(
    [
      'width',
      'height',
      'min-width',
      'max-width',
      'min-height',
      'max-height',
      'letter-spacing',
      'text-indent',
    ],
    ONE_LENGTH,
  ),
  ...entries(['border', ...sides('border')], BORDER),
  ...entries(
    [
      'font-style',
      'font-variant',
      'text-align',
      'text-decoration',
      'text-transform',
      'vertical-align',
      'white-space',
      'word-break',
      'word-wrap',
      'overflow-wrap',
      'list-style-type',
      'border-style',
      'border-collapse',
      'direction',
      'table-layout',
      'float',
      'clear',
    ],
    WORDS,
  ),
])

const MOST_DECLARATIONS = 60
const LONGEST_STYLE = 20_000
const LONGEST_VALUE = 100

/**
 * What of a `style` attribute stays, undefined = nothing. The same again for its own result, and never longer than what
 * it is given.
 * @param first goes before all that the letter says
 */
export function allowedStyle(style: string, first?: string): string | undefined {
  const kept = first === undefined ? [] : [first]
  if (style.length <= LONGEST_STYLE) {
    for (const declaration of style.split(';')) {
      const colon = declaration.indexOf(':')
      if (colon < 0 || kept.length >= MOST_DECLARATIONS) continue
      const name = declaration.slice(0, colon).trim().toLowerCase()
      const value = declaration
        .slice(colon + 1)
        .replace(/!important\s*$/i, '')
        .replace(/\s+/g, ' ')
        .trim()
      const pattern = ALLOWED.get(name)
      if (!pattern || value.length > LONGEST_VALUE) continue
      const said = name === 'font-family' ? value : value.toLowerCase()
      if (pattern.test(said) && !(first && first.startsWith(`${name}:`))) kept.push(`${name}:${said}`)
    }
  }
  return kept.length === 0 ? undefined : kept.join(';')
}
