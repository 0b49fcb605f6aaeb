/** What every session must keep to, shown on a platform that the fixtures start. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, HealthReport } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { validateSettings } from '../../src/services/channel-settings.ts'
import type { SessionFixtures, SessionPlatform } from './fixtures/connector-fixtures.ts'
import { contextOf } from './kit-context.ts'
import { createSessionBench, type SessionBench } from './session-bench.ts'

/** A connector with a platform that stands. */
export interface SessionSubject {
  readonly connector: Connector
  readonly fixtures: SessionFixtures
  /** For something that has to come. Generous when left out: it is paid only by who breaks his word. */
  readonly patienceMs?: number
}
export type SessionCheck = (subject: SessionSubject) => Promise<readonly string[]>

interface Stage {
  readonly connector: Connector
  readonly platform: SessionPlatform
  readonly config: ConfigValues
  readonly wrongConfig: ConfigValues
  readonly bench: SessionBench
  readonly patienceMs: number
}

const PATIENCE_MS = 15_000

let marks = 0
/** Eight letters that stand nowhere else. */
const newMark = (): string => {
  marks += 1
  return `mark${marks
    .toString(26)
    .replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? 'q')
    .padStart(4, 'q')}`
}

const onStage =
  (play: (stage: Stage) => Promise<readonly string[]>): SessionCheck =>
  async ({ connector, fixtures, patienceMs = PATIENCE_MS }) => {
    const platform = await fixtures.session.start()
    const configOf = (settings: SessionPlatform['settings']): ConfigValues =>
      validateSettings(connector.configFields, settings) as ConfigValues
    const config = configOf(platform.settings)
    try {
      const bench = createSessionBench(connector, config, patienceMs)
      return await play({
        connector,
        platform,
        config,
        wrongConfig: configOf(platform.wrongSettings),
        bench,
        patienceMs,
      })
    } finally {
      await platform.stop()
    }
  }

const bringsWhatIsThere = onStage(async ({ platform, bench }) => {
  const [one, two, three] = [newMark(), newMark(), newMark()]
  await platform.put(one)
  await platform.put(two)
  const run = bench.run()
  const early = await bench.brought(one, two)
  await platform.put(three)
  const late = early.length > 0 ? [] : await bench.brought(one, two, three)
  return [...early, ...late, ...(await run.stop())]
})

const goesOnWhereItWas = onStage(async ({ platform, bench }) => {
  const before = [newMark(), newMark()]
  for (const mark of before) await platform.put(mark)
  const first = bench.run()
  const found = [...(await bench.brought(...before)), ...(await first.stop())]
  const between = newMark()
  await platform.put(between)
  const second = bench.run()
  found.push(...(await bench.brought(...before, between)))
  const after = newMark()
  await platform.put(after)
  found.push(...(await bench.brought(...before, between, after)), ...(await second.stop()))
  return found
})

const marksBehindTheJournal = onStage(async ({ platform, bench, patienceMs }) => {
  const all = [newMark(), newMark(), newMark()]
  for (const mark of all) await platform.put(mark)
  let refusals = 0
  // The second of three is refused: what came before it is marked, and it is not.
  const first = bench.run(async () => {
    if (bench.journal.size === 0) return
    refusals += 1
    throw new Error('the disk is full')
  })
  const until = performance.now() + patienceMs
  while (refusals === 0 && performance.now() < until) await sleep(20)
  const found = [...(await first.stop())]
  if (refusals === 0) found.push('does not bring what was put in')
  const second = bench.run()
  found.push(...(await bench.brought(...all)), ...(await second.stop()))
  return found
})

const endsInTheMiddle = onStage(async ({ platform, bench, patienceMs }) => {
  const all = [newMark(), newMark(), newMark()]
  for (const mark of all) await platform.put(mark)
  let pushed: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    pushed = resolve
  })
  let goOn: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const first = bench.run(async () => {
    pushed()
    await held
    throw new Error('this node no longer holds the lease')
  })
  await Promise.race([begun, sleep(patienceMs, undefined, { ref: false })])
  const stopping = first.stop()
  goOn()
  const found = [...(await stopping)]
  const second = bench.run()
  found.push(...(await bench.brought(...all)), ...(await second.stop()))
  // With nothing to do it ends as well.
  const third = bench.run()
  await sleep(300)
  found.push(...(await third.stop()))
  return found
})

const survivesACut = onStage(async ({ platform, bench }) => {
  const [one, two, three] = [newMark(), newMark(), newMark()]
  await platform.put(one)
  const run = bench.run()
  const found = [...(await bench.brought(one))]
  for (const mark of [two, three]) {
    await platform.cut()
    await platform.put(mark)
    found.push(...(await bench.brought(one, mark)))
  }
  return [...found, ...(await run.stop())]
})

