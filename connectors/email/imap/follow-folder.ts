import type { ImapFlow } from 'imapflow'
import type { Bell } from './bell.ts'
import { ClosedError } from './connect.ts'
import {
  type Cursor,
  cursorFor,
  imported,
  newest,
  newUids,
  type OpenFolder,
  openUids,
  owing,
  passed,
  settled,
} from './cursor.ts'
import { type Desk, isOpen, moveTo, type OpenDesk } from './desk.ts'
import { LETTERS_PER_STEP } from './limits.ts'
import { type Taken, takeLetters } from './take-letters.ts'

/** From so many failed tries on, only headers are asked for. */
const RESCUE_AFTER = 3
const MAX_OWED = 500
const LOOK_BACK = 20
const DAY_MS = 86_400_000

/** Opens the folder, which never changes a flag, and finds out where to go on in it. */
export async function openFolder(desk: Desk, client: ImapFlow): Promise<OpenDesk> {
  const { config, ctx } = desk
  const box = await client.mailboxOpen(config.folder, { readOnly: true })
  const folder: OpenFolder = {
    uidValidity: String(box.uidValidity),
    uidNext: box.uidNext > 0 ? box.uidNext : Math.max(await lastUidOf(client), desk.cursor?.lastUid ?? 0) + 1,
  }
  const cursor = cursorFor(desk.cursor, config, folder, ctx.clock())
  await moveTo(desk, cursor === desk.cursor ? cursor : await withLookBack(client, cursor, ctx.clock()))
  if (!isOpen(desk)) throw new Error('the checkpoint was not kept')
  return { desk, client }
}

/** Letters of the last UIDs before the beginning that are not shown yet may show up, as later ones may. */
async function withLookBack(client: ImapFlow, cursor: Cursor, nowMs: number): Promise<Cursor> {
  const from = Math.max(1, cursor.lastUid - LOOK_BACK + 1)
  if (cursor.lastUid < from) return cursor
  const there = await search(client, { uid: `${from}:${cursor.lastUid}` })
  return {
    ...passed({ ...cursor, lastUid: from - 1 }, [...there, cursor.lastUid + 1], nowMs),
    lastUid: cursor.lastUid,
  }
}

/** For servers that do not tell the next UID. */
async function lastUidOf(client: ImapFlow): Promise<number> {
  return Math.max(0, ...(await search(client, { uid: '*' })))
}

/**
 * Takes whatever is new, then whatever is to be imported; between two steps of an import, what came meanwhile. Resolves
 * once there is nothing left, and everything is journaled.
 */
export async function catchUp(open: OpenDesk, bell: Bell): Promise<void> {
  await takeNew(open)
  let waiting = await toImport(open)
  while (open.desk.cursor.importing) {
    const step = waiting.slice(0, LETTERS_PER_STEP)
    waiting = waiting.slice(LETTERS_PER_STEP)
    const { sinceMs } = open.desk.cursor.importing
    const taken = await takeLetters(open, step, { sinceMs })
    const upTo = waiting.length === 0 ? 'all' : (step.at(-1) ?? 'all')
    await moveTo(open.desk, imported(accounted(open, taken), upTo))
    if (bell.rang()) await takeNew(open)
  }
  await retryOwed(open)
}

async function takeNew(open: OpenDesk): Promise<void> {
  const { desk, client } = open
  const named = await search(client, { uid: openUids(desk.cursor) })
  const fresh = newUids(desk.cursor, named)
  for (let start = 0; start < fresh.length; start += LETTERS_PER_STEP) {
    const step = fresh.slice(start, start + LETTERS_PER_STEP)
    const owed = new Set(desk.cursor.owed.map(({ uid }) => uid))
    const taken = await takeLetters(
      open,
      step.filter((uid) => !owed.has(uid)),
    )
    await moveTo(desk, passed(accounted(open, taken), step, desk.ctx.clock()))
  }
}

async function toImport({ desk, client }: OpenDesk): Promise<readonly number[]> {
  const { importing } = desk.cursor
  if (!importing || importing.afterUid >= importing.upToUid) return []
  // The server knows days only, and of its own time zone: the exact instant is looked at when a letter is taken.
  const since = new Date(importing.sinceMs - DAY_MS)
  const uid = `${importing.afterUid + 1}:${importing.upToUid}`
  const owed = new Set(desk.cursor.owed.map((letter) => letter.uid))
  return (await search(client, { uid, since })).filter((one) => !owed.has(one))
}

async function retryOwed(open: OpenDesk): Promise<void> {
  const { desk } = open
  const due = desk.cursor.owed.filter(({ nextMs }) => nextMs <= desk.ctx.clock())
  for (const { uid, tries } of due) {
    const taken = await takeLetters(open, [uid], { rescue: tries >= RESCUE_AFTER })
    const still = taken.unreadable.includes(uid)
    await moveTo(desk, still ? accounted(open, taken) : settled(accounted(open, taken), uid))
  }
}

function accounted({ desk }: OpenDesk, { letters, unreadable }: Taken): Cursor {
  const now = desk.ctx.clock()
  const dated = letters.reduce((cursor, meta) => newest(cursor, meta.internalDateMs, now), desk.cursor)
  const next = unreadable.reduce((cursor, uid) => owing(cursor, uid, now), dated)
  // So many at once are not the letters' fault: nothing is put aside, and all is tried again.
  if (next.owed.length > MAX_OWED) throw new Error('the server hands over hardly any letter')
  return next
}

async function search(
  client: ImapFlow,
  query: { readonly uid: string; readonly since?: Date },
): Promise<readonly number[]> {
  const found = await client.search(query, { uid: true })
  if (!client.usable) throw new ClosedError()
  if (!Array.isArray(found)) throw new Error('the server does not search its folder')
  return found
}
