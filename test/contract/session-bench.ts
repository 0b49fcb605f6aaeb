/** Runs a connector's session as the product does, but for the waiting: what it brings, marks and says is kept. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, ConnectorContext, PushItem, RawItem } from '../../src/contract/connector.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { requireFitItem } from '../../src/services/session-entry.ts'
import { contextOf } from './kit-context.ts'

/** How long a session may take to end. */
const ENDING_MS = 5_000
const REOPEN_MS = 50

export type SessionBench = ReturnType<typeof createSessionBench>

/** One run, over as many openings as it takes. */
export interface SessionRun {
  /** Tells it to end. @returns what it did wrong in ending */
  stop(): Promise<readonly string[]>
}

/**
 * A place where sessions of one channel run one after the other; the mark and the journal outlive them.
 * @param patienceMs for something that has to come
 */
export function createSessionBench(connector: Connector, config: ConfigValues, patienceMs: number) {
  const { inbound } = connector
  if (inbound.kind !== 'session') throw new Error('only sessions are opened')
  /** By key, as the journal has it: the first of a key counts. */
  const journal = new Map<string, RawItem>()
  const findings = new Set<string>()
  const lines: string[] = []
  let place: Readonly<Record<string, unknown>> | undefined

  const keep = (item: RawItem): void => {
    try {
      requireFitItem(item)
    } catch (error) {
      findings.add(`pushes what cannot be kept: ${String(error)}`)
    }
    if (!journal.has(item.key)) journal.set(item.key, { ...item, body: new Uint8Array(item.body) })
  }

  /** @param before decides what becomes of an item; the journal takes it unless it throws */
  const run = (before: (item: RawItem) => Promise<void> = async () => undefined): SessionRun => {
    const stopping = new AbortController()
    let isOpen = false
    const requireOpen = (what: string): void => {
      if (isOpen) return
      findings.add(`${what} after it has ended`)
      throw new Error('the session has ended')
    }
    const push: PushItem = async (item) => {
      requireOpen('pushes')
      await before(item)
      keep(item)
    }
    const ctx: ConnectorContext<ConfigValues> = {
      ...contextOf(config, stopping.signal, globalThis.fetch, lines),
      resolveHost: async (host) => (host === 'localhost' ? '127.0.0.1' : host),
      clock: Date.now,
      checkpoint: {
        read: async () => structuredClone(place),
        write: async (value) => {
          requireOpen('moves its mark')
          place = structuredClone(value)
        },
      },
    }
    const openAgain = async (): Promise<void> => {
      while (!stopping.signal.aborted) {
        isOpen = true
        try {
          await inbound.open(ctx, push)
        } catch (error) {
          lines.push(error instanceof Error ? `${error.stack} ${JSON.stringify(error)}` : String(error))
        } finally {
          isOpen = false
        }
        await sleep(REOPEN_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
    const ended = openAgain()
    return {
      async stop() {
        stopping.abort()
        const inTime = await Promise.race([ended.then(() => true), sleep(ENDING_MS, false, { ref: false })])
        // What it still does on its own shows soon.
        await sleep(REOPEN_MS)
        return [...(inTime ? [] : ['does not end when it is told to']), ...findings]
      },
    }
  }

  const textsOf = async (item: RawItem): Promise<string> => {
    const { body, contentType, facts } = item
    try {
      return JSON.stringify(await inbound.parse(verified({ body, contentType, facts, receivedAtMs: 1 })))
    } catch (error) {
      findings.add(`throws in parse: ${String(error)}`)
      return ''
    }
  }
  const parsed = new Map<string, string>()
  /** The keys under which something with this mark was brought. */
  const keysOf = async (mark: string): Promise<readonly string[]> => {
    for (const [key, item] of journal) if (!parsed.has(key)) parsed.set(key, await textsOf(item))
    return [...parsed].flatMap(([key, texts]) => (texts.includes(mark) ? [key] : []))
  }

  return {
    run,
    journal,
    lines,
    keysOf,
    /** @returns what is missing of the marks, or came more than once */
    async brought(...marks: readonly string[]): Promise<readonly string[]> {
      const until = performance.now() + patienceMs
      const missing = async (): Promise<readonly string[]> => {
        const keys = await Promise.all(marks.map(keysOf))
        return marks.filter((_, index) => keys[index]?.length === 0)
      }
      let left = await missing()
      while (left.length > 0 && performance.now() < until) {
        await sleep(20)
        left = await missing()
      }
      const keys = await Promise.all(marks.map(keysOf))
      return [
        ...left.map(() => 'does not bring what was put in'),
        ...keys.flatMap((found) => (found.length > 1 ? ['brings one thing under several keys'] : [])),
      ]
    },
  }
}
