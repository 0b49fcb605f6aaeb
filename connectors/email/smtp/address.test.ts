import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plusAddress, strictAddress } from './address.ts'

describe('an address that a letter may go to', () => {
  it.each([
    ['ada@customer.example', 'ada@customer.example'],
    ['Ada.Lovelace+x@Customer.Example', 'Ada.Lovelace+x@customer.example'],
    ["o'brien!#$%&*/=?^_`{|}~-@customer.example", "o'brien!#$%&*/=?^_`{|}~-@customer.example"],
    ['a..b.@docomo.example', 'a..b.@docomo.example'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ада@почта.example', 'ада@xn--80a1acny.example'],
    ['root@localhost', 'root@localhost'],
  ])('%s goes as %s', (given, strict) => {
    expect(strictAddress(given)).toBe(strict)
  })

  it.each([
    '',
    'ada',
    '@customer.example',
    'ada@',
    'ada@@customer.example',
    'ada@evil.example@customer.example',
    'Ada <ada@customer.example>',
    '<ada@customer.example>',
    'ada@customer.example, eve@evil.example',
    'ada@customer.example;eve@evil.example',
    'team:ada@customer.example;',
    'ada@customer.example (a comment)',
    '"ada lovelace"@customer.example',
    'ada lovelace@customer.example',
    'ada@customer.example\r\nRCPT TO:<eve@evil.example>',
    'ada\r\n@customer.example',
    'ada\u0000@customer.example',
    'ada@customer.example\n',
    ' ada@customer.example',
    'ada@[127.0.0.1]',
    'ada@-customer.example',
    'ada@customer..example',
    'ada@customer.example> SIZE=1',
    'ada\u2028@customer.example',
    'ada@cust%6fmer.example',
    `${'a'.repeat(250)}@customer.example`,
  ])('%j does not', (text) => {
    expect(strictAddress(text)).toBeUndefined()
  })

  it('never holds what ends a line, a bracket or a list', () => {
    const parts = fc.constantFrom(
      'a',
      '.',
      '@',
      'ü',
      '\r\n',
      '\n',
      '<',
      '>',
      ',',
      ';',
      ':',
      '"',
      ' ',
      '(',
      '\\',
      '%0a',
    )
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), (pieces) => {
        const strict = strictAddress(pieces.join(''))
        if (strict !== undefined) expect(strict).toMatch(/^[^\s<>,;:"()\\@]+@[a-z0-9.-]+$/)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an address with a token', () => {
  const token = 'a'.repeat(32)

  it('stands beside the local part, while servers must take one as long', () => {
    expect(plusAddress('help@shop.example', token)).toBe(`help+${token}@shop.example`)
    expect(plusAddress(`${'x'.repeat(31)}@shop.example`, token)).toBe(
      `${'x'.repeat(31)}+${token}@shop.example`,
    )
    expect(plusAddress(`${'x'.repeat(32)}@shop.example`, token)).toBeUndefined()
  })
})