const parsesTheSame = onStage(async ({ connector, platform, bench }) => {
  const mark = newMark()
  await platform.put(mark)
  const run = bench.run()
  const found = [...(await bench.brought(mark)), ...(await run.stop())]
  const { inbound } = connector
  if (inbound.kind !== 'session') return found
  for (const { body, contentType, facts } of bench.journal.values()) {
    const request = { body, contentType, facts, receivedAtMs: 1 }
    const once = await inbound.parse(verified(request))
    // As it reaches a thread, and comes back.
    const again = structuredClone(await inbound.parse(verified(structuredClone(request))))
    if (JSON.stringify(once) !== JSON.stringify(again)) found.push('parses the same bytes differently')
  }
  return found
})

/** In words: not a code, not an exception's name. */
const isWords = (text: string | undefined): boolean => (text ?? '').trim().split(/\s+/).length >= 3

const secretsIn = (connector: Connector, config: ConfigValues, said: string): readonly string[] =>
  connector.configFields.flatMap(({ key, kind }) => {
    const value = config[key]
    return kind === 'secret' && typeof value === 'string' && value !== '' && said.includes(value)
      ? [`tells ${key}`]
      : []
  })

const testsTheConnection = onStage(async ({ connector, config, wrongConfig, patienceMs }) => {
  const found: string[] = []
  const lines: string[] = []
  const ask = (values: ConfigValues) =>
    connector.check({
      ...contextOf(values, AbortSignal.timeout(patienceMs), globalThis.fetch, lines),
      resolveHost: async (host) => (host === 'localhost' ? '127.0.0.1' : host),
      clock: Date.now,
    })
  try {
    const right = await ask(config)
    if (!right.ok) found.push(`says of a connection that stands: ${right.code}`)
    const wrong = await ask(wrongConfig)
    if (wrong.ok) found.push('says that a refused connection stands')
    else if (!isWords(wrong.detail)) found.push('does not say in words why it is refused')
    lines.push(JSON.stringify([right, wrong]))
  } catch (error) {
    found.push(`throws in check: ${String(error)}`)
    lines.push(String(error))
  }
  return [...found, ...secretsIn(connector, wrongConfig, lines.join('\n'))]
})

/** It may throw, or try again by itself and report; either way it is said, and nobody's secret with it. */
const saysThatItIsRefused = onStage(async ({ connector, wrongConfig, patienceMs }) => {
  const { inbound } = connector
  if (inbound.kind !== 'session') return []
  const lines: string[] = []
  const stopping = new AbortController()
  const bad = new Promise<HealthReport>((resolve) => {
    const context = contextOf(wrongConfig, stopping.signal, globalThis.fetch, lines)
    const opening = inbound.open(
      {
        ...context,
        resolveHost: async (host) => (host === 'localhost' ? '127.0.0.1' : host),
        clock: Date.now,
        reportHealth: (health) => {
          context.reportHealth(health)
          if (health.state !== 'healthy') resolve(health)
        },
      },
      async () => undefined,
    )
    opening.catch((error: unknown) => {
      lines.push(error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : String(error))
      resolve(
        error instanceof ConnectorError
          ? { state: 'failing', code: error.facts.code, detail: error.facts.detail ?? '' }
          : { state: 'failing', code: 'unexpected' },
      )
    })
  })
  const health = await Promise.race([bad, sleep(patienceMs, undefined, { ref: false })])
  stopping.abort()
  const found = secretsIn(connector, wrongConfig, lines.join('\n'))
  if (!health) return [...found, 'says nothing of a refused connection']
  if (health.code === 'unexpected')
    return [...found, 'throws something else than a ConnectorError when refused']
  return isWords(health.detail) ? found : [...found, 'does not say in words why it is refused']
})

/** Every check by what it promises. */
export const SESSION_CHECKS: Readonly<Record<string, SessionCheck>> = {
  'its session brings what is there and what comes later, each under one key': bringsWhatIsThere,
  'its session goes on where it was: nothing lost, nothing twice': goesOnWhereItWas,
  'its session moves its mark only behind the journal': marksBehindTheJournal,
  'its session ends soon when told to, also in the middle of an item': endsInTheMiddle,
  'its session survives a line that is cut': survivesACut,
  'what its session brings is parsed the same in every thread': parsesTheSame,
  'its test of the connection tells right from wrong, in words': testsTheConnection,
  'its session says in words that it is refused, and no secret': saysThatItIsRefused,
}
