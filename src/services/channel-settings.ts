import { randomBytes } from 'node:crypto'
import type { ConfigField, ConfigValues } from '../contract/config-field.ts'
import type { ConfigValue } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { StoredSetting } from '../store/channel-store.ts'
import type { SecretBox } from './secret-box.ts'

/** Longest text where a field names no limit. */
const DEFAULT_MAX_LENGTH = 2_000
const LIST_MAX_LINES = 200
const COLOR = /^#[0-9a-fA-F]{6}$/
const CHANNEL_ID = /^[0-9a-f]{24}$/

type Values = Record<string, ConfigValue | undefined>
type Fault = { readonly field: string; readonly message: string }

/** A fresh generated secret: 32 random bytes, written as its field says. */
export const generateSetting = ({ generatedAs }: Pick<ConfigField, 'generatedAs'>): string =>
  generatedAs === 'whsec'
    ? `whsec_${randomBytes(32).toString('base64')}`
    : randomBytes(32).toString('base64url')

/**
 * Checks settings against a connector's fields: what was given, what stands already, defaults and generated secrets.
 * @param existing the settings in force; empty for a new channel
 * @returns every setting, secrets in clear text
 * @throws AppError `invalid-input` with one line for each field at fault
 */
export function validateSettings(
  fields: readonly ConfigField[],
  given: Readonly<Record<string, ConfigValue>>,
  existing: ConfigValues = {},
): Values {
  const faults: Fault[] = []
  const known = new Map(fields.map((field) => [field.key, field]))
  for (const key of Object.keys(given)) {
    if (!known.has(key)) faults.push({ field: `config.${key}`, message: 'This channel has no such setting.' })
  }
  const values: Values = Object.create(null) as Values
  for (const field of fields) {
    const value = settle(field, given, existing)
    const fault = faultOfSecret(field, given) ?? (value === undefined ? undefined : faultOf(field, value))
    if (fault !== undefined) faults.push({ field: `config.${field.key}`, message: fault })
    values[field.key] = value
  }
  for (const field of fields) {
    if (!field.required || !isShown(field, values) || !isEmpty(values[field.key])) continue
    faults.push({ field: `config.${field.key}`, message: `${field.label} is needed.` })
  }
  if (faults.length > 0) {
    throw new AppError('invalid-input', {
      detail: faults[0]?.message ?? '',
      field: faults[0]?.field ?? 'config',
      errors: faults,
    })
  }
  return values
}

/** What a field holds after the change: the given value, else the one in force, else the default. */
function settle(
  field: ConfigField,
  given: Readonly<Record<string, ConfigValue>>,
  existing: ConfigValues,
): ConfigValue | undefined {
  const { key, kind } = field
  // Own members only: every object has a `constructor`.
  const present = Object.hasOwn(given, key) ? given[key] : undefined
  const kept = Object.hasOwn(existing, key) ? existing[key] : undefined
  if (kind === 'secret') {
    // A form sends back what it was shown: `true` for a secret that is set, nothing for one left alone.
    if (typeof present === 'string' && present !== '') return present
    if (typeof kept === 'string' && kept !== '') return kept
    return field.generated ? generateSetting(field) : undefined
  }
  if (present !== undefined) return normalised(present)
  return kept ?? field.default
}

function normalised(value: ConfigValue): ConfigValue {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map((line: string) => line.trim()).filter((line) => line !== '')
  return value
}

const isEmpty = (value: ConfigValue | undefined): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

function isShown({ showWhen = [] }: ConfigField, values: Values): boolean {
  return [showWhen].flat().every(({ key, equals }) => [equals].flat().some((one) => values[key] === one))
}

/** Beside text, a secret is sent back as the form was shown it: whether there is one. */
function faultOfSecret(
  { key, kind, label }: ConfigField,
  given: Readonly<Record<string, ConfigValue>>,
): string | undefined {
  const present = kind === 'secret' && Object.hasOwn(given, key) ? given[key] : undefined
  return present === undefined || ['string', 'boolean'].includes(typeof present)
    ? undefined
    : `${label} must be text.`
}

