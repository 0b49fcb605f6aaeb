import { afterEach, describe, expect, it } from 'vitest'
import type { InboundEvent } from '../contract/inbound-event.ts'
import type { JournalEntryId } from '../domain/ids.ts'
import type { ParseJob, ParseOutcome } from '../services/parse-entries.ts'
import { type ApartParser, createApartParser, ParsingStoppedError } from './apart-parser.ts'
import { createLimitedParse } from './limited-parse.ts'

/** A registry as a module of its own: its connectors do with an entry what the entry says. */
const REGISTRY_URL = `data:text/javascript,${encodeURIComponent(`
  const hoard = []
  const parse = ({ body }) => {
    const text = Buffer.from(body).toString()
    if (text === 'throw') throw new Error('unreadable')
    while (text === 'loop') { try { for (;;) {} } catch {} }
    if (text.startsWith('slow')) return new Promise((resolve) => setTimeout(resolve, 20)).then(() => [{ type: 'typing', identityExternalId: text }])
    if (text === 'files') {
      const whole = new Uint8Array([1, 2, 3])
      const shared = Buffer.concat([Buffer.from('ab'), Buffer.from('cd')])
      const all = [whole, shared.subarray(1, 3), Buffer.from('pooled'), whole, new Uint8Array()]
      return [{ type: 'message', externalId: 'm', identity: { externalId: 'i', verified: false }, text: '', attachments: all.map((bytes) => ({ kind: 'content', bytes, name: 'n' })) }]
    }
    if (text === 'words') return [{ type: 'typing', identityExternalId: () => 1 }]
    while (text === 'hoard') hoard.push(Array.from({ length: 100_000 }, Math.random))
    return [{ type: 'typing', identityExternalId: text }]
  }
  export const registry = { find: (type) => (type === 'known' ? { inbound: { parse } } : undefined) }
`)}`

/** The thread is TypeScript here, as this test is; what the main thread registered does not hold for it. */
const READS_TYPESCRIPT = `data:text/javascript,${encodeURIComponent(
  `import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register()`,
)}`

const parseHere = ({ body }: { readonly body: Uint8Array }): readonly InboundEvent[] => {
  const text = Buffer.from(body).toString()
  if (text === 'throw') throw new Error('unreadable')
  while (text === 'loop') {
    try {
      for (let count = 0; ; count += 1) if (count < 0) break
    } catch {
      // What a careless connector would do.
    }
  }
  return [{ type: 'typing', identityExternalId: text }]
}

let lastId = 0
function job(
  text: string,
  change: { readonly tries?: number; readonly type?: string; readonly kind?: 'webhook' | 'session' } = {},
): ParseJob {
  const entry = {
    id: String((lastId += 1)) as JournalEntryId,
    body: Buffer.from(text),
    contentType: 'text/plain',
    facts: {},
    receivedAtMs: 1_000,
    tries: change.tries ?? 0,
  }
  const { kind = 'webhook', type = 'known' } = change
  const inbound = { kind, parse: parseHere }
  return { entry, channel: { connector: { type, inbound }, inbound } } as unknown as ParseJob
}
const typing = (text: string): ParseOutcome => ({ events: [{ type: 'typing', identityExternalId: text }] })

