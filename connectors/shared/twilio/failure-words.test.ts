import { describe, expect, it } from 'vitest'
import { KNOWN_CODES, knownFailure, tellFailure } from './failure-words.ts'
import { statusEvent } from './status.ts'

const NEEDED = [
  21211, 21408, 21610, 21611, 21612, 21614, 21617, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008,
  30034, 63001, 63003, 63007, 63013, 63015, 63016, 63018, 63021, 63024, 63032, 63033, 63049, 63051,
]

describe('the table of errors', () => {
  it.each(NEEDED)('knows %d', (code) => {
    expect(knownFailure(code)).toBeDefined()
  })

  it('tells each in one sentence with a stable code, and with Twilio’s number', () => {
    expect(KNOWN_CODES.length).toBeGreaterThanOrEqual(40)
    for (const number of KNOWN_CODES) {
      const { code, detail } = tellFailure(number)
      expect(code).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
      expect(detail).toMatch(/^[A-Z][^\n]{15,140}\. \(Twilio \d{5}\)$/)
    }
  })

  it('tells what it does not know, too', () => {
    expect(tellFailure('99999')).toEqual({
      code: 'platform-refused',
      detail: 'Twilio did not deliver the message. (Twilio 99999)',
    })
    expect(tellFailure('<script>')).toEqual({
      code: 'platform-refused',
      detail: 'Twilio did not deliver the message.',
    })
    expect(knownFailure('constructor')).toBeUndefined()
  })
})

describe('a report', () => {
  const report = (status: string, errorCode?: string) =>
    statusEvent({ sid: 'SM1', status, atMs: 1, ...(errorCode === undefined ? {} : { errorCode }) })

  it.each([
    ['sent', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['failed', 'failed'],
    ['undelivered', 'failed'],
    ['canceled', 'failed'],
  ])('%s says %s', (status, told) => {
    expect(report(status)).toMatchObject({ type: 'status', externalId: 'SM1', status: told, atMs: 1 })
  })

  it.each(['accepted', 'scheduled', 'queued', 'sending', 'receiving', 'received', 'constructor', ''])(
    '%j says nothing',
    (status) => {
      expect(report(status)).toBeUndefined()
    },
  )

  it('says that the customer has opted out, and that the window is closed', () => {
    expect(report('failed', '21610')).toMatchObject({ errorCode: 'opted-out', optedOut: true })
    expect(report('undelivered', '63016')).toMatchObject({ errorCode: 'reply-window-closed' })
    expect(report('undelivered', '63016')).not.toHaveProperty('optedOut')
  })
})