function faultOf(field: ConfigField, value: ConfigValue): string | undefined {
  switch (field.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `${field.label} must be on or off.`
    case 'number':
      return numberFault(field, value)
    case 'list':
      if (!Array.isArray(value)) return `${field.label} must be a list of lines.`
      if (value.length > LIST_MAX_LINES) return `${field.label} has more than ${LIST_MAX_LINES} lines.`
      return value.map((line: string) => textFault(field, line)).find((fault) => fault !== undefined)
    default:
      return typeof value === 'string' ? textFault(field, value) : `${field.label} must be text.`
  }
}

function numberFault({ label, minimum, maximum }: ConfigField, value: ConfigValue): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return `${label} must be a number.`
  if (minimum !== undefined && value < minimum) return `${label} must be at least ${minimum}.`
  if (maximum !== undefined && value > maximum) return `${label} must be at most ${maximum}.`
  return undefined
}

function textFault(field: ConfigField, text: string): string | undefined {
  const { label, kind, pattern, maxLength = DEFAULT_MAX_LENGTH } = field
  if (text === '') return undefined
  if (text.length > maxLength) return `${label} is longer than ${maxLength} characters.`
  if (text.includes('\u0000')) return `${label} holds a NUL character.`
  if (kind === 'select' && !(field.options ?? []).some((option) => option.value === text)) {
    return `${label} must be one of the choices.`
  }
  if (kind === 'color' && !COLOR.test(text)) return `${label} must be a color such as #1a7f64.`
  if (kind === 'channel' && !CHANNEL_ID.test(text)) return `${label} must be one of the channels.`
  if (kind === 'url' && !isWebAddress(text))
    return `${label} must be an address that starts with https:// or http://.`
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 'u').test(text)) {
    return field.patternHelp ?? `${label} has a wrong form.`
  }
  return undefined
}

function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === ''
}

const contextOf = (channelId: ChannelId, key: string): string => `channel:${channelId}:${key}`

/** Settings as they are stored: secrets sealed to this channel and key. */
export function sealSettings(
  fields: readonly ConfigField[],
  channelId: ChannelId,
  values: Values,
  box: SecretBox,
): readonly StoredSetting[] {
  return fields.flatMap(({ key, kind }): StoredSetting[] => {
    const value = values[key]
    if (value === undefined) return []
    if (kind !== 'secret') return [{ key, value }]
    return [{ key, sealed: sealSetting(channelId, key, String(value), box) }]
  })
}

/** One secret as it is stored; see {@link sealSettings}. */
export const sealSetting = (channelId: ChannelId, key: string, value: string, box: SecretBox): string =>
  box.seal(value, contextOf(channelId, key))

/**
 * Settings as a connector gets them: defaults filled in, secrets in clear text.
 * @param as `set`: those that the connector has replaced by itself, as a person had set them
 */
export function openSettings(
  fields: readonly ConfigField[],
  channel: { readonly id: ChannelId; readonly settings: readonly StoredSetting[] },
  box: SecretBox,
  as: 'used' | 'set' = 'used',
): ConfigValues {
  const stored = new Map(channel.settings.map((setting) => [setting.key, setting]))
  return Object.fromEntries(
    fields.map(({ key, kind, default: fallback }) => {
      const setting = stored.get(key)
      if (setting === undefined) return [key, kind === 'secret' ? undefined : fallback]
      if ('sealed' in setting && setting.sealed !== undefined) {
        const sealed = as === 'set' ? (setting.origin ?? setting.sealed) : setting.sealed
        return [key, box.open(sealed, contextOf(channel.id, key))]
      }
      return [key, 'value' in setting ? setting.value : fallback]
    }),
  )
}

/** Settings as an administrator sees them: a secret reads as `true` when it is set, and is never sent. */
export function redactSettings(
  fields: readonly ConfigField[],
  values: ConfigValues,
): Readonly<Record<string, ConfigValue>> {
  return Object.fromEntries(
    fields.flatMap(({ key, kind }): [string, ConfigValue][] => {
      const value = values[key]
      if (kind === 'secret') return [[key, !isEmpty(value)]]
      return value === undefined ? [] : [[key, value]]
    }),
  )
}
