import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/runtime/config.ts'
import { DEFINITIONS, SETTINGS } from '../../src/runtime/settings.ts'
import type { ComposeFile } from './compose.ts'
import { composeFaults, dockerfileFaults, interpolated, parseDockerfile } from './compose.ts'
import { ROOT, readText } from './repository.ts'

const text = readText('docker-compose.yml')
const settings = SETTINGS.map((setting) => setting.name)
const read = () => parse(text, { merge: true }) as ComposeFile
const PORT = DEFINITIONS.port.fallback
const version = (JSON.parse(readText('package.json')) as { version: string }).version

/** What the server would get from compose when only the required variables are set. */
function environmentOf(service: string): Record<string, string> {
  const given: Record<string, string> = {
    PUBLIC_URL: 'https://inbox.example.com',
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  const resolve = (value: string) =>
    value.replace(
      /\$\{(\w+)(?::[-?]([^}]*))?\}/g,
      (_, name: string, fallback?: string) => given[name] ?? fallback ?? '',
    )
  return Object.fromEntries(
    Object.entries(read().services[service]?.environment ?? {}).map(([key, value]) => [key, resolve(value)]),
  )
}

describe('docker-compose.yml', () => {
  it('has no fault', () => {
    expect(composeFaults(read(), text, settings)).toEqual([])
  })

  it('starts one server and its database by default', () => {
    const services = Object.entries(read().services).filter(([, service]) => !service.profiles)
    expect(services.map(([name]) => name).sort()).toEqual(['app', 'mongo'])
  })

  it('has a profile for two servers, Redis and a sticky proxy', () => {
    const { services, configs } = read()
    const scaled = Object.entries(services).filter(([, service]) => service.profiles?.includes('scale'))
    expect(scaled.map(([name]) => name).sort()).toEqual(['app-1', 'app-2', 'proxy', 'redis'])
    const caddyfile = configs['caddyfile']?.content ?? ''
    for (const node of ['app-1', 'app-2']) {
      expect(caddyfile).toContain(`${node}:${PORT}`)
      expect(Object.keys(services['proxy']?.depends_on ?? {})).toContain(node)
      expect(services[node]?.environment).toMatchObject({ ROLE: 'all', REDIS_URL: 'redis://redis:6379' })
      expect(services[node]?.environment?.['MONGODB_URI']).toContain('replicaSet=rs0')
      expect(services[node]?.ports).toBeUndefined()
    }
    expect(caddyfile).toMatch(/lb_policy cookie/)
    expect(caddyfile).toMatch(/health_uri \/readyz/)
    expect(caddyfile.split('{').length).toBe(caddyfile.split('}').length)
  })

  it.each(['app', 'app-1', 'app-2'])('gives %s settings that the server accepts', (service) => {
    const around = { stdoutIsTerminal: false, hostName: service, pid: 1 }
    expect(loadConfig(environmentOf(service), around)).toMatchObject({ role: 'all', logFormat: 'json' })
  })

  it('demands the secret key and the public address, and explains them', () => {
    const required = interpolated(text)
      .filter((variable) => variable.required)
      .map((variable) => variable.name)
    expect([...new Set(required)].sort()).toEqual(['PUBLIC_URL', 'SECRET_KEY'])
    const head = text.slice(0, text.indexOf('\nname:'))
    for (const { name } of interpolated(text).filter((variable) => variable.required))
      expect(head).toContain(name)
  })

  it('keeps the databases off every published port and out of the front network', () => {
    const { services, networks } = read()
    for (const name of ['mongo', 'redis']) {
      expect(services[name]?.ports).toBeUndefined()
      expect(services[name]?.networks).toEqual(['back'])
    }
    expect(networks['back']?.internal).toBe(true)
  })

  it('makes the replica set that the servers name', () => {
    const mongo = read().services['mongo']
    expect(mongo?.command).toContain('rs0')
    expect(mongo?.healthcheck?.test.join(' ')).toContain("rs.initiate({ _id: 'rs0'")
  })

  it('names the image after the version', () => {
    expect(read().services['app']?.image).toBe(`tributary:${version}`)
  })

  it.each<[string, string, (file: ComposeFile) => void]>([
    [
      'a floating tag',
      'not pinned',
      (file) => Object.assign(file.services['mongo'] ?? {}, { image: 'mongo:latest' }),
    ],
    ['no tag', 'not pinned', (file) => Object.assign(file.services['redis'] ?? {}, { image: 'redis' })],
    ['a missing health check', 'no health check', (file) => delete file.services['redis']?.healthcheck],
    ['no restart', 'does not restart', (file) => delete file.services['app']?.restart],
    [
      'an unknown dependency',
      'which does not exist',
      (file) =>
        Object.assign(file.services['app']?.depends_on ?? {}, { postgres: { condition: 'service_healthy' } }),
    ],
    [
      'a dependency outside of the profile',
      'in a profile that app is not in',
      (file) =>
        Object.assign(file.services['app']?.depends_on ?? {}, { redis: { condition: 'service_healthy' } }),
    ],
    [
      'a misspelt setting',
      'MONGO_URL is no setting',
      (file) => Object.assign(file.services['app']?.environment ?? {}, { MONGO_URL: 'x' }),
    ],
    [
      'a misspelt key',
      'unknown key enviroment',
      (file) => Object.assign(file.services['app'] ?? {}, { enviroment: {} }),
    ],
    ['an undeclared volume', 'is not declared', (file) => file.services['app']?.volumes?.push('lost:/lost')],
    ['an unused volume', 'volume spare is not used', (file) => Object.assign(file.volumes, { spare: {} })],
    [
      'a number where text is wanted',
      'is not text',
      (file) => Object.assign(file.services['app']?.environment ?? {}, { TRUST_PROXY: 1 }),
    ],
  ])('is found at fault with %s', (_, complaint, spoil) => {
    const file = read()
    spoil(file)
    expect(composeFaults(file, text, settings).join('\n')).toContain(complaint)
  })

  it('is found at fault with an unknown variable', () => {
    expect(composeFaults(read(), `${text}\n# $\{UNHEARD_OF:-1}`, settings)).toEqual([
      'variable UNHEARD_OF is unknown',
    ])
  })
})

