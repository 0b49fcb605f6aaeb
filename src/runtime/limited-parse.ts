/**
 * Parses journal entries so that none of them can take the process down for long: one that never ends is broken off,
 * and whatever an earlier process had in hand, or was broken off before, is parsed apart, with a memory of its own.
 */
import { createContext, Script } from 'node:vm'
import { verified } from '../contract/raw-request.ts'
import type { JournalEntryId } from '../domain/ids.ts'
import type { ParseJob, ParseOutcome, ParseRequests } from '../services/parse-entries.ts'
import type { ApartParser } from './apart-parser.ts'

/** A batch takes milliseconds; who is parsing when this is over is looked at alone. */
const BATCH_MS = 2_000
const MOST_REMEMBERED = 10_000

export interface LimitedParseDeps {
  /** Parses in another thread. */
  readonly apart: Pick<ApartParser, 'parse'>
  /** Entries from before may be what ended an earlier process. */
  readonly startedAtMs: number
  readonly batchMs?: number
}

/** Creates the parsing; the same results as calling each connector's `parse`, or an error per entry. */
export function createLimitedParse({ apart, startedAtMs, batchMs }: LimitedParseDeps): ParseRequests {
  const brokenOff = new Set<JournalEntryId>()
  /** What a session brings may be large and take its time. */
  const isApart = ({ entry, channel }: ParseJob): boolean =>
    channel.connector.inbound.kind === 'session' ||
    entry.tries > 0 ||
    entry.receivedAtMs < startedAtMs ||
    brokenOff.has(entry.id)

  return async (jobs) => {
    const outcomes = new Map<ParseJob, ParseOutcome>()
    const here = jobs.filter((job) => !isApart(job))
    for (const job of jobs.filter(isApart)) {
      const outcome = await apart.parse(job)
      if (outcome) outcomes.set(job, outcome)
      else if (job.channel.connector.inbound.kind === 'session') outcomes.set(job, await parsePatiently(job))
      else here.push(job)
    }
    const overdue = parseInTime(here, outcomes, batchMs ?? BATCH_MS)
    if (brokenOff.size > MOST_REMEMBERED) brokenOff.clear()
    for (const { entry } of overdue) brokenOff.add(entry.id)
    return jobs.map((job) => outcomes.get(job) ?? { error: 'it was not parsed' })
  }
}

/** Parses in this thread, each batch within the time limit; what sessions bring without one. */
export const parseHere: ParseRequests = async (jobs) => {
  const outcomes = new Map<ParseJob, ParseOutcome>()
  const ofSessions = jobs.filter(({ channel }) => channel.connector.inbound.kind === 'session')
  for (const job of ofSessions) outcomes.set(job, await parsePatiently(job))
  parseInTime(
    jobs.filter((job) => !ofSessions.includes(job)),
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
  const { inbound } = channel.connector
  if (inbound.kind !== 'webhook') return { error: 'what a session brings is parsed apart' }
  const { body, contentType, facts, receivedAtMs } = entry
  try {
    return { events: inbound.parse(verified({ body, contentType, facts, receivedAtMs })) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

async function parsePatiently({ channel, entry }: ParseJob): Promise<ParseOutcome> {
  const { body, contentType, facts, receivedAtMs } = entry
  try {
    return {
      events: await channel.connector.inbound.parse(verified({ body, contentType, facts, receivedAtMs })),
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
