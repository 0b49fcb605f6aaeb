import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addLetter, renumber } from '../../fakes/imap/mailbox.ts'
import { type FakeImap, type FetchOutcome, startFakeImap } from '../../fakes/imap/server.ts'
import { emptyCheckpoint, mailConfig } from './mail-context.ts'
import { letter, type MailSession, startSession, subjectOf } from './mail-session.ts'

type Step =
  | { readonly do: 'deliver' | 'deliver-late' | 'show-late' | 'renumber' | 'cut' | 'restart' }
  | { readonly do: 'delete'; readonly which: number }
  | { readonly do: 'fail-fetches'; readonly how: FetchOutcome; readonly times: number }
  | { readonly do: 'fail-journal'; readonly times: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ do: 'deliver' }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Step>(
      { do: 'deliver-late' },
      { do: 'show-late' },
      { do: 'renumber' },
      { do: 'cut' },
      { do: 'restart' },
    ),
  },
  { weight: 2, arbitrary: fc.nat().map((which): Step => ({ do: 'delete', which })) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail-fetches' as const),
      how: fc.constantFrom<FetchOutcome>('refuse', 'omit', 'drop'),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('fail-journal' as const), times: fc.integer({ min: 1, max: 3 }) }),
  },
)

const RHYTHM = {
  pollMs: 25,
  reconnectMs: [1, 10] as const,
  patience: { connectMs: 5_000, greetingMs: 5_000, silenceMs: 5_000 },
}

/** A mailbox, its server, and whoever reads it, over as many sessions as it takes. */
async function world(before: number) {
  const server = await startFakeImap()
  const checkpoint = emptyCheckpoint()
  const pushed = new Map<string, Set<string>>()
  const failing = { fetches: 0, how: 'ok' as FetchOutcome, journal: 0 }
  let ahead = 0
  let written = 0
  for (; written < before; written++) addLetter(server.box, letter(`letter ${written}`))
  server.onFetch = () => (failing.fetches-- > 0 ? failing.how : 'ok')
  const start = (): MailSession =>
    startSession(mailConfig(server.port), {
      checkpoint,
      rhythm: RHYTHM,
      change: { clock: () => Date.now() + ahead },
      journal: async (item) => {
        if (failing.journal-- > 0) throw new Error('the database is away')
        const subject = subjectOf(item)
        pushed.set(item.key, (pushed.get(item.key) ?? new Set()).add(subject))
      },
    })
  let session = start()
  const showLate = (): void => {
    for (const one of server.box.letters) one.hidden = false
    server.announce()
  }
  return {
    server,
    pushed,
    async take(one: Step) {
      switch (one.do) {
        case 'deliver':
        case 'deliver-late':
          addLetter(server.box, letter(`letter ${written++}`), { hidden: one.do === 'deliver-late' })
          return server.announce()
        case 'show-late':
          return showLate()
        case 'renumber':
          showLate()
          renumber(server.box)
          // Within one session UIDVALIDITY never changes (RFC 3501, 2.3.1.1).
          return server.cut()
        case 'delete':
          server.box.letters.splice(one.which % Math.max(1, server.box.letters.length), 1)
          return
        case 'cut':
          return server.cut()
        case 'restart':
          await session.stop()
          session = start()
          return
        case 'fail-fetches':
          failing.fetches = one.times
          failing.how = one.how
          return
        case 'fail-journal':
          failing.journal = one.times
          return
      }
    },
    /** Nothing new goes wrong; resolves once all that is there was pushed. */
    async settle(): Promise<readonly string[]> {
      showLate()
      const deadline = Date.now() + 15_000
      let missing = missingIn(server, pushed)
      while (missing.length > 0 && Date.now() < deadline) {
        await sleep(10)
        missing = missingIn(server, pushed)
        // Only what is tried again later may be waited for on a clock that runs ahead.
        const owed = owedIn(checkpoint.value)
        if (missing.every(({ uid }) => owed.includes(uid))) ahead += 600_000
      }
      await session.stop()
      await server.close()
      return missing.map(({ subject }) => subject)
    },
  }
}

function missingIn(server: FakeImap, pushed: ReadonlyMap<string, ReadonlySet<string>>) {
  const known = new Set([...pushed.values()].flatMap((subjects) => [...subjects]))
  return server.box.letters
    .map(({ uid, raw }) => ({ uid, subject: /^subject: (.*?)\r?$/im.exec(raw.toString())?.[1] ?? '' }))
    .filter(({ subject }) => !known.has(subject))
}

function owedIn(checkpoint: Readonly<Record<string, unknown>> | undefined): readonly number[] {
  const { cursor } = (checkpoint ?? {}) as { cursor?: { owed: readonly { uid: number }[] } }
  return cursor?.owed.map(({ uid }) => uid) ?? []
}

const LONGEST_MS = 600_000

describe('whatever happens to a mailbox', () => {
  it(
    'every letter that is there in the end was taken, and no key ever names two letters',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 5 }),
          fc.array(fc.tuple(step, fc.constantFrom(0, 5, 30)), { maxLength: 20, size: 'max' }),
          async (before, steps) => {
            const { take, settle, pushed } = await world(before)
            for (const [one, pauseMs] of steps) {
              await take(one)
              await sleep(pauseMs)
            }
            expect(await settle()).toEqual([])
            expect([...pushed.values()].filter((subjects) => subjects.size > 1)).toEqual([])
          },
        ),
        { numRuns: process.env['FAULTS'] === 'long' ? 500 : 15, endOnFailure: true },
      )
    },
    LONGEST_MS,
  )
})
