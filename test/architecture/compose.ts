/** The part of a compose file that we use; whatever else appears is a fault, for it may be a misspelling. */
export interface ComposeService {
  image?: string
  build?: { context: string }
  command?: string[]
  profiles?: string[]
  environment?: Record<string, string>
  ports?: string[]
  volumes?: string[]
  configs?: { source: string; target: string }[]
  networks?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[]; interval: string; timeout: string; start_period?: string; retries: number }
  restart?: string
}

export interface ComposeFile {
  name: string
  services: Record<string, ComposeService>
  volumes: Record<string, object>
  networks: Record<string, { internal?: boolean }>
  configs: Record<string, { content: string }>
}

const TOP_KEYS = ['name', 'services', 'volumes', 'networks', 'configs']
const SERVICE_KEYS = [
  ...['image', 'build', 'command', 'profiles', 'environment', 'ports', 'volumes', 'configs', 'networks'],
  ...['depends_on', 'healthcheck', 'restart', 'init', 'read_only', 'tmpfs', 'cap_drop', 'security_opt'],
  'stop_grace_period',
]
const HEALTHCHECK_KEYS = ['test', 'interval', 'timeout', 'start_period', 'retries']
const CONDITIONS = ['service_started', 'service_healthy', 'service_completed_successfully']
const PINNED = /^[\w./-]+:\d+\.\d+\.\d+(-[\w.]+)?$/
const DURATION = /^(\d+(ms|s|m|h))+$/
/** Variables of the compose file itself, which no server reads. */
export const COMPOSE_VARIABLES = ['HTTP_PORT']

const unknownKeys = (value: object, known: readonly string[], where: string) =>
  Object.keys(value)
    .filter((key) => !known.includes(key) && !key.startsWith('x-'))
    .map((key) => `${where}: unknown key ${key}`)

function serviceFaults(name: string, service: ComposeService, file: ComposeFile): string[] {
  const faults = unknownKeys(service, SERVICE_KEYS, name)
  const say = (text: string) => faults.push(`${name}: ${text}`)
  if (!PINNED.test(service.image ?? '')) say(`image ${service.image ?? 'is missing'} is not pinned`)
  if (service.restart !== 'unless-stopped') say('does not restart')
  if (!service.build && !service.healthcheck) say('has no health check')
  if (service.healthcheck) faults.push(...healthcheckFaults(name, service.healthcheck))
  for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
    const target = file.services[other]
    if (!target) say(`depends on ${other}, which does not exist`)
    else if (target.profiles && target.profiles.some((profile) => !service.profiles?.includes(profile))) {
      say(`depends on ${other}, which is in a profile that ${name} is not in`)
    }
    if (!CONDITIONS.includes(condition)) say(`waits for ${other} in an unknown condition ${condition}`)
  }
  for (const volume of service.volumes ?? []) {
    const source = volume.split(':')[0] ?? ''
    if (!(source in file.volumes)) say(`volume ${source} is not declared`)
  }
  for (const network of service.networks ?? []) {
    if (!(network in file.networks)) say(`network ${network} is not declared`)
  }
  if (!service.networks?.length) say('is in no network')
  for (const config of service.configs ?? []) {
    if (!(config.source in file.configs)) say(`config ${config.source} is not declared`)
  }
  for (const [key, value] of Object.entries(service.environment ?? {})) {
    if (typeof value !== 'string') say(`environment ${key} is not text`)
  }
  return faults
}

function healthcheckFaults(name: string, check: NonNullable<ComposeService['healthcheck']>): string[] {
  const faults = unknownKeys(check, HEALTHCHECK_KEYS, `${name} health check`)
  if (!['CMD', 'CMD-SHELL'].includes(check.test[0] ?? '') || check.test.length < 2) {
    faults.push(`${name}: health check runs nothing`)
  }
  for (const duration of [check.interval, check.timeout, check.start_period ?? '0s']) {
    if (!DURATION.test(duration)) faults.push(`${name}: "${duration}" is no duration`)
  }
  return faults
}

