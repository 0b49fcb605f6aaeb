import type { MessageTemplate } from '../../../src/domain/message-template.ts'

/** A stretch of a template: as it stands, or a gap. */
export type TemplatePiece =
  | { readonly kind: 'text'; readonly text: string }
  /** @property value what was filled in; absent while the gap is open */
  | { readonly kind: 'gap'; readonly key: string; readonly value?: string; readonly example?: string }

type Values = Readonly<Record<string, string>>
type Worded = Pick<MessageTemplate, 'body' | 'variables'>

const GAP = /\{\{([^{}]{1,200})\}\}/gu

const filled = (values: Values, key: string): string =>
  Object.hasOwn(values, key) ? (values[key] ?? '') : ''

/** A template cut at its gaps, as far as they are filled. What stands in a value is never taken for a gap. */
export function templatePieces({ body, variables }: Worded, values: Values): readonly TemplatePiece[] {
  const examples = new Map(variables.map(({ key, example }) => [key, example]))
  const pieces: TemplatePiece[] = []
  let end = 0
  for (const match of body.matchAll(GAP)) {
    if (match.index > end) pieces.push({ kind: 'text', text: body.slice(end, match.index) })
    const key = (match[1] ?? '').trim()
    const value = filled(values, key)
    const example = examples.get(key)
    pieces.push({
      kind: 'gap',
      key,
      ...(value.trim() === '' ? {} : { value }),
      ...(example === undefined ? {} : { example }),
    })
    end = match.index + match[0].length
  }
  if (end < body.length) pieces.push({ kind: 'text', text: body.slice(end) })
  return pieces
}

/** The gaps that are still open, in the order of the template's variables. */
export const openGaps = (
  { variables }: Pick<MessageTemplate, 'variables'>,
  values: Values,
): readonly string[] => variables.map(({ key }) => key).filter((key) => filled(values, key).trim() === '')

/** What the customer reads, with open gaps as the template has them. */
export const templateText = (template: Worded, values: Values): string =>
  templatePieces(template, values)
    .map((piece) => (piece.kind === 'text' ? piece.text : (piece.value ?? `{{${piece.key}}}`)))
    .join('')

/** The templates that hold all words of a search in their name or text, and are of a language; empty = of any. */
export function searchTemplates(
  templates: readonly MessageTemplate[],
  search: string,
  language: string,
): readonly MessageTemplate[] {
  const words = search.toLowerCase().split(/\s+/u).filter(Boolean)
  return templates.filter((template) => {
    const spoken =
      `${template.name.replaceAll(/[_-]/gu, ' ')} ${template.name} ${template.body}`.toLowerCase()
    return (language === '' || template.language === language) && words.every((word) => spoken.includes(word))
  })
}
