/** Reads the settings from the environment, once, at start. */
import { hostname } from 'node:os'
import type { z } from 'zod'
import { DEFINITIONS, SETTINGS } from './settings.ts'

export { SETTINGS, settingsTable } from './settings.ts'

type Definitions = typeof DEFINITIONS
type Key = keyof Definitions
type Value<K extends Key> = z.output<Definitions[K]['schema']>
type Read = {
  -readonly [K in Key]: Definitions[K]['fallback'] extends string ? Value<K> : Value<K> | undefined
}

/** The settings of this process, checked and in the units that the code uses. */
export type Config = Readonly<Omit<Read, 'logFormat' | 'instanceName'>> & {
  readonly logFormat: Value<'logFormat'>
  readonly instanceName: string
}

/** A setting has a value that cannot work. The message is one line: which setting, and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** The sysexits meaning "configuration error". */
  readonly exitCode = 78
}

type Environment = Readonly<Record<string, string | undefined>>

/** What the defaults depend on besides the environment. */
export interface Surroundings {
  readonly stdoutIsTerminal: boolean
  readonly hostName: string
  readonly pid: number
}

function currentSurroundings(): Surroundings {
  return { stdoutIsTerminal: process.stdout.isTTY === true, hostName: hostname(), pid: process.pid }
}

function readSetting(key: Key, env: Environment): unknown {
  const definition = DEFINITIONS[key]
  // An empty value is what compose files and CI systems pass for "not set".
  const raw = env[definition.name]?.trim() || definition.fallback
  if (raw === undefined) return undefined
  const result = definition.schema.safeParse(raw)
  if (result.success) return result.data
  const shown = definition.secret ? definition.name : `${definition.name}=${JSON.stringify(raw.slice(0, 80))}`
  throw new ConfigError(
    `Setting ${shown} cannot be used: it ${result.error.issues[0]?.message ?? 'is wrong'}.`,
  )
}

function checkTogether({ role, redisUrl, mongodbUri, secretKey }: Read): void {
  if (role === 'all') return
  const demand = (name: string, why: string): never => {
    throw new ConfigError(`Setting ROLE=${role} needs ${name}: ${why}. Set ${name}, or leave ROLE unset.`)
  }
  if (mongodbUri === undefined) demand('MONGODB_URI', 'the embedded database serves one process only')
  if (redisUrl === undefined) demand('REDIS_URL', 'the parts tell each other through Redis')
  if (secretKey === undefined) demand('SECRET_KEY', 'all parts must encrypt with the same key')
}

/** Reads and checks all settings. Throws ConfigError for the first one that cannot be used. */
export function loadConfig(env: Environment, around: Surroundings = currentSurroundings()): Config {
  const read = Object.fromEntries(
    (Object.keys(DEFINITIONS) as Key[]).map((key) => [key, readSetting(key, env)]),
  ) as Read
  checkTogether(read)
  const safeHostName = around.hostName.replaceAll(/[^\w.-]/g, '-').slice(0, 50)
  return Object.freeze({
    ...read,
    logFormat: read.logFormat ?? (around.stdoutIsTerminal ? 'pretty' : 'json'),
    instanceName: read.instanceName ?? `${safeHostName}-${around.pid}`,
  })
}

/** The address that links are made from. `port` is the one listened on, for PORT=0 leaves it open until then. */
export function publicUrlOf(config: Config, port: number): string {
  return config.publicUrl ?? `http://localhost:${port}`
}

/** Names that people know from other programs, and ours that they mean. */
const FOREIGN_NAMES: Readonly<Record<string, string>> = {
  MONGO_URI: 'MONGODB_URI',
  MONGO_URL: 'MONGODB_URI',
  MONGODB_URL: 'MONGODB_URI',
  DATABASE_URL: 'MONGODB_URI',
  REDIS_URI: 'REDIS_URL',
  BASE_URL: 'PUBLIC_URL',
  PUBLIC_URI: 'PUBLIC_URL',
  ENCRYPTION_KEY: 'SECRET_KEY',
  SECRET_KEY_BASE: 'SECRET_KEY',
  DATA_PATH: 'DATA_DIR',
}
/** Shorter names lie too close to variables of other programs. */
const SHORTEST_FUZZY_NAME = 8

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1))
    }
    previous = row
  }
  return previous[b.length] ?? 0
}

function meantBy(name: string): string | undefined {
  const foreign = FOREIGN_NAMES[name]
  if (foreign !== undefined) return foreign
  const close = SETTINGS.find(
    (setting) =>
      setting.name.length >= SHORTEST_FUZZY_NAME &&
      Math.abs(setting.name.length - name.length) <= 2 &&
      editDistance(setting.name, name) <= 2,
  )
  return close?.name
}

/** One warning line for each variable that looks like a misspelt setting of ours. */
export function misspeltSettings(env: Environment): string[] {
  const known = new Set(SETTINGS.map((setting) => setting.name))
  return Object.keys(env)
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const meant = meantBy(name)
      return meant === undefined || env[meant]
        ? []
        : [`The variable ${name} is not read; did you mean ${meant}?`]
    })
}
