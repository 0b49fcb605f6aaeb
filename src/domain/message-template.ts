/** A message that the platform has approved beforehand, which may go out when free text may not. */
export interface MessageTemplate {
  /** The platform's id. */
  readonly id: string
  readonly name: string
  /** BCP 47, as the platform says it. */
  readonly language: string
  readonly category?: string
  /** What the customer reads, with its gaps as `{{key}}`. */
  readonly body: string
  /** In the order of their first appearance in the body. */
  readonly variables: readonly { readonly key: string; readonly example?: string }[]
  /** Labels of buttons below the text. */
  readonly buttons: readonly string[]
  /** Files that come with it, by their names or addresses; for showing only. */
  readonly media: readonly string[]
  /** Why it cannot be sent now, in words; absent when it can. */
  readonly unusable?: string
}

/** A template as an agent filled it in. */
export interface FilledTemplate {
  readonly id: string
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
}

/** A template's text with its gaps filled, or the keys that nothing was given for. */
export type FilledText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missing: readonly string[] }

const GAP = /\{\{([^{}]{1,200})\}\}/g

/**
 * What the customer reads. Each gap is filled once: what stands in a value is never taken for a gap. Blank values
 * count as missing, in the order of the template's variables.
 */
export function fillTemplate(
  { body, variables }: Pick<MessageTemplate, 'body' | 'variables'>,
  values: FilledTemplate['variables'],
): FilledText {
  const valueOf = (key: string): string => (Object.hasOwn(values, key) ? (values[key] ?? '') : '')
  const keys = new Set([...variables.map(({ key }) => key), ...gapsOf(body)])
  const missing = [...keys].filter((key) => valueOf(key).trim() === '')
  if (missing.length > 0) return { ok: false, missing }
  return { ok: true, text: body.replace(GAP, (_, key: string) => valueOf(key.trim())) }
}

/** The keys of a template's gaps, each once, in the order of their first appearance. */
export function gapsOf(body: string): readonly string[] {
  return [...new Set(Array.from(body.matchAll(GAP), ([, key = '']) => key.trim()))]
}
