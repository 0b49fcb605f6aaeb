import type { EmailConfig } from '../config.ts'

/** UIDs that were passed over because nothing was there; a server may yet show a letter under them. */
export interface Gap {
  readonly from: number
  readonly to: number
  readonly untilMs: number
}

/** A letter that could not be read so far. */
export interface Owed {
  readonly uid: number
  readonly tries: number
  readonly nextMs: number
}

/** Older letters still to be taken: of a first connection, or after the mailbox numbered its letters anew. */
export interface Import {
  readonly sinceMs: number
  readonly afterUid: number
  readonly upToUid: number
}

/** How far a mailbox was read: what is kept in the channel's checkpoint. */
export interface Cursor {
  readonly server: string
  readonly user: string
  readonly folder: string
  readonly uidValidity: string
  /** Tells UIDs apart that a server has given twice under one UIDVALIDITY. */
  readonly generation: number
  /** Everything up to here is dealt with, but for gaps, owed letters and the import. */
  readonly lastUid: number
  readonly gaps: readonly Gap[]
  readonly owed: readonly Owed[]
  readonly importing?: Import
  /** Nothing older was ever asked for. */
  readonly floorMs: number
  /** When the mailbox got the newest letter that was taken. */
  readonly newestMs: number
}

/** An open folder, as the server describes it. */
export interface OpenFolder {
  readonly uidValidity: string
  readonly uidNext: number
}

const DAY_MS = 86_400_000
/** How long a letter may show up below a UID that was already seen. */
const GAP_LIFE_MS = 15 * 60_000
const MAX_GAPS = 200
/** Before the newest letter: clocks differ, and letters are moved into a folder with their old dates. */
const RESCAN_MS = 2 * DAY_MS
/** A server's clock may be behind ours. */
const CLOCK_SLACK_MS = 3_600_000
const RETRY_MS = [0, 60_000, 300_000, 900_000, 3_600_000]

/** Where to go on in the folder as it is now; the same cursor when nothing about it has changed. */
export function cursorFor(
  known: Cursor | undefined,
  config: EmailConfig,
  folder: OpenFolder,
  nowMs: number,
): Cursor {
  if (!known || known.user !== config.user || known.folder !== config.folder) {
    return firstCursor(config, folder, nowMs, known ? known.generation + 1 : 0)
  }
  const sameServer = known.server === config.imapHost
  const sameUids = known.uidValidity === folder.uidValidity && sameServer
  // A next UID below what was seen: the server went back to an earlier state without saying so.
  if (sameUids && folder.uidNext > known.lastUid) return known
  const upToUid = folder.uidNext - 1
  const sinceMs = Math.max(
    known.floorMs - CLOCK_SLACK_MS,
    Math.min(known.newestMs - RESCAN_MS, known.importing?.sinceMs ?? Number.POSITIVE_INFINITY),
  )
  return {
    ...known,
    server: config.imapHost,
    uidValidity: folder.uidValidity,
    // A server of its own may give a UIDVALIDITY that another one has given; one and the same never means two by it.
    generation: known.generation + (sameServer && known.uidValidity !== folder.uidValidity ? 0 : 1),
    lastUid: upToUid,
    gaps: [],
    owed: [],
    importing: { sinceMs, afterUid: 0, upToUid },
  }
}

function firstCursor(config: EmailConfig, folder: OpenFolder, nowMs: number, generation: number): Cursor {
  const { importFrom, importDays, imapHost: server, user } = config
  const floorMs = importFrom === 'now' ? nowMs : nowMs - importDays * DAY_MS
  const lastUid = folder.uidNext - 1
  return {
    server,
    user,
    folder: config.folder,
    uidValidity: folder.uidValidity,
    generation,
    lastUid,
    gaps: [],
    owed: [],
    ...(importFrom === 'now' ? {} : { importing: { sinceMs: floorMs, afterUid: 0, upToUid: lastUid } }),
    floorMs,
    newestMs: nowMs,
  }
}