describe('parsing apart', () => {
  let parser: ApartParser | undefined
  const errors: unknown[] = []
  const open = (registryUrl = REGISTRY_URL, threads = 1, inFlight = 1, limitMs = 400): ApartParser => {
    parser = createApartParser({
      registryUrl,
      threads,
      inFlight,
      onError: (error) => errors.push(error),
      limitMs,
      memoryMegabytes: 32,
      execArgv: ['--import', READS_TYPESCRIPT],
    })
    return parser
  }
  afterEach(() => parser?.stop())

  it('gives what the connector gives, and its error', async () => {
    const { parse } = open()
    const outcomes = await Promise.all(['a', 'throw', 'b'].map((text) => parse(job(text))))
    expect(outcomes).toEqual([typing('a'), { error: 'unreadable' }, typing('b')])
  })

  it.each([
    ['never ends', 'loop', /took longer than 400 ms/],
    ['eats the memory', 'hoard', /needed more than 32 MB of memory/],
  ])('survives one that %s', async (_, text, error) => {
    // To run full takes a while on a busy machine.
    const { parse } = open(REGISTRY_URL, 1, 1, text === 'hoard' ? 20_000 : 400)
    expect(await parse(job(text))).toEqual({ error: expect.stringMatching(error) })
    expect(await parse(job('after'))).toEqual(typing('after'))
  })

  it.each([
    ['loop', { error: 'parsing took longer than 400 ms' }],
    ['hoard', { error: expect.stringMatching(/needed more than 32 MB|took longer/) }],
    ['throw', { error: 'unreadable' }],
  ])('keeps a %s in one of several full threads to itself', async (text, outcome) => {
    const { parse } = open(REGISTRY_URL, 2, 4)
    const texts = ['slow 0', 'b', 'slow 1', 'c', text, 'd', 'slow 2', 'e', 'f', 'g', 'h', 'i', 'j', 'k']
    const outcomes = await Promise.all(texts.map((one) => parse(job(one))))
    expect(outcomes).toEqual(texts.map((one) => (one === text ? outcome : typing(one))))
  })

  it('moves files over whole, whatever they shared their memory with, and leaves the entry its body', async () => {
    const { parse } = open()
    const one = job('files')
    const outcome = await parse(one)
    const files =
      outcome && 'events' in outcome
        ? outcome.events.flatMap((event) =>
            (event as { attachments: readonly { bytes: Uint8Array }[] }).attachments.map(({ bytes }) => [
              ...bytes,
            ]),
          )
        : []
    expect(files).toEqual([[1, 2, 3], [98, 99], [...Buffer.from('pooled')], [1, 2, 3], []])
    expect(Buffer.from(one.entry.body).toString()).toBe('files')
  })

  it('says so when the events cannot be told to another thread', async () => {
    expect(await open().parse(job('words'))).toEqual({
      error: expect.stringContaining('could not be cloned'),
    })
  })

  it('blames nobody for what was under way when it is stopped', async () => {
    const { parse, stop } = open(REGISTRY_URL, 1, 2)
    const under = Promise.allSettled([parse(job('loop')), parse(job('a')), parse(job('b'))])
    await stop()
    for (const one of await under) expect(one).toMatchObject({ reason: expect.any(ParsingStoppedError) })
    await expect(parse(job('c'))).rejects.toThrow(ParsingStoppedError)
  })

  it('leaves to others what it does not know, and what it has no thread for', async () => {
    expect(await open().parse(job('a', { type: 'unknown' }))).toBeUndefined()
    await parser?.stop()
    expect(await open('data:text/javascript,throw new Error("broken")').parse(job('a'))).toBeUndefined()
    expect(errors).toHaveLength(1)
  })
})

describe('parsing within limits', () => {
  function open(outcome: ParseOutcome | undefined) {
    const apart: ParseJob[] = []
    const items: ParseJob[] = []
    const suspectItems: ParseJob[] = []
    const into = (list: ParseJob[]) => ({
      parse: async (one: ParseJob) => {
        list.push(one)
        return outcome
      },
    })
    const parse = createLimitedParse({
      threads: { suspects: into(apart), items: into(items), suspectItems: into(suspectItems) },
      startedAtMs: 500,
      batchMs: 100,
    })
    return { parse, apart, items, suspectItems }
  }

  it('keeps results with their entries, and breaks off only the one that never ends', async () => {
    const { parse, apart } = open(undefined)
    const jobs = ['a', 'throw', 'loop', 'b', 'c'].map((text) => job(text))
    expect(await parse(jobs)).toEqual([
      typing('a'),
      { error: 'unreadable' },
      { error: 'parsing took longer than 100 ms' },
      typing('b'),
      typing('c'),
    ])
    expect(apart).toEqual([])
  })

  it('parses apart what was broken off, was tried before or is older than this process', async () => {
    const { parse, apart } = open({ error: 'apart' })
    const loop = job('loop')
    const old = job('old')
    const before = { ...old, entry: { ...old.entry, receivedAtMs: 499 } }
    const tried = job('tried', { tries: 1 })
    const fresh = job('fresh')
    await parse([loop])
    expect(await parse([loop, fresh, before, tried])).toEqual([
      { error: 'apart' },
      typing('fresh'),
      { error: 'apart' },
      { error: 'apart' },
    ])
    expect(apart).toEqual([loop, before, tried])
  })

  it('parses here what cannot be parsed apart', async () => {
    const { parse } = open(undefined)
    expect(await parse([job('a', { tries: 2 })])).toEqual([typing('a')])
  })

  it('parses all that sessions bring apart, suspects where they hold up no others', async () => {
    const { parse, apart, items, suspectItems } = open({ error: 'apart' })
    const fresh = job('fresh', { kind: 'session' })
    const tried = job('tried', { kind: 'session', tries: 1 })
    const chat = job('chat')
    expect(await parse([fresh, chat, tried])).toEqual([
      { error: 'apart' },
      typing('chat'),
      { error: 'apart' },
    ])
    expect([items, suspectItems, apart]).toEqual([[fresh], [tried], []])
    expect(await open(undefined).parse([fresh])).toEqual([typing('fresh')])
  })
})
