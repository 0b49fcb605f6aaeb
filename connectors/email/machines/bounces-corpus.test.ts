import { describe, expect, it, type TestContext } from 'vitest'
import { corpusFiles } from '../../../test/harness/mail-corpus.ts'
import type { ReadMail } from '../read-mail.ts'
import { readMail } from '../reading/read-mail.ts'
import { automaticKindOf } from './automatic.ts'
import { recogniseReport } from './delivery-report.ts'

const OWN = ['support@shop.example']

interface Sample {
  readonly name: string
  readonly kind: string
  readonly mail: ReadMail
}
let samples: Promise<readonly Sample[]> | undefined

/** The name tells the kind: `maildir_bsd_lhost-postfix-05.eml`. */
async function of(context: TestContext, ...kinds: readonly string[]): Promise<readonly Sample[]> {
  const files = corpusFiles('bounces/set-of-emails', context)
  samples ??= Promise.all(
    files.map(async ({ name, bytes }) => ({
      name,
      kind: /^maildir_(?:bsd_)?([a-z0-9]+)/.exec(name)?.[1] ?? '',
      mail: await readMail(bytes),
    })),
  )
  return (await samples).filter(({ kind }) => kinds.includes(kind))
}

describe('reports that really were sent', () => {
  for (const kind of ['lhost', 'rhost', 'rfc3464', 'arf'])
    it(`of the kind ${kind} are recognised`, async (context) => {
      const reports = await of(context, kind)
      const missed = reports.filter(({ mail }) => {
        const report = recogniseReport(mail)
        const tells = report?.recipient ?? report?.messageIds[0]
        return tells === undefined && (report === undefined || report.code === 'other')
      })
      expect(reports.length).toBeGreaterThan(0)
      expect(missed.length / reports.length, missed.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(
        0.05,
      )
    })

  it('lead to the letter wherever it can be found', async (context) => {
    const reports = await of(context, 'lhost', 'rhost', 'rfc3464', 'arf')
    const named = reports.filter(({ mail }) => recogniseReport(mail)?.messageIds[0] !== undefined)
    expect(named.length / reports.length).toBeGreaterThanOrEqual(0.85)
  })

  it('are answered by no machine, and neither are the answers of machines', async (context) => {
    const answered = (await of(context, 'rhost', 'rfc3464', 'arf', 'lhost', 'rfc3834')).filter(
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
  it('is none: answers of machines, and letters of people', async (context) => {
    const letters = await of(context, 'rfc3834', 'not')
    expect(letters.length).toBeGreaterThan(0)
    expect(letters.filter(({ mail }) => recogniseReport(mail) !== undefined)).toEqual([])
  })

  it('stays a letter for people', async (context) => {
    expect((await of(context, 'not')).filter(({ mail }) => automaticKindOf(mail, OWN) !== undefined)).toEqual(
      [],
    )
  })
})
