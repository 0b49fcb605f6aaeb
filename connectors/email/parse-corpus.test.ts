import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verified } from '../../src/contract/raw-request.ts'
import { corpusFiles } from '../../test/harness/mail-corpus.ts'
import { WHOLE_LETTER } from './letter-item.ts'
import { parse } from './parse.ts'
import { newTextOf } from './reading/reply-text.ts'

const FACTS = {
  mailbox: 'INBOX',
  uidValidity: '1',
  uid: '1',
  internalDateMs: '1700000000000',
  sizeBytes: '1',
  ownAddresses: 'help@example.org',
  authservIds: '',
  checked: '',
}
const eventsOf = (body: Uint8Array): ReturnType<typeof parse> =>
  parse(verified({ body, contentType: WHOLE_LETTER, facts: FACTS, receivedAtMs: 1 }))

/** What a reader sees: trailing spaces of a line, and empty lines around the text, are not seen. */
const seen = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/^\n+|\n+$/g, '')

describe('real letters', () => {
  it('become one message each, the same each time, none of them broken', async (context) => {
    const files = corpusFiles('mail', context)
    expect(files.length).toBeGreaterThan(50)
    for (const { name, bytes } of files) {
      const events = await eventsOf(bytes)
      expect(
        events.map((event) => event.type),
        name,
      ).toEqual(['message'])
      expect(await eventsOf(bytes), name).toEqual(events)
      expect(events, name).not.toMatchObject([{ letter: { broken: true } }])
    }
  })

  it('that report failures become events as well', async (context) => {
    for (const { name, bytes } of corpusFiles('bounces', context)) {
      const events = await eventsOf(bytes)
      expect(events, name).toHaveLength(1)
      const reports = events.map((event) => event.type === 'message' && event.letter?.automatic !== undefined)
      // Of those that report nothing one is a person's, and one forwards a report.
      if (!/not_is-not-bounce|sendmail-14/.test(name)) expect(reports, name).toEqual([true])
    }
  })

  it('stay messages however they are damaged on the way', async (context) => {
    const files = corpusFiles('mail', context)
    const damage = fc.array(
      fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ maxLength: 12 })),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(files.length - 1), damage, async (at, changes) => {
        const bytes = Buffer.from(files[at]?.bytes ?? [])
        for (const [place, written] of changes)
          bytes.set(
            written.subarray(0, Math.max(bytes.length - Math.floor(place * bytes.length), 0)),
            Math.floor(place * bytes.length),
          )
        expect(await eventsOf(bytes)).toHaveLength(1)
      }),
      { numRuns: 200 },
    )
  })

  it('show their new text as people trimmed it, nine of ten', (context) => {
    const files = corpusFiles('reply-trim/emails', context)
    const trimmed = new Map(corpusFiles('reply-trim/trimmed', context).map((file) => [file.name, file.bytes]))
    const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8')
    const wrong = files.filter(
      ({ name, bytes }) => seen(newTextOf(text(bytes))) !== seen(text(trimmed.get(name))),
    )
    expect(files.length).toBeGreaterThan(20)
    expect(wrong.length / files.length, wrong.map(({ name }) => name).join(', ')).toBeLessThanOrEqual(0.1)
  })
})
