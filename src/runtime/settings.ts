/** Every setting of the server: how it is named, read, checked and explained. The README's table comes from here. */
import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const KEY_BYTES = 32
/** Words that express reads as address ranges. */
const NAMED_RANGES: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal'])

/** One setting as documentation shows it. */
export interface Setting {
  /** The environment variable. */
  readonly name: string
  readonly help: string
  /** What holds when the variable is unset or empty, in words for a reader. */
  readonly default: string
  /** What a value looks like. */
  readonly kind: string
  /** Its value never appears in a message or log. */
  readonly secret: boolean
}

/** Who may send the headers that name the real client: nobody, a number of proxies, or these networks. */
export type TrustProxy = false | number | readonly string[]

function text(pattern: RegExp, rule: string) {
  return z.string().regex(pattern, rule)
}

function wholeNumber(least: number, most: number) {
  const rule = `must be a whole number from ${least} to ${most}`
  return text(/^\d{1,15}$/, rule)
    .transform(Number)
    .refine((value) => value >= least && value <= most, rule)
}

function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}`)
}

function url(protocols: readonly string[]) {
  const rule = `must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
  // Aborting, so that the rules after it may rely on an address.
  return z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: rule,
    abort: true,
  })
}

/** A connection string may name several hosts, which a URL parser refuses. */
function mongodbUri() {
  return text(
    /^mongodb(\+srv)?:\/\/[^\s/]+/,
    'must be an address that starts with mongodb:// or mongodb+srv://',
  )
}

const publicUrl = url(['http:', 'https:'])
  .refine((value) => {
    const { pathname, search, hash, username } = new URL(value)
    return pathname === '/' && search === '' && hash === '' && username === ''
  }, 'must be scheme, host and port alone, such as https://inbox.example.com')
  .transform((value) => new URL(value).origin)

const secretKey = z
  .string()
  .transform((value) => Buffer.from(value, /^[0-9a-f]{64}$/i.test(value) ? 'hex' : 'base64'))
  .refine(
    (key) => key.length === KEY_BYTES,
    `must be ${KEY_BYTES} random bytes in base64 or hex, such as openssl rand -base64 ${KEY_BYTES} prints`,
  )

function isRange(value: string): boolean {
  return NAMED_RANGES.has(value) || (value.includes('/') ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value))
}

const trustProxy = z
  .string()
  .transform((value): TrustProxy => {
    if (value === 'off') return false
    return /^\d{1,3}$/.test(value) ? Number(value) : value.split(',').map((part) => part.trim())
  })
  .refine(
    (value) => typeof value !== 'object' || value.every(isRange),
    'must be off, a number of proxies, or a list of addresses and networks such as 10.0.0.0/8,loopback',
  )

interface Definition<S extends z.ZodType, D extends string | undefined> {
  readonly name: string
  readonly kind: string
  readonly help: string
  readonly schema: S
  /** The text that stands for an unset variable; undefined when the setting may stay unset. */
  readonly fallback: D
  /** What the table says about an unset variable when that is not the fallback itself. */
  readonly unset?: string
  readonly secret?: boolean
}

function define<S extends z.ZodType, const D extends string | undefined>(definition: Definition<S, D>) {
  return definition
}

