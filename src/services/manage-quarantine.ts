import { AppError } from '../domain/errors.ts'
import type { JournalEntryId } from '../domain/ids.ts'
import type { Page, QuarantineView } from '../domain/views.ts'
import type { JournalStore, QuarantinedEntry } from '../store/journal-store.ts'
import type { Bus } from './bus.ts'
import { decodeCursor, encodeCursor } from './page-cursor.ts'
import { instant } from './present.ts'
import { type Principal, requirePermission } from './principal.ts'

export interface QuarantineDeps {
  readonly journal: JournalStore
  readonly bus: Bus
}

/** Entries that could not be projected, newest first. @throws AppError `permission-denied`, `invalid-cursor` */
export async function listQuarantine(
  { cursor, limit }: { readonly cursor?: string; readonly limit: number },
  principal: Principal,
  { journal }: QuarantineDeps,
): Promise<Page<QuarantineView>> {
  requirePermission(principal, 'quarantine.manage')
  const before = cursor === undefined ? undefined : Number(decodeCursor(cursor, ['number'])[0])
  const found = await journal.listQuarantined(limit + 1, before)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return {
    items: items.map(presentEntry),
    ...(found.length > limit && last ? { nextCursor: encodeCursor([last.order]) } : {}),
  }
}

/** One entry with its raw source. @throws AppError `permission-denied`, `not-found` */
export async function readQuarantined(
  id: JournalEntryId,
  principal: Principal,
  { journal }: QuarantineDeps,
): Promise<QuarantineView> {
  requirePermission(principal, 'quarantine.manage')
  const entry = await journal.findQuarantined(id)
  if (!entry) throw new AppError('not-found')
  return {
    ...presentEntry(entry),
    rawBase64: Buffer.from(entry.body).toString('base64'),
    headers: { 'content-type': entry.contentType },
  }
}

/** Projects an entry again, in the place it came in. @throws AppError `permission-denied`, `not-found` */
export async function replayQuarantined(
  id: JournalEntryId,
  principal: Principal,
  { journal, bus }: QuarantineDeps,
): Promise<void> {
  requirePermission(principal, 'quarantine.manage')
  if (!(await journal.release(id))) throw new AppError('not-found')
  bus.signal({ kind: 'journal-grew' })
}

/** Throws an entry away. @throws AppError `permission-denied`, `not-found` */
export async function discardQuarantined(
  id: JournalEntryId,
  principal: Principal,
  { journal }: QuarantineDeps,
): Promise<void> {
  requirePermission(principal, 'quarantine.manage')
  if (!(await journal.discard(id))) throw new AppError('not-found')
}

function presentEntry(entry: QuarantinedEntry): QuarantineView {
  return {
    id: entry.id,
    channelId: entry.channelId,
    receivedAt: instant(entry.receivedAtMs),
    tries: entry.tries,
    error: entry.error,
  }
}
