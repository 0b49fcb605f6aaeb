/** What a setting may hold. */
export type ConfigFieldKind =
  | 'text'
  | 'textarea'
  | 'number'
  | 'boolean'
  | 'select'
  | 'color'
  | 'url'
  | 'list'
  | 'secret'
  /** The id of another channel, one that carries letters and begins conversations. */
  | 'channel'

/** What another field must hold. */
export interface ShowCondition {
  readonly key: string
  /** Of several texts any one will do. */
  readonly equals: string | boolean | readonly string[]
}

/**
 * One setting of a channel. The list of these is the only description of a connector's settings: the form, the
 * validation, the encryption at rest, the redaction and the table in the README all come from it.
 */
export interface ConfigField {
  /** Camel case; the key in the stored settings and in the API. */
  readonly key: string
  readonly label: string
  readonly help?: string
  readonly kind: ConfigFieldKind
  readonly required: boolean
  /** Used when the setting is left out. A `secret` has none, but may be `generated`. */
  readonly default?: string | number | boolean | readonly string[]
  /** For `secret`: made from 32 random bytes when the channel is created, and again when rotated. */
  readonly generated?: boolean
  /** How a generated secret is written: plain base64url when left out, or as Standard Webhooks has it: `whsec_` and base64. */
  readonly generatedAs?: 'whsec'
  /** Regular expression that the whole text, or each line of a list, must match. Linear-time patterns only. */
  readonly pattern?: string
  /** What is wrong when the pattern does not match. */
  readonly patternHelp?: string
  readonly minimum?: number
  readonly maximum?: number
  /** Longest text, or longest line of a list; 2,000 when left out. */
  readonly maxLength?: number
  /** For `select`. */
  readonly options?: readonly { readonly value: string; readonly label: string }[]
  /** Shown, and required, only while other fields have these values: all of them where there are several. */
  readonly showWhen?: ShowCondition | readonly ShowCondition[]
}

/** Settings as a connector gets them: validated, defaults filled in, secrets in clear text. */
export type ConfigValues = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>
