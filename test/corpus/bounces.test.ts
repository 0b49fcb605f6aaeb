import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { automaticKindOf } from '../../connectors/email/machines/automatic.ts'
import { recogniseReport } from '../../connectors/email/machines/delivery-report.ts'
import { readForTests } from '../harness/read-mail.ts'

const FOLDER = join(process.env['MAIL_CORPUS_PATH'] ?? '../shared/corpus', 'bounces/set-of-emails')
const OWN = ['support@shop.example']

/** The name tells the kind: `maildir_bsd_lhost-postfix-05.eml`. */
const LETTERS = readdirSync(FOLDER).map((name) => ({
  name,
  kind: /^maildir_(?:bsd_)?([a-z0-9]+)/.exec(name)?.[1] ?? '',
  mail: readForTests(readFileSync(join(FOLDER, name))),
}))
const of = (...kinds: readonly string[]) => LETTERS.filter((letter) => kinds.includes(letter.kind))

describe('reports that really were sent', () => {
  it.each(['lhost', 'rhost', 'rfc3464', 'arf'])('of the kind %s are recognised', (kind) => {
    const reports = of(kind)
    const missed = reports.filter(({ mail }) => {
      const report = recogniseReport(mail)
      const tells = report?.recipient ?? report?.messageIds[0]
      return tells === undefined && (report === undefined || report.code === 'other')
    })
    expect(reports.length).toBeGreaterThan(0)
    console.log(`${kind}: ${reports.length - missed.length} of ${reports.length} recognised`)
    expect(missed.length / reports.length, missed.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(
      0.05,
    )
  })

  it('lead to the letter wherever it can be found', () => {
    const reports = of('lhost', 'rhost', 'rfc3464', 'arf')
    const named = reports.filter(({ mail }) => recogniseReport(mail)?.messageIds[0] !== undefined)
    console.log(`${named.length} of ${reports.length} name the letter`)
    expect(named.length / reports.length).toBeGreaterThanOrEqual(0.85)
  })

  it('are answered by no machine, and neither are the answers of machines', () => {
    const answered = of('rhost', 'rfc3464', 'arf', 'lhost', 'rfc3834').filter(
      ({ mail }) => automaticKindOf(mail, OWN) === undefined,
    )
    // Somebody who forwards a report is answered: he is no machine.
    const byMachines = answered.filter(({ mail }) => {
      const subject = mail.headers.find((each) => each.name === 'subject')?.value ?? ''
      return !/^fwd?:/i.test(subject)
    })
    expect(byMachines.map(({ name }) => name)).toEqual([])
  })
})

describe('what only looks like a report', () => {
  it('is none: answers of machines, and letters of people', () => {
    const letters = of('rfc3834', 'not')
    expect(letters.length).toBeGreaterThan(0)
    expect(letters.filter(({ mail }) => recogniseReport(mail) !== undefined)).toEqual([])
  })

  it('stays a letter for people', () => {
    expect(of('not').filter(({ mail }) => automaticKindOf(mail, OWN) !== undefined)).toEqual([])
  })
})
