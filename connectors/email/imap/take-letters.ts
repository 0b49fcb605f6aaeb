import type { FetchMessageObject, ImapFlow } from 'imapflow'
import { ClosedError } from './connect.ts'
import type { Desk, OpenDesk } from './desk.ts'
import { createFlight, type Flight, StoreFailure } from './flight.ts'
import { MAX_IN_FLIGHT, MAX_WHOLE_BYTES } from './limits.ts'
import { fetchPartial, fetchRescued } from './partial-letter.ts'
import { headerLines, type LetterMeta, partialItem, wholeItem } from './raw-item.ts'

/** What became of some letters; those named nowhere were deleted meanwhile. */
export interface Taken {
  readonly letters: readonly LetterMeta[]
  /** They are there, but the server does not hand them over. */
  readonly unreadable: readonly number[]
}

const MEBIBYTE = 2 ** 20
const CHECK_TIMEOUT_MS = 10_000

/**
 * Hands letters to the journal, in rising order of their UIDs. Resolves once all that could be read are journaled;
 * throws when the connection breaks or the journal refuses.
 */
export async function takeLetters(
  { desk, client }: OpenDesk,
  uids: readonly number[],
  options: { readonly sinceMs?: number; readonly rescue?: boolean } = {},
): Promise<Taken> {
  const { sinceMs = Number.NEGATIVE_INFINITY, rescue = false } = options
  if (uids.length === 0) return { letters: [], unreadable: [] }
  const flight = createFlight(desk.push, MAX_IN_FLIGHT, desk.ctx.signal)
  const unreadable: number[] = []
  const found = await metasOf(desk, client, uids)
  unreadable.push(...(await stillThere(client, uids, found)))
  const wanted = found.filter(({ internalDateMs }) => internalDateMs >= sinceMs)
  const largest = Math.min(desk.config.wholeMegabytes * MEBIBYTE, MAX_WHOLE_BYTES)
  const letters: LetterMeta[] = []
  const note = (meta: LetterMeta, done: Outcome): void => {
    if (done === 'taken') letters.push(meta)
    if (done === 'unreadable') unreadable.push(meta.uid)
  }
  for (const run of runsOf(wanted, largest)) {
    if (!rescue && run.whole) {
      const rest = await takeWhole(desk, client, flight, run.metas, largest, (meta) => note(meta, 'taken'))
      for (const meta of rest) note(meta, await takeAlone(desk, client, flight, meta, largest))
    } else {
      for (const meta of run.metas) note(meta, await takePart(desk, client, flight, meta, rescue))
    }
  }
  desk.expected = undefined
  await flight.landed()
  return { letters, unreadable }
}

type Outcome = 'taken' | 'gone' | 'unreadable'

/** Neighbours that are fetched by one command, and large ones, each for itself. */
function runsOf(metas: readonly LetterMeta[], largest: number) {
  const runs: { readonly whole: boolean; readonly metas: LetterMeta[] }[] = []
  for (const meta of metas) {
    const whole = meta.sizeBytes <= largest
    const last = runs.at(-1)
    if (last?.whole === whole) last.metas.push(meta)
    else runs.push({ whole, metas: [meta] })
  }
  return runs
}

async function metasOf(
  desk: Desk,
  client: ImapFlow,
  uids: readonly number[],
): Promise<readonly LetterMeta[]> {
  const metas = new Map<number, LetterMeta>()
  const fetch = async (some: readonly number[]): Promise<void> => {
    desk.expected = some[0]
    const query = { uid: true, size: true, internalDate: true }
    for await (const row of client.fetch([...some], query, { uid: true })) {
      if (uids.includes(row.uid)) metas.set(row.uid, metaOf(row, desk.ctx.clock()))
      desk.expected = some.find((uid) => !metas.has(uid))
    }
  }
  if (!(await answered(client, () => fetch(uids)))) {
    for (const uid of uids.filter((one) => !metas.has(one))) await answered(client, () => fetch([uid]))
  }
  desk.expected = undefined
  return [...metas.values()].sort((a, b) => a.uid - b.uid)
}

function metaOf({ uid, size = 0, internalDate }: FetchMessageObject, nowMs: number): LetterMeta {
  const date = internalDate instanceof Date ? internalDate.getTime() : Number.NaN
  // A letter without a date that can be read counts as new.
  return { uid, sizeBytes: size, internalDateMs: Number.isNaN(date) ? nowMs : date }
}

