import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EmailConfig } from '../config.ts'
import {
  type Cursor,
  cursorFor,
  imported,
  letterKey,
  newest,
  newUids,
  openUids,
  owing,
  passed,
  readCursor,
  settled,
  writeCursor,
} from './cursor.ts'

const NOW = Date.UTC(2026, 10, 28)
const DAY = 86_400_000
const config = {
  imapHost: 'imap.example.test',
  user: 'support',
  folder: 'INBOX',
  importFrom: 'now',
  importDays: 30,
} as EmailConfig
const folder = { uidValidity: '7', uidNext: 11 }
const begin = (change: Partial<EmailConfig> = {}): Cursor =>
  cursorFor(undefined, { ...config, ...change }, folder, NOW)

describe('the place mark of a mailbox', () => {
  it('begins behind what is there, or with an import of it', () => {
    expect(begin()).toMatchObject({ uidValidity: '7', lastUid: 10, generation: 0, floorMs: NOW })
    expect(begin().importing).toBeUndefined()
    expect(begin({ importFrom: 'days' }).importing).toEqual({
      sinceMs: NOW - 30 * DAY,
      afterUid: 0,
      upToUid: 10,
    })
  })

  it('stays while the folder is the same', () => {
    const cursor = begin()
    expect(cursorFor(cursor, config, { ...folder, uidNext: 40 }, NOW + DAY)).toBe(cursor)
  })

  it('goes back by date when the letters are numbered anew, but never before its beginning', () => {
    const cursor = owing(newest(begin(), NOW + 10 * DAY, NOW + 10 * DAY), 9, NOW)
    const next = cursorFor(cursor, config, { uidValidity: '8', uidNext: 3 }, NOW + 11 * DAY)
    expect(next).toMatchObject({
      uidValidity: '8',
      lastUid: 2,
      owed: [],
      gaps: [],
      importing: { sinceMs: NOW + 8 * DAY, afterUid: 0, upToUid: 2 },
    })
    const early = cursorFor(begin(), config, { uidValidity: '8', uidNext: 3 }, NOW + 1)
    expect(early.importing?.sinceMs).toBe(NOW - 3_600_000)
  })

  it('goes on with an import that was not finished when the numbers changed', () => {
    const cursor = imported(begin({ importFrom: 'days' }), 5)
    const next = cursorFor(cursor, config, { uidValidity: '8', uidNext: 11 }, NOW + DAY)
    expect(next.importing?.sinceMs).toBeLessThanOrEqual(NOW - 30 * DAY)
  })

  it('gives other keys to UIDs that come a second time under one UIDVALIDITY', () => {
    const cursor = begin()
    const restored = cursorFor(cursor, config, { ...folder, uidNext: 5 }, NOW)
    const elsewhere = cursorFor(restored, { ...config, imapHost: 'new.example.test' }, folder, NOW)
    const other = cursorFor(elsewhere, { ...config, user: 'sales' }, folder, NOW)
    const keys = [cursor, restored, elsewhere, other].map((one) => letterKey(one, 4))
    expect(new Set(keys).size).toBe(4)
    expect(other.importing).toBeUndefined()
  })

  it('does not let a date in the future hide what comes before it', () => {
    expect(newest(begin(), NOW + 900 * DAY, NOW + DAY).newestMs).toBe(NOW + DAY)
  })

  it('tries what is owed less and less often, and forgets what is settled', () => {
    let cursor = begin()
    const waits: number[] = []
    for (let n = 0; n < 7; n++) {
      cursor = owing(cursor, 3, NOW)
      waits.push((cursor.owed[0]?.nextMs ?? 0) - NOW)
    }
    expect(waits).toEqual([0, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 3_600_000])
    expect(settled(cursor, 3).owed).toEqual([])
  })

  it('is kept in a checkpoint, and read from nothing else', () => {
    const cursor = begin({ importFrom: 'days' })
    expect(readCursor(JSON.parse(JSON.stringify(writeCursor(cursor))) as Record<string, unknown>)).toEqual(
      cursor,
    )
    for (const other of [undefined, {}, { cursor }, { kind: 'x', cursor }]) {
      expect(readCursor(other)).toBeUndefined()
    }
  })

  it('asks for what is new and for what was passed over, and takes each UID once', () => {
    fc.assert(
      fc.property(
        // The order in which a server shows the UIDs from 11 on, in looks of the mailbox.
        fc.array(fc.array(fc.integer({ min: 11, max: 60 }), { maxLength: 5 }), { maxLength: 15 }),
        (looks) => {
          let cursor = begin()
          const visible = new Set([10])
          const taken: number[] = []
          for (const look of looks) {
            for (const uid of look) visible.add(uid)
            // `n:*` names the highest one, whatever n is.
            const named = [...visible].sort((a, b) => a - b)
            const fresh = newUids(cursor, named)
            taken.push(...fresh)
            cursor = passed(cursor, fresh, NOW)
          }
          expect(taken.toSorted((a, b) => a - b)).toEqual(
            [...visible].filter((uid) => uid > 10).sort((a, b) => a - b),
          )
          expect(openUids(cursor).endsWith(`${cursor.lastUid + 1}:*`)).toBe(true)
        },
      ),
    )
  })

  it('gives up on what was passed over after a while', () => {
    const cursor = passed(begin(), [13], NOW)
    expect(openUids(cursor)).toBe('11:12,14:*')
    expect(newUids(cursor, [12, 13])).toEqual([12])
    expect(openUids(passed(cursor, [14], NOW + DAY))).toBe('15:*')
  })
})
