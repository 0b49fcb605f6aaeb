import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readForTests } from '../../../test/harness/read-mail.ts'
import { authenticationOf } from './authentication.ts'
import { readAuthenticationResults } from './authentication-results.ts'

const CHECKED = { spf: 'none', dkim: 'pass', dmarc: 'none', by: 'tributary' } as const

function found(...values: readonly string[]) {
  const lines = values.map((value) => `Authentication-Results: ${value}\n`).join('')
  return authenticationOf(
    readForTests(`${lines}From: Jane <jane@example.net>\n\nHello`),
    ['MX.shop.example'],
    CHECKED,
    'jane@example.net',
  )
}

describe('the finding of a trusted server', () => {
  it('is read', () => {
    expect(
      found(
        'mx.shop.example 1; spf=pass (sender (IP) is 192.0.2.1) smtp.mailfrom=jane@example.net; dkim=pass (2048-bit key; unprotected) header.d=example.net header.i=@example.net header.b="a;b=c"; dmarc=pass (p=REJECT sp=NONE) header.from=example.net',
      ),
    ).toEqual({ spf: 'pass', dkim: 'pass', dmarc: 'pass', by: 'mx.shop.example' })
  })

  it.each([
    ['softfail', 'fail'],
    ['fail', 'fail'],
    ['neutral', 'none'],
    ['temperror', 'none'],
    ['permerror', 'none'],
    ['none', 'none'],
    ['"pass"', 'pass'],
    ['PASS', 'pass'],
    ['passed', 'none'],
  ])('spf=%s is called %s', (result, called) => {
    expect(found(`mx.shop.example; spf=${result} smtp.mailfrom=x@example.net`)?.spf).toBe(called)
  })

  it('is the uppermost one, and nobody else’s', () => {
    expect(
      found('evil.example; dmarc=pass', 'mx.shop.example; dmarc=fail', 'mx.shop.example; dmarc=pass'),
    ).toMatchObject({
      dmarc: 'fail',
      by: 'mx.shop.example',
    })
  })

  it.each([
    'evil.example; dmarc=pass',
    'mx.shop.example.evil.example; dmarc=pass',
    'mx.shop.example=x; dmarc=pass',
    '(mx.shop.example) evil.example; dmarc=pass',
    'evil.example (; mx.shop.example; ) ; dmarc=pass',
    '; mx.shop.example; dmarc=pass',
    '',
  ])('is not found in "%s"', (value) => {
    expect(found(value)).toEqual(CHECKED)
  })

  it('says nothing where it stands in a comment or in quotes', () => {
    expect(found('mx.shop.example; none (dmarc=pass; dkim=pass)')).toMatchObject({
      dmarc: 'none',
      dkim: 'none',
    })
    expect(found('mx.shop.example; none ((x); dmarc=pass; y)')).toMatchObject({ dmarc: 'none' })
    expect(found('mx.shop.example; x="; dmarc=pass"')).toMatchObject({ dmarc: 'none' })
    expect(found('mx.shop.example; spf=fail (\\) ; spf=pass (nested (deep)) )')).toMatchObject({
      spf: 'fail',
    })
  })

  it('takes what a mailing service signed for no proof of the sender', () => {
    const service = 'dkim=pass header.d=mailer.example'
    expect(found(`mx.shop.example; ${service}`)?.dkim).toBe('none')
    expect(found(`mx.shop.example; ${service}; dkim=pass header.i=@news.example.net`)?.dkim).toBe('pass')
    expect(found(`mx.shop.example; ${service}; dkim=fail header.d=example.net`)?.dkim).toBe('none')
    expect(found(`mx.shop.example; dkim=fail header.d=example.net`)?.dkim).toBe('fail')
    expect(found(`mx.shop.example; dkim=pass header.d=net`)?.dkim).toBe('none')
    expect(found(`mx.shop.example; ${service}; dmarc=pass`)?.dkim).toBe('pass')
  })

  it('is that of the sender who is shown, not of another whom the letter names too', () => {
    const other = 'dkim=pass header.d=evil.example; dmarc=pass header.from=evil.example'
    expect(found(`mx.shop.example; ${other}`)).toMatchObject({ dkim: 'none', dmarc: 'none' })
    expect(found('mx.shop.example; dmarc=pass header.from=Example.NET')?.dmarc).toBe('pass')
    expect(found('mx.shop.example; dmarc=fail header.from=jane@example.net')?.dmarc).toBe('fail')
    expect(found('mx.shop.example; dmarc=pass header.from=net')?.dmarc).toBe('none')
  })

  it('is not asked for where no server is trusted', () => {
    const mail = readForTests('Authentication-Results: mx.shop.example; dmarc=pass\nFrom: a@b.example\n\nx')
    expect(authenticationOf(mail, [], undefined, 'a@b.example')).toBeUndefined()
    expect(authenticationOf(mail, [''], CHECKED, 'a@b.example')).toEqual(CHECKED)
  })
})

describe('any header', () => {
  it('is read without an exception, and never into more than it holds', () => {
    const piece = fc.constantFrom('(', ')', '"', '\\', ';', '=', ' ', 'spf', 'pass', 'a.b', 'mx')
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 200 }), (pieces) => {
        const value = pieces.join('')
        const read = readAuthenticationResults(value)
        expect(read?.results.length ?? 0).toBeLessThanOrEqual(value.split(';').length - 1)
      }),
    )
  })

  it.each(['(', '"', ';', 'a=b;', ' ', '\\('])('a megabyte of %s is read in time', (unit) => {
    expect(() => readAuthenticationResults(`mx; ${unit.repeat(1_000_000)}`)).not.toThrow()
  })

  it('is read as far as its bounds go', () => {
    expect(readAuthenticationResults(`mx; ${'spf=pass;'.repeat(5000)}`)?.results).toHaveLength(100)
  })
})
