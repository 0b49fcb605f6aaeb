import type { ConfigField } from '../../src/contract/config-field.ts'
import type { ConfigValue } from '../../src/domain/commands.ts'

/** What the fields of a settings form hold: text as typed, booleans as booleans. */
export type ConfigInputs = Readonly<Record<string, string | boolean>>

/** What is wrong with a field; the screens have the words. */
export type ConfigFault =
  | { readonly kind: 'required' }
  | { readonly kind: 'pattern'; readonly help?: string | undefined }
  | { readonly kind: 'too-long'; readonly most: number }
  | { readonly kind: 'number' }
  | { readonly kind: 'range'; readonly low?: number | undefined; readonly high?: number | undefined }

const LONGEST = 2_000

const linesOf = (typed: string): string[] =>
  typed
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** What a form begins with: the stored settings, else the defaults. A secret always begins empty. */
export function initialInputs(
  fields: readonly ConfigField[],
  stored: Readonly<Record<string, ConfigValue>> = {},
): ConfigInputs {
  return Object.fromEntries(fields.map((field) => [field.key, inputOf(field, stored[field.key])]))
}

function inputOf(field: ConfigField, stored: ConfigValue | undefined): string | boolean {
  if (field.kind === 'secret') return ''
  const value = stored ?? field.default
  if (field.kind === 'boolean') return value === true
  if (value === undefined)
    return field.kind === 'select' && field.required ? (field.options?.[0]?.value ?? '') : ''
  return Array.isArray(value) ? value.join('\n') : String(value)
}

/** Whether a field is shown, given what the others hold. */
export function isShown({ showWhen = [] }: ConfigField, inputs: ConfigInputs): boolean {
  return [showWhen]
    .flat()
    .every(({ key, equals }) => [equals].flat().some((one) => String(inputs[key] ?? '') === String(one)))
}

/**
 * What is wrong with a field. The server checks the same from the same list and has the last word.
 * @param secretSet whether a value is stored already, for secrets, which are never sent back
 */
export function faultOf(
  field: ConfigField,
  inputs: ConfigInputs,
  secretSet = false,
): ConfigFault | undefined {
  const typed = inputs[field.key]
  if (!isShown(field, inputs) || typeof typed === 'boolean') return undefined
  const text = (typed ?? '').trim()
  if (text === '') {
    const given = field.kind === 'secret' && (secretSet || field.generated === true)
    return field.required && !given ? { kind: 'required' } : undefined
  }
  if (field.kind === 'number') return numberFault(field, text)
  return linesFault(field, field.kind === 'list' ? linesOf(text) : [text])
}

function numberFault({ minimum, maximum }: ConfigField, text: string): ConfigFault | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return { kind: 'number' }
  const outside = (minimum !== undefined && value < minimum) || (maximum !== undefined && value > maximum)
  return outside ? { kind: 'range', low: minimum, high: maximum } : undefined
}

function linesFault(field: ConfigField, lines: readonly string[]): ConfigFault | undefined {
  const most = field.maxLength ?? LONGEST
  if (lines.some((line) => line.length > most)) return { kind: 'too-long', most }
  if (field.pattern) {
    const pattern = new RegExp(`^(?:${field.pattern})$`, 'u')
    if (!lines.every((line) => pattern.test(line))) return { kind: 'pattern', help: field.patternHelp }
  }
  return undefined
}

/** The settings to send: hidden fields and empty secrets are left out. */
export function configOf(fields: readonly ConfigField[], inputs: ConfigInputs): Record<string, ConfigValue> {
  const config: Record<string, ConfigValue> = {}
  for (const field of fields) {
    const typed = inputs[field.key]
    if (typed === undefined || !isShown(field, inputs)) continue
    if (typeof typed === 'boolean') config[field.key] = typed
    else if (field.kind === 'list') config[field.key] = linesOf(typed)
    else if (typed.trim() !== '') config[field.key] = field.kind === 'number' ? Number(typed) : typed.trim()
    else if (!field.required && isEmptiable(field)) config[field.key] = ''
  }
  return config
}

/** An emptied text says "nothing"; an empty number, choice or secret says "as it was". */
const isEmptiable = ({ kind, pattern }: ConfigField): boolean =>
  (kind === 'text' || kind === 'textarea' || kind === 'channel') && pattern === undefined
