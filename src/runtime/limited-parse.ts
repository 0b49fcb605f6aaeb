/**
 * Parses journal entries so that none of them can take the process down for long: one that never ends is broken off,
 * and whatever an earlier process had in hand, or was broken off before, is parsed apart, with a memory of its own.
 */
import { createContext, Script } from 'node:vm'
import { verified } from '../contract/raw-request.ts'
import type { JournalEntryId } from '../domain/ids.ts'
import type { ParseJob, ParseOutcome, ParseRequests } from '../services/parse-entries.ts'
import { sanitiseEvents } from '../services/sanitise-events.ts'
import type { ApartParser } from './apart-parser.ts'

/** A batch takes milliseconds; who is parsing when this is over is looked at alone. */
const BATCH_MS = 2_000
const MOST_REMEMBERED = 10_000

/** Threads that parse, each kind for itself: a letter that takes its time must hold up no chat, nor another letter. */
export interface ParsingThreads {
  /** Suspects among what platforms deliver; the others are parsed in this thread. */
  readonly suspects: Pick<ApartParser, 'parse'>
  /** What sessions bring. */
  readonly items: Pick<ApartParser, 'parse'>
  /** Suspects among that. */
  readonly suspectItems: Pick<ApartParser, 'parse'>
}

export interface LimitedParseDeps {
  readonly threads: ParsingThreads
  /** Entries from before may be what ended an earlier process. */
  readonly startedAtMs: number
  readonly batchMs?: number
}

/** Creates the parsing; the same results as calling each connector's `parse`, or an error per entry. */
export function createLimitedParse({ threads, startedAtMs, batchMs }: LimitedParseDeps): ParseRequests {
  const brokenOff = new Set<JournalEntryId>()
  const isSuspect = ({ entry }: ParseJob): boolean =>
    entry.tries > 0 || entry.receivedAtMs < startedAtMs || brokenOff.has(entry.id)

  const parseItem = async (job: ParseJob): Promise<ParseOutcome> => {
    const parser = isSuspect(job) ? threads.suspectItems : threads.items
    return (await parser.parse(job)) ?? parsePatiently(job)
  }

  return async (jobs) => {
    const outcomes = new Map<ParseJob, ParseOutcome>()
    // All at once: the threads see to it that none waits for another's round trip.
    const items = Promise.all(
      jobs.filter(isOfSession).map(async (job) => void outcomes.set(job, await parseItem(job))),
    )
    const delivered = jobs.filter((job) => !isOfSession(job))
    const here = delivered.filter((job) => !isSuspect(job))
    const suspects = delivered.filter(isSuspect).map(async (job) => {
      const outcome = await threads.suspects.parse(job)
      if (outcome) outcomes.set(job, outcome)
      else here.push(job)
    })
    await Promise.all([items, ...suspects])
    const overdue = parseInTime(here, outcomes, batchMs ?? BATCH_MS)
    if (brokenOff.size > MOST_REMEMBERED) brokenOff.clear()
    for (const { entry } of overdue) brokenOff.add(entry.id)
    return jobs.map((job) => outcomes.get(job) ?? { error: 'it was not parsed' })
  }
}

function isOfSession({ channel }: ParseJob): boolean {
  return channel.inbound.kind === 'session'
}

/** Parses in this thread, each batch within the time limit; what sessions bring without one. */
export const parseHere: ParseRequests = async (jobs) => {
  const outcomes = new Map<ParseJob, ParseOutcome>()
  for (const job of jobs.filter(isOfSession)) outcomes.set(job, await parsePatiently(job))
  parseInTime(
    jobs.filter((job) => !isOfSession(job)),
    outcomes,
    BATCH_MS,
  )
  return jobs.map((job) => outcomes.get(job) ?? { error: 'it was not parsed' })
}

/** The only way to break off synchronous work in this thread; it costs a fifth of a millisecond for each batch. */
const room = createContext({ work: (): void => undefined })
const doWork = new Script('work()')

/** @returns those that were being parsed when the time was over */
function parseInTime(
  jobs: readonly ParseJob[],
  outcomes: Map<ParseJob, ParseOutcome>,
  limitMs: number,
): readonly ParseJob[] {
  const overdue: ParseJob[] = []
  let next = 0
  room['work'] = () => {
    while (next < jobs.length) {
      const job = jobs[next]
      next += 1
      if (job) outcomes.set(job, parseOne(job))
    }
  }
  while (next < jobs.length) {
    try {
      doWork.runInContext(room, { timeout: limitMs })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      const job = jobs[next - 1]
      if (!job) throw error
      outcomes.set(job, { error: `parsing took longer than ${limitMs} ms` })
      overdue.push(job)
    }
  }
  return overdue
}

function parseOne({ channel, entry }: ParseJob): ParseOutcome {
  const { inbound } = channel
  if (inbound.kind !== 'webhook') return { error: 'what a session brings is parsed apart' }
  const { body, contentType, facts, receivedAtMs } = entry
  try {
    return { events: sanitiseEvents(inbound.parse(verified({ body, contentType, facts, receivedAtMs }))) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

async function parsePatiently({ channel, entry }: ParseJob): Promise<ParseOutcome> {
  const { body, contentType, facts, receivedAtMs } = entry
  try {
    return {
      events: sanitiseEvents(
        await channel.inbound.parse(verified({ body, contentType, facts, receivedAtMs })),
      ),
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
