import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HeaderLine } from '../read-mail.ts'
import { addressesOf, parseAddresses } from './addresses.ts'
import { letterIdOf, referencesOf, rootOf, tokenInAddress, tokenInId } from './references.ts'
import { sentAtOf } from './sent-at.ts'
import { baseSubjectOf, saysForwarded } from './subject.ts'

const TOKEN = 'abcdefghijklmnopqrstuvwxyz234567'
const OWN = ['help@example.org', 'sales@shop.example']
const line = (name: string, value: string): HeaderLine => ({ name, value })

describe('addresses', () => {
  it.each([
    ['Ada@Example.ORG', [{ address: 'ada@example.org' }]],
    ['"Byron, Ada" <ada@example.org>', [{ address: 'ada@example.org', name: 'Byron, Ada' }]],
    ['=?utf-8?q?J=C3=BCrgen?= <j@example.org>', [{ address: 'j@example.org', name: 'Jürgen' }]],
    ['=?utf-8?q?=22Ada=22_=3Cada=40example=2Eorg=3E?=', [{ address: 'ada@example.org', name: 'Ada' }]],
    [
      'Friends: a@x.example, B <b@x.example>;, c@x.example',
      [{ address: 'a@x.example' }, { address: 'b@x.example', name: 'B' }, { address: 'c@x.example' }],
    ],
    ['undisclosed-recipients:;', []],
    ['用户@例子.公司', [{ address: '用户@例子.公司' }]],
    ['ada@example.org (Ada)', [{ address: 'ada@example.org', name: 'Ada' }]],
    ["'ada@example.org' <ada@example.org>", [{ address: 'ada@example.org' }]],
    ['nobody', []],
    ['"evil\u202ecod.exe" <x@y.example>', [{ address: 'x@y.example', name: 'evilcod.exe' }]],
  ])('are read from %s', (value, addresses) => {
    expect(parseAddresses(value)).toEqual(addresses)
  })

  it('are taken of the header as it came, so that a name that is encoded cannot pose as an address', () => {
    const [from] = parseAddresses('=?utf-8?q?boss=40example=2Eorg=2C?= <thief@evil.example>')
    expect(from?.address).toBe('thief@evil.example')
  })

  it('of repeated headers are one list without repetitions', () => {
    const lines = [
      line('to', 'a@x.example'),
      line('cc', 'no@x.example'),
      line('to', 'A@x.example, b@x.example'),
    ]
    expect(addressesOf(lines, 'to').map(({ address }) => address)).toEqual(['a@x.example', 'b@x.example'])
  })

  it('never throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => void parseAddresses(value)),
    )
  })
})

describe('references', () => {
  const headers = [
    line('message-id', '<own@x>'),
    line('in-reply-to', '<nearest@x> (from yesterday)'),
    line('references', '<root@x> < second@x >\t<nearest@x>'),
  ]

  it('are the nearest first, each once, without brackets', () => {
    expect(letterIdOf(headers)).toBe('own@x')
    expect(referencesOf(headers)).toEqual(['nearest@x', 'second@x', 'root@x'])
    expect(rootOf(headers)).toBe('root@x')
  })

  it('are at most a hundred, those nearest', () => {
    const many = Array.from({ length: 500 }, (_, at) => `<r${String(at)}@x>`).join('')
    const found = referencesOf([line('references', many)])
    expect([found.length, found[0], found[99]]).toEqual([100, 'r499@x', 'r400@x'])
  })

  it('hold tokens of ours, and addresses do at domains of ours alone', () => {
    expect(tokenInId(`${TOKEN}@example.org`)).toBe(TOKEN)
    expect(tokenInId(`x${TOKEN}@example.org`)).toBeUndefined()
    expect(tokenInAddress(`help+${TOKEN}@example.org`, OWN)).toBe(TOKEN)
    expect(tokenInAddress(`other+${TOKEN.toUpperCase()}@SHOP.example`, OWN)).toBe(TOKEN)
    expect(tokenInAddress(`help+${TOKEN}@evil.example`, OWN)).toBeUndefined()
    expect(tokenInAddress(`help+short@example.org`, OWN)).toBeUndefined()
  })
})

describe('the base subject', () => {
  it.each([
    ['Re: RE: Aw: [list] Fwd: Broken  Lamp ', 'broken lamp'],
    ['Re[2]: SV: VS: Lamp (fwd)', 'lamp'],
    ['回复：答复: 灯', '灯'],
    ['RE : Antw.: x', 'antw.: x'],
    ['[Ticket 4711] Lamp', '[ticket 4711] lamp'],
    ['Re:', ''],
    ['[only]', '[only]'],
    ['Reason: none', 'reason: none'],
  ])('of %s', (subject, base) => {
    expect(baseSubjectOf(subject)).toBe(base)
  })

  it('is its own base, however marks are heaped', () => {
    const piece = fc.constantFrom('Re: ', 'AW:', '[x] ', 'Fwd: ', '转发：', 'Lamp', ' (fwd)', 'Tr: ')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const base = baseSubjectOf(pieces.join(''))
        expect(baseSubjectOf(base)).toBe(base)
        expect(baseSubjectOf(`Re: ${base}`)).toBe(base)
      }),
    )
  })

  it('tells a forwarded letter', () => {
    expect(['Fwd: x', 'WG: x', '[list] Tr : x', '转发: x', 'x (fwd)'].every(saysForwarded)).toBe(true)
    expect(['Re: x', 'Forward thinking', 'AW: x'].some(saysForwarded)).toBe(false)
  })
})

describe('the instant of writing', () => {
  const at = (value: string, received?: number): number | undefined =>
    sentAtOf([line('date', value)], received)

  it.each([
    ['Tue, 12 Nov 2013 09:12:42 -0500', '2013-11-12T14:12:42.000Z'],
    ['12 Nov 13 09:12 +0000 (UTC)', '2013-11-12T09:12:00.000Z'],
    ['Tue, 12-Nov-2013 09:12:42 GMT', '2013-11-12T09:12:42.000Z'],
    ['Tue, 12 Nov 2013 09:12:42', '2013-11-12T09:12:42.000Z'],
    ['2013-11-12T09:12:42+01:00', '2013-11-12T08:12:42.000Z'],
  ])('is read from %s', (value, iso) => {
    expect(new Date(at(value) ?? 0).toISOString()).toBe(iso)
  })

  it('is the instant of receipt where it cannot be', () => {
    const received = Date.UTC(2024, 0, 2)
    expect(at('rubbish', received)).toBe(received)
    expect(at('Fri, 1 Jan 2038 00:00:00 +0000', received)).toBe(received)
    expect(at('Thu, 1 Jan 1970 00:00:00 +0000', received)).toBe(received)
    expect(at('rubbish')).toBeUndefined()
  })
})
