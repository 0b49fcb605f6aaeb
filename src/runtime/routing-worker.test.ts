import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { StoredConversation } from '../store/stored-conversation.ts'
import { type RoutingWorker, type RoutingWorkerDeps, startRoutingWorker } from './routing-worker.ts'

let worker: RoutingWorker | undefined
let reads: string[]
let errors: string[]
let leading: boolean

const conversation = { id: 'a', priority: 'normal', routing: { sinceMs: 0 } } as StoredConversation

/** What a read of an empty queue answers. */
function note(read: string): StoredConversation[] {
  reads.push(read)
  return []
}

function start(change: Partial<RoutingWorkerDeps> = {}): RoutingWorker {
  worker = startRoutingWorker({
    routingQueue: {
      due: async () => note('due'),
      owed: async () => note('owed'),
      groups: async () => ['group'],
      waiting: async (_, limit) => note(`waiting ${limit}`),
    },
    route: async () => ({ assigned: [], waiting: [] }),
    now: Date.now,
    leads: async () => leading,
    giveUpLead: async () => undefined,
    chores: [{ everyMs: 1_000, failure: 'the chore failed', run: async () => void reads.push('chore') }],
    onError: (_, message) => void errors.push(message),
    ...change,
  })
  return worker
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  reads = []
  errors = []
  leading = true
})
afterEach(async () => {
  await worker?.stop()
  vi.useRealTimers()
})

describe('the routing worker', () => {
  it('looks at everything when it begins, and then at the heads of groups', async () => {
    start()
    await pass(0)
    expect(reads).toEqual(['due', 'owed', 'waiting 200', 'chore'])
    reads = []
    worker?.wake('work')
    await pass(0)
    expect(reads).toEqual(['due', 'owed', 'waiting 8'])
  })

  it('looks at everything when it takes over the lead', async () => {
    leading = false
    start()
    await pass(5_000)
    expect(reads).toEqual([])
    leading = true
    await pass(1_000)
    expect(reads).toContain('waiting 200')
  })

  it('goes on with the rest when one part fails, also with the chores', async () => {
    const due = async () => Promise.reject(new Error('broken'))
    start({
      routingQueue: {
        due,
        owed: due,
        groups: async () => ['group'],
        waiting: async (_, limit) => note(`waiting ${limit}`),
      },
    })
    await pass(0)
    expect(reads).toEqual(['waiting 200', 'chore'])
    expect(errors).toHaveLength(2)
  })

  it('looks at once when it was woken during the chores', async () => {
    let finish = (): void => undefined
    const run = () => new Promise<void>((done) => void (finish = done))
    start({ chores: [{ everyMs: 60_000, failure: 'the chore failed', run }] })
    await pass(0)
    reads = []
    worker?.wake('work')
    await pass(0)
    expect(reads).toEqual([])
    finish()
    await pass(0)
    expect(reads).toEqual(['due', 'owed', 'waiting 8'])
  })

  it('owes a look at everything until one went well', async () => {
    let fails = true
    start({
      routingQueue: {
        due: async () => [],
        owed: async () => [],
        groups: async () => ['group'],
        waiting: async (_, limit) => {
          reads.push(`waiting ${limit}`)
          if (fails) throw new Error('broken')
          return []
        },
      },
    })
    await pass(0)
    fails = false
    await pass(4_000)
    expect(reads.filter((read) => read.startsWith('waiting'))).toEqual(['waiting 200', 'waiting 200'])
    worker?.wake('work')
    await pass(0)
    expect(reads.at(-1)).toBe('waiting 8')
  })

  it('asks for the next page also when a run gave nothing away', async () => {
    let pages = 0
    start({
      routingQueue: {
        due: async () => [],
        owed: async () => (pages++ < 2 ? [conversation] : []),
        groups: async () => [],
        waiting: async () => [],
      },
      route: async () => ({ assigned: [], waiting: [] }),
    })
    await pass(0)
    expect(pages).toBe(3)
    expect(errors).toEqual([])
  })
})
