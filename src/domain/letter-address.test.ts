import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ADDRESS_LENGTH, isOwnAddress, letterAddressOf, withoutToken } from './letter-address.ts'

const TOKEN = 'abcdefgh234567abcdefgh234567abcd'

describe('an address of a letter', () => {
  it.each([
    ['Ada@Example.COM', 'Ada@example.com'],
    ['a.b+c@sub.example.org', 'a.b+c@sub.example.org'],
    ['two..dots.@example.jp', 'two..dots.@example.jp'],
    ['käthe@münchen.example', 'käthe@münchen.example'],
    ['root@mailhost', 'root@mailhost'],
    ["o'neil@xn--mnchen-3ya.example", "o'neil@xn--mnchen-3ya.example"],
  ])('%s is one', (text, address) => expect(letterAddressOf(text)).toBe(address))

  it.each([
    '',
    '@',
    'ada',
    'ada@',
    '@example.com',
    'ada@@example.com',
    'a@b@example.com',
    'ada lovelace@example.com',
    'ada@exa mple.com',
    'ada@example..com',
    'ada@-example.com',
    'ada@example-.com',
    'ada@[127.0.0.1]',
    '"ada"@example.com',
    'Ada <ada@example.com>',
    'ada@example.com,bob@example.com',
    'ada@example.com\r\nBcc: eve@example.com',
    'ada\n@example.com',
    'ada\u0000@example.com',
    'ada\u202e@example.com',
    'ada@example.com>',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(64)}.com`,
    `ada@${'a.'.repeat(150)}com`,
  ])('%j is none', (text) => expect(letterAddressOf(text)).toBeUndefined())

  it('holds nothing that could end a line, a list or a pair of brackets, whatever was typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const address = letterAddressOf(text)
        if (address === undefined) return
        expect(address).not.toMatch(/[\s<>,;:"()[\]\\\p{C}]/u)
        expect(address.split('@')).toHaveLength(2)
        expect(letterAddressOf(address)).toBe(address)
      }),
    )
  })

  it('is looked at only as far as an address goes', () => {
    expect(letterAddressOf(`${'a'.repeat(ADDRESS_LENGTH)}@b.c`)).toBeUndefined()
    expect(letterAddressOf(`${'@'.repeat(5_000_000)}`)).toBeUndefined()
  })
})

describe('an address of our own', () => {
  const own = ['help@example.com', 'hilfe@example.com']

  it('is one with and without a token, in any case', () => {
    for (const address of ['help@example.com', 'HELP@Example.com', `hilfe+${TOKEN}@example.com`]) {
      expect(isOwnAddress(address, own)).toBe(true)
    }
    expect(withoutToken(`help+${TOKEN}@example.com`, own)).toBe('help@example.com')
  })

  it('is not somebody else’s that looks like it', () => {
    for (const address of [
      'help+sales@example.com',
      `help+${TOKEN}x@example.com`,
      `else+${TOKEN}@example.com`,
      `help+${TOKEN}@example.org`,
      'elp@example.com',
    ]) {
      expect(isOwnAddress(address, own)).toBe(false)
      expect(withoutToken(address, own)).toBe(address)
    }
  })
})
