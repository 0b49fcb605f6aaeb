import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino'
import type { Config } from './config.ts'
import { prettyLine } from './pretty-log.ts'

export type { Logger } from 'pino'

/** Fields that no log line may show, wherever in the first three levels they stand. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'secret',
  'secretKey',
  'apiKey',
  'signature',
  'totp',
  'mongodbUri',
  'redisUrl',
  'metricsToken',
  // A channel's settings: which of them are secret is known to its connector alone.
  'config',
] as const

function redactPaths(): string[] {
  return SECRET_FIELDS.flatMap((field) => {
    const step = field.startsWith('[') ? field : `.${field}`
    return [field, `*${step}`, `*.*${step}`]
  })
}

/**
 * Of an error only what says where and why. Whatever else hangs on it stays away: the database's errors carry the
 * records that could not be written, and those are what people wrote to each other.
 */
function errorFacts(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : `not an error but ${typeof error}`
  const { type, message, stack } = stdSerializers.err(error)
  const { code } = error as { readonly code?: unknown }
  return { type, message, stack, ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}) }
}

/** The process's logger. Writes to standard output unless told otherwise. */
export function createLogger(
  config: Pick<Config, 'logLevel' | 'logFormat' | 'instanceName'>,
  output: DestinationStream = pino.destination(1),
): Logger {
  const destination: DestinationStream =
    config.logFormat === 'pretty' ? { write: (line) => output.write(prettyLine(line)) } : output
  return pino(
    {
      level: config.logLevel,
      base: { instance: config.instanceName },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFacts, error: errorFacts },
      redact: { paths: redactPaths(), censor: '[redacted]' },
    },
    destination,
  )
}