/** The UIDs to ask the server for, as an IMAP sequence set. */
export function openUids({ gaps, lastUid }: Cursor): string {
  return [...gaps.map(({ from, to }) => `${from}:${to}`), `${lastUid + 1}:*`].join(',')
}

/** Which of the UIDs that a server names are new: `n:*` names the last letter even where it is older. */
export function newUids({ gaps, lastUid }: Cursor, named: readonly number[]): readonly number[] {
  return named.filter((uid) => uid > lastUid || gaps.some(({ from, to }) => from <= uid && uid <= to))
}

/** These new UIDs, in rising order and the lowest first, are dealt with; what lies between them is remembered. */
export function passed(cursor: Cursor, uids: readonly number[], nowMs: number): Cursor {
  let { lastUid } = cursor
  let gaps = cursor.gaps.filter(({ untilMs }) => untilMs > nowMs)
  for (const uid of uids) {
    if (uid > lastUid) {
      if (uid > lastUid + 1) gaps.push({ from: lastUid + 1, to: uid - 1, untilMs: nowMs + GAP_LIFE_MS })
      lastUid = uid
    } else {
      gaps = gaps.flatMap((gap) => without(gap, uid))
    }
  }
  return { ...cursor, lastUid, gaps: gaps.slice(-MAX_GAPS) }
}

function without(gap: Gap, uid: number): readonly Gap[] {
  if (uid < gap.from || uid > gap.to) return [gap]
  const parts = [
    { ...gap, to: uid - 1 },
    { ...gap, from: uid + 1 },
  ]
  return parts.filter(({ from, to }) => from <= to)
}

/** The import is done up to this UID, or as a whole. */
export function imported(cursor: Cursor, upTo: number | 'all'): Cursor {
  const { importing, ...rest } = cursor
  if (!importing || upTo === 'all' || upTo >= importing.upToUid) return rest
  return { ...rest, importing: { ...importing, afterUid: Math.max(upTo, importing.afterUid) } }
}

/** A letter could not be read: it is tried again, less and less often. */
export function owing(cursor: Cursor, uid: number, nowMs: number): Cursor {
  const tries = (cursor.owed.find((letter) => letter.uid === uid)?.tries ?? 0) + 1
  const nextMs = nowMs + (RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 0)
  const others = cursor.owed.filter((letter) => letter.uid !== uid)
  return { ...cursor, owed: [...others, { uid, tries, nextMs }] }
}

/** A letter is no longer owed: it was taken, or is gone. */
export function settled(cursor: Cursor, uid: number): Cursor {
  return { ...cursor, owed: cursor.owed.filter((letter) => letter.uid !== uid) }
}

/** The newest letter taken so far decides from when on a renumbered mailbox is read again. */
export function newest(cursor: Cursor, internalDateMs: number, nowMs: number): Cursor {
  // A date in the future would hide everything that comes before it.
  const dateMs = Math.min(internalDateMs, nowMs)
  return dateMs > cursor.newestMs ? { ...cursor, newestMs: dateMs } : cursor
}

/** Unique for each letter of the mailbox, and the same whenever it is fetched again. */
export function letterKey({ folder, uidValidity, generation }: Cursor, uid: number): string {
  return `${folder}:${uidValidity}${generation === 0 ? '' : `.${generation}`}:${uid}`
}

/** The cursor that a checkpoint holds, if it is one. */
export function readCursor(value: Readonly<Record<string, unknown>> | undefined): Cursor | undefined {
  if (value?.['kind'] !== KIND || typeof value['cursor'] !== 'object') return undefined
  return value['cursor'] as Cursor
}

/** What a checkpoint keeps. */
export const writeCursor = (cursor: Cursor): Readonly<Record<string, unknown>> => ({ kind: KIND, cursor })

const KIND = 'mailbox-1'