describe('Dockerfile', () => {
  const instructions = parseDockerfile(readText('Dockerfile'))

  it('has no fault', () => {
    expect(dockerfileFaults(instructions, PORT)).toEqual([])
  })

  it('copies only what exists and what .dockerignore lets through', () => {
    const allowed = readText('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = instructions
      .filter((one) => one.name === 'COPY' && !one.rest.startsWith('--from'))
      .flatMap((one) => one.rest.split(/\s+/).slice(0, -1))
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
    expect(copied.filter((path) => !allowed.includes(path))).toEqual([])
  })

  it.each<[string, string, string]>([
    ['USER node', 'USER root', 'runs as root'],
    ['USER node\n', '', 'runs as root'],
    ['trixie-slim AS', 'bookworm-slim AS', 'Debian 13'],
    ['FROM node:24.20.0-trixie-slim\n', 'FROM node:latest\n', 'pinned'],
    [`EXPOSE ${PORT}`, 'EXPOSE 8081', 'does not expose'],
    ['/readyz', '/', 'does not check /readyz'],
    ['RUN npm ci', 'RUN npm install', 'lockfile'],
    [' && npm prune --omit=dev', '', 'development packages'],
    ['STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL', 'SIGTERM'],
    ['CMD ["node", "dist/src/main.js"]', 'CMD npm start', 'does not start the built server'],
  ])('is found at fault when "%s" becomes "%s"', (from, to, complaint) => {
    const original = readText('Dockerfile')
    expect(original).toContain(from)
    expect(dockerfileFaults(parseDockerfile(original.replace(from, to)), PORT).join('\n')).toContain(
      complaint,
    )
  })
})
