import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError, loadConfig, misspeltSettings, publicUrlOf, SETTINGS, settingsTable } from './config.ts'

const around = { stdoutIsTerminal: false, hostName: 'host one', pid: 42 }
const load = (env: Record<string, string>) => loadConfig(env, around)
const KEY = Buffer.alloc(32, 7)
const PARTS = { MONGODB_URI: 'mongodb://db', REDIS_URL: 'redis://cache', SECRET_KEY: KEY.toString('hex') }

it('has a working default for everything', () => {
  expect(load({})).toEqual({
    port: 3000,
    host: '0.0.0.0',
    publicUrl: undefined,
    dataDir: resolve('data'),
    mongodbUri: undefined,
    outboundAllow: [],
    mongodbDb: 'tributary',
    redisUrl: undefined,
    role: 'all',
    secretKey: undefined,
    logLevel: 'info',
    logFormat: 'json',
    trustProxy: false,
    attachmentMaxBytes: 26_214_400,
    sessionTtlMs: 604_800_000,
    journalRetentionMs: 2_592_000_000,
    spoolMaxBytes: 1_073_741_824,
    metricsToken: undefined,
    shutdownTimeoutMs: 10_000,
    instanceName: 'host-one-42',
  })
  expect(Object.isFrozen(load({}))).toBe(true)
})

it('takes an empty variable for an unset one', () => {
  expect(load(Object.fromEntries(SETTINGS.map(({ name }) => [name, ' '])))).toEqual(load({}))
})

it('writes for people on a terminal', () => {
  expect(loadConfig({}, { ...around, stdoutIsTerminal: true }).logFormat).toBe('pretty')
  expect(loadConfig({ LOG_FORMAT: 'json' }, { ...around, stdoutIsTerminal: true }).logFormat).toBe('json')
})

it.each([
  ['PORT', '0', 'port', 0],
  ['PUBLIC_URL', 'https://inbox.example.com/', 'publicUrl', 'https://inbox.example.com'],
  ['PUBLIC_URL', 'http://10.0.0.1:8080', 'publicUrl', 'http://10.0.0.1:8080'],
  [
    'MONGODB_URI',
    'mongodb://u:p@a:1,b:2/?replicaSet=rs',
    'mongodbUri',
    'mongodb://u:p@a:1,b:2/?replicaSet=rs',
  ],
  ['SECRET_KEY', KEY.toString('base64'), 'secretKey', KEY],
  ['SECRET_KEY', KEY.toString('base64url'), 'secretKey', KEY],
  ['SECRET_KEY', KEY.toString('hex'), 'secretKey', KEY],
  ['TRUST_PROXY', 'off', 'trustProxy', false],
  ['TRUST_PROXY', '2', 'trustProxy', 2],
  ['TRUST_PROXY', '10.0.0.0/8, ::1,loopback', 'trustProxy', ['10.0.0.0/8', '::1', 'loopback']],
  ['SESSION_TTL_HOURS', '2', 'sessionTtlMs', 7_200_000],
  ['JOURNAL_RETENTION_DAYS', '1', 'journalRetentionMs', 86_400_000],
  ['INSTANCE_NAME', 'node-1', 'instanceName', 'node-1'],
] as const)('reads %s=%s', (name, value, key, expected) => {
  expect(load({ [name]: value })[key]).toEqual(expected)
})

it.each([
  ['PORT', 'abc'],
  ['PORT', '65536'],
  ['PORT', '1e3'],
  ['PORT', '-1'],
  ['HOST', 'a b'],
  ['PUBLIC_URL', 'inbox.example.com'],
  ['PUBLIC_URL', 'ftp://inbox.example.com'],
  ['PUBLIC_URL', 'https://inbox.example.com/path'],
  ['PUBLIC_URL', 'https://user@inbox.example.com'],
  ['MONGODB_URI', 'http://db'],
  ['MONGODB_DB', 'a/b'],
  ['REDIS_URL', 'localhost:6379'],
  ['ROLE', 'Web'],
  ['SECRET_KEY', 'too short'],
  ['LOG_LEVEL', 'verbose'],
  ['LOG_FORMAT', 'xml'],
  ['TRUST_PROXY', 'true'],
  ['TRUST_PROXY', '10.0.0.0/40'],
  ['ATTACHMENT_MAX_BYTES', '25MB'],
  ['SESSION_TTL_HOURS', '0'],
  ['JOURNAL_RETENTION_DAYS', '99999'],
  ['METRICS_TOKEN', 'short'],
  ['SHUTDOWN_TIMEOUT_MS', '1'],
  ['INSTANCE_NAME', 'a b'],
])('refuses %s=%s in one line that names it', (name, value) => {
  const attempt = () => load({ [name]: value })
  expect(attempt).toThrow(ConfigError)
  expect(attempt).toThrow(new RegExp(`^Setting ${name}[^\n]* cannot be used: it must be [^\n]+\\.$`))
})

it('never shows the value of a secret', () => {
  for (const { name } of SETTINGS.filter(({ secret }) => secret)) {
    const value = 'hunter2 \n'
    expect(() => load({ [name]: value })).toThrow(ConfigError)
    expect(() => load({ [name]: value })).not.toThrow(/hunter2/)
  }
})

describe('a part of the process', () => {
  it.each(['web', 'worker'])('%s starts with database, Redis and key', (role) => {
    expect(load({ ...PARTS, ROLE: role }).role).toBe(role)
  })

  it.each(Object.keys(PARTS))('is refused without %s', (missing) => {
    const env = { ...PARTS, ROLE: 'web', [missing]: '' }
    expect(() => load(env)).toThrow(
      new RegExp(`^Setting ROLE=web needs ${missing}: .+, or leave ROLE unset\\.$`),
    )
  })
})

it('makes links from the port listened on unless told better', () => {
  expect(publicUrlOf(load({ PORT: '0' }), 4711)).toBe('http://localhost:4711')
  expect(publicUrlOf(load({ PUBLIC_URL: 'https://a.example' }), 4711)).toBe('https://a.example')
})

it('points out misspelt names, and only those', () => {
  const env = {
    MONGO_URI: 'x',
    DATADIR: 'x',
    PUBLIC_ULR: 'x',
    ATTACHMENT_MAX_BYTE: 'x',
    PATH: 'x',
    HOME: 'x',
    HOSTNAME: 'x',
    POST: 'x',
    NODE_ENV: 'x',
    LOG_LEVEL: 'info',
  }
  expect(misspeltSettings(env)).toEqual([
    'The variable MONGO_URI is not read; did you mean MONGODB_URI?',
    'The variable DATADIR is not read; did you mean DATA_DIR?',
    'The variable PUBLIC_ULR is not read; did you mean PUBLIC_URL?',
    'The variable ATTACHMENT_MAX_BYTE is not read; did you mean ATTACHMENT_MAX_BYTES?',
  ])
  expect(misspeltSettings({ MONGO_URI: 'x', MONGODB_URI: 'y' })).toEqual([])
})

it('prints every setting as a row of one table', () => {
  const lines = settingsTable().trimEnd().split('\n')
  expect(lines).toHaveLength(SETTINGS.length + 2)
  for (const line of lines) expect(line.replaceAll('\\|', '').match(/\|/g)).toHaveLength(5)
  expect(lines[2]).toBe(
    '| `PORT` | number | `3000` | The port that the server listens on. 0 takes any free one. |',
  )
})