/** The definitions, keyed by the property of Config that each one fills. */
export const DEFINITIONS = {
  port: define({
    name: 'PORT',
    kind: 'number',
    help: 'The port that the server listens on. 0 takes any free one.',
    schema: wholeNumber(0, 65_535),
    fallback: '3000',
  }),
  host: define({
    name: 'HOST',
    kind: 'address',
    help: 'The address that the server listens on. `127.0.0.1` keeps it to this machine.',
    schema: text(/^[\w.:-]{1,255}$/, 'must be a host name or an IP address'),
    fallback: '0.0.0.0',
  }),
  publicUrl: define({
    name: 'PUBLIC_URL',
    kind: 'URL',
    help: 'The address under which browsers reach the server. Links and the widget snippet are made from it.',
    schema: publicUrl,
    fallback: undefined,
    unset: '`http://localhost:PORT`',
  }),
  dataDir: define({
    name: 'DATA_DIR',
    kind: 'path',
    help: 'The folder of the embedded database and of the generated key.',
    schema: z.string().transform((value) => resolve(value)),
    fallback: './data',
  }),
  mongodbUri: define({
    name: 'MONGODB_URI',
    kind: 'URL',
    help: 'A MongoDB server or replica set to use in place of the embedded engine.',
    schema: mongodbUri(),
    fallback: undefined,
    unset: 'embedded engine in `DATA_DIR`',
    secret: true,
  }),
  mongodbDb: define({
    name: 'MONGODB_DB',
    kind: 'name',
    help: 'The name of the database.',
    schema: text(/^[\w-]{1,63}$/, 'must be 1 to 63 letters, digits, _ or -'),
    fallback: 'tributary',
  }),
  redisUrl: define({
    name: 'REDIS_URL',
    kind: 'URL',
    help: 'Redis, through which several server processes tell each other what happened.',
    schema: url(['redis:', 'rediss:']),
    fallback: undefined,
    unset: 'one process',
    secret: true,
  }),
  role: define({
    name: 'ROLE',
    kind: '`all`, `web` or `worker`',
    help: 'What this process does: serve people, work through what arrived, or both. `web` and `worker` need `MONGODB_URI`, `REDIS_URL` and `SECRET_KEY`.',
    schema: oneOf(['all', 'web', 'worker']),
    fallback: 'all',
  }),
  secretKey: define({
    name: 'SECRET_KEY',
    kind: '32 bytes, base64 or hex',
    help: 'The key that stored secrets are encrypted with. Losing it loses them.',
    schema: secretKey,
    fallback: undefined,
    unset: 'generated into `DATA_DIR/secret.key`',
    secret: true,
  }),
  logLevel: define({
    name: 'LOG_LEVEL',
    kind: 'level',
    help: 'The least severe log lines written: `trace`, `debug`, `info`, `warn`, `error`, `fatal` or `silent`.',
    schema: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    fallback: 'info',
  }),
  logFormat: define({
    name: 'LOG_FORMAT',
    kind: '`json` or `pretty`',
    help: 'One JSON object per line for machines, or lines for people.',
    schema: oneOf(['json', 'pretty']),
    fallback: undefined,
    unset: '`pretty` on a terminal, else `json`',
  }),
  trustProxy: define({
    name: 'TRUST_PROXY',
    kind: '`off`, number or networks',
    help: 'Whose `X-Forwarded-*` headers are believed: a number of proxies in front, or their networks, separated by commas.',
    schema: trustProxy,
    fallback: 'off',
  }),
  outboundAllow: define({
    name: 'OUTBOUND_ALLOW',
    kind: 'addresses and networks',
    help: 'Internal addresses that channels may call all the same, separated by commas, such as `10.1.0.0/16`. Without it only the public internet is called.',
    schema: z
      .string()
      .transform((value) =>
        value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== ''),
      )
      .refine(
        (value) => value.every((part) => !NAMED_RANGES.has(part) && isRange(part)),
        'must be a list of addresses and networks such as 10.1.0.0/16,fd00::/8',
      ),
    fallback: '',
    unset: 'none',
  }),
  attachmentMaxBytes: define({
    name: 'ATTACHMENT_MAX_BYTES',
    kind: 'number',
    help: 'The largest file that agents and visitors may send.',
    schema: wholeNumber(1_024, 256 * 2 ** 20),
    fallback: String(25 * 2 ** 20),
  }),
  sessionTtlMs: define({
    name: 'SESSION_TTL_HOURS',
    kind: 'number',
    help: 'Hours without use after which an agent must sign in again.',
    schema: wholeNumber(1, 8_760).transform((hours) => hours * HOUR_MS),
    fallback: '168',
  }),
  journalRetentionMs: define({
    name: 'JOURNAL_RETENTION_DAYS',
    kind: 'number',
    help: 'Days for which the raw form of processed events is kept, and what the spool could not hand over.',
    schema: wholeNumber(1, 3_650).transform((days) => days * DAY_MS),
    fallback: '30',
  }),
  spoolMaxBytes: define({
    name: 'SPOOL_MAX_BYTES',
    kind: 'number',
    help: 'The most bytes of deliveries that are kept in `DATA_DIR/spool` while the database is away. What comes beyond is refused, and the platforms deliver it again.',
    schema: wholeNumber(0, 1024 * 2 ** 30),
    fallback: String(2 ** 30),
  }),
  metricsToken: define({
    name: 'METRICS_TOKEN',
    kind: 'text, 16 characters or more',
    help: 'The bearer token that `/metrics` asks for.',
    schema: text(/^[\x21-\x7e]{16,256}$/, 'must be 16 to 256 visible ASCII characters without spaces'),
    fallback: undefined,
    unset: '`/metrics` answers this machine only',
    secret: true,
  }),
  shutdownTimeoutMs: define({
    name: 'SHUTDOWN_TIMEOUT_MS',
    kind: 'number',
    help: 'Milliseconds that work under way has to finish when the server is stopped.',
    schema: wholeNumber(100, 600_000),
    fallback: '10000',
  }),
  instanceName: define({
    name: 'INSTANCE_NAME',
    kind: 'name',
    help: 'The name of this process in logs and leases.',
    schema: text(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, _ or -'),
    fallback: undefined,
    unset: 'host name and process id',
  }),
} as const

/** Every setting, in the order of the table. */
export const SETTINGS: readonly Setting[] = Object.values(DEFINITIONS).map((definition) => ({
  name: definition.name,
  help: definition.help,
  default: definition.unset ?? `\`${definition.fallback}\``,
  kind: definition.kind,
  secret: definition.secret === true,
}))

/** The settings as a Markdown table. */
export function settingsTable(): string {
  const cell = (value: string): string => value.replaceAll('|', '\\|')
  const rows = SETTINGS.map(({ name, help, default: unset, kind, secret }) =>
    [`\`${name}\``, secret ? `${kind} (secret)` : kind, unset, help].map(cell).join(' | '),
  )
  return [
    '| Variable | Value | When unset | Meaning |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ]
    .join('\n')
    .concat('\n')
}