/** Names in `${NAME}`, `${NAME:-x}` and `${NAME:?x}`; a doubled dollar sign escapes. */
export function interpolated(text: string): { name: string; required: boolean }[] {
  return [...text.matchAll(/(?<!\$)\$\{(\w+)(:?[-?+])?/g)].map((match) => ({
    name: match[1] ?? '',
    required: match[2]?.endsWith('?') === true,
  }))
}

/** Everything that docker compose, or the server it starts, would stumble over. */
export function composeFaults(file: ComposeFile, text: string, settings: readonly string[]): string[] {
  const faults = unknownKeys(file, TOP_KEYS, 'file')
  for (const [name, service] of Object.entries(file.services))
    faults.push(...serviceFaults(name, service, file))
  for (const [name, service] of Object.entries(file.services)) {
    if (!service.build) continue
    for (const key of Object.keys(service.environment ?? {})) {
      if (!settings.includes(key)) faults.push(`${name}: ${key} is no setting of the server`)
    }
  }
  for (const { name } of interpolated(text)) {
    if (!settings.includes(name) && !COMPOSE_VARIABLES.includes(name))
      faults.push(`variable ${name} is unknown`)
  }
  const used = (pick: (service: ComposeService) => string[]) =>
    new Set(Object.values(file.services).flatMap(pick))
  const volumes = used((service) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''))
  const networks = used((service) => service.networks ?? [])
  const configs = used((service) => (service.configs ?? []).map((config) => config.source))
  for (const name of Object.keys(file.volumes))
    if (!volumes.has(name)) faults.push(`volume ${name} is not used`)
  for (const name of Object.keys(file.networks))
    if (!networks.has(name)) faults.push(`network ${name} is not used`)
  for (const name of Object.keys(file.configs))
    if (!configs.has(name)) faults.push(`config ${name} is not used`)
  return faults
}

/** An instruction of a Dockerfile, with continued lines joined. */
export interface Instruction {
  readonly name: string
  readonly rest: string
}

export function parseDockerfile(text: string): Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
      return { name: name.toUpperCase(), rest: rest.trim() }
    })
}

/** What is wrong with the image: `port` is where the server listens by default. */
export function dockerfileFaults(instructions: readonly Instruction[], port: string): string[] {
  const faults: string[] = []
  const all = (name: string) => instructions.filter((one) => one.name === name).map((one) => one.rest)
  const lastStage = instructions.slice(instructions.findLastIndex((one) => one.name === 'FROM'))
  const last = (name: string) => lastStage.filter((one) => one.name === name).at(-1)?.rest
  for (const image of all('FROM')) {
    if (!/^node:\d+\.\d+\.\d+-trixie-slim( AS \w+)?$/.test(image))
      faults.push(`${image} is not a pinned Node on Debian 13`)
  }
  if (all('FROM').length < 2) faults.push('the build tools stay in the image')
  const user = last('USER')
  if (user === undefined || /^(root|0)(:|$)/.test(user)) faults.push('runs as root')
  if (last('EXPOSE') !== port) faults.push(`does not expose ${port}`)
  if (last('STOPSIGNAL') !== 'SIGTERM') faults.push('is not stopped by SIGTERM')
  if (last('VOLUME') === undefined) faults.push('has no volume for data')
  if (!last('HEALTHCHECK')?.includes('/readyz')) faults.push('does not check /readyz')
  if (last('CMD') !== '["node", "dist/src/main.js"]') faults.push('does not start the built server directly')
  if (!all('RUN').some((rest) => /\bnpm ci\b/.test(rest))) faults.push('does not install from the lockfile')
  if (!all('RUN').some((rest) => /npm prune --omit=dev/.test(rest))) faults.push('keeps development packages')
  if (instructions.some((one) => one.name === '')) faults.push('has a line that is no instruction')
  return faults
}