/** A letter that is not named may be deleted; or the server cannot tell anything about it, and it must not be lost. */
async function stillThere(
  client: ImapFlow,
  uids: readonly number[],
  found: readonly LetterMeta[],
): Promise<readonly number[]> {
  const known = new Set(found.map(({ uid }) => uid))
  const missing = uids.filter((uid) => !known.has(uid))
  if (missing.length === 0) return []
  const named = await search(client, missing)
  return missing.filter((uid) => named.includes(uid))
}

/** Which of these are in the folder; all of them where the server does not say. */
async function search(client: ImapFlow, uids: readonly number[]): Promise<readonly number[]> {
  const named = await client.search({ uid: uids.join(',') }, { uid: true })
  if (!client.usable) throw new ClosedError()
  return Array.isArray(named) ? named : uids
}

/** Fetches letters by one command; answers those that did not come. */
async function takeWhole(
  desk: Desk,
  client: ImapFlow,
  flight: Flight,
  metas: readonly LetterMeta[],
  largest: number,
  taken: (meta: LetterMeta) => void,
): Promise<readonly LetterMeta[]> {
  const waiting = new Map(metas.map((meta) => [meta.uid, meta]))
  desk.expected = metas[0]?.uid
  await answered(client, async () => {
    // One byte more than allowed shows a server that understates.
    const query = { uid: true, source: { maxLength: largest + 1 } }
    for await (const { uid, source } of client.fetch([...waiting.keys()], query, { uid: true })) {
      const meta = waiting.get(uid)
      if (!meta || !source || source.length > largest) continue
      waiting.delete(uid)
      desk.expected = undefined
      await flight.add(source.length, async () => itemOf(desk, meta, source))
      taken(meta)
      desk.expected = waiting.keys().next().value
    }
  })
  desk.expected = undefined
  return [...waiting.values()]
}

/** A second attempt, for one letter that did not come with the others. */
async function takeAlone(
  desk: Desk,
  client: ImapFlow,
  flight: Flight,
  meta: LetterMeta,
  largest: number,
): Promise<Outcome> {
  const rest = await takeWhole(desk, client, flight, [meta], largest, () => undefined)
  if (rest.length === 0) return 'taken'
  return takePart(desk, client, flight, meta, false)
}

async function takePart(
  desk: Desk,
  client: ImapFlow,
  flight: Flight,
  meta: LetterMeta,
  rescue: boolean,
): Promise<Outcome> {
  const { cursor, config } = desk
  if (!cursor) return 'unreadable'
  const place = { mailbox: cursor.folder, uidValidity: cursor.uidValidity }
  desk.expected = meta.uid
  let taken = false
  await answered(client, async () => {
    const letter = await (rescue ? fetchRescued : fetchPartial)(client, place, meta)
    if (!letter) return
    desk.expected = undefined
    const item = partialItem(cursor, config, meta, letter)
    await flight.add(item.body.length, async () => item)
    taken = true
  })
  desk.expected = undefined
  if (taken) return 'taken'
  return (await search(client, [meta.uid])).includes(meta.uid) ? 'unreadable' : 'gone'
}

/** Whether the server did as asked. What is not about the letter, but about connection or journal, is thrown. */
async function answered(client: ImapFlow, command: () => Promise<void>): Promise<boolean> {
  try {
    await command()
    return true
  } catch (error) {
    if (error instanceof StoreFailure || !client.usable || codeOf(error) === 'ETHROTTLE') throw error
    return false
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

async function itemOf(desk: Desk, meta: LetterMeta, raw: Uint8Array) {
  const { cursor, config } = desk
  if (!cursor) throw new Error('a letter came before its folder was known')
  return wholeItem(cursor, config, meta, raw, await checked(desk, raw))
}

/** What a check of our own finds, as JSON; empty where a trusted server has looked, or nothing can be said. */
async function checked({ ctx, config, checkAuthentication }: Desk, raw: Uint8Array): Promise<string> {
  if (!config.checkAuthentication || !checkAuthentication) return ''
  const trusted = config.authservIds.map((id) => id.toLowerCase())
  const judges = headerLines(raw, 'authentication-results').map(judgeIn)
  if (judges.some((judge) => trusted.includes(judge))) return ''
  const timeout = AbortSignal.timeout(CHECK_TIMEOUT_MS)
  const late = new Promise<undefined>((resolve) => {
    timeout.addEventListener('abort', () => resolve(undefined), { once: true })
  })
  try {
    const found = await Promise.race([checkAuthentication(raw, ctx.resolveDns), late])
    return found === undefined ? '' : JSON.stringify(found)
  } catch (error) {
    ctx.logger.debug({ err: error }, 'who wrote a letter could not be checked')
    return ''
  }
}

const judgeIn = (value: string): string => (value.split(/[\s;(]/, 1)[0] ?? '').toLowerCase()
