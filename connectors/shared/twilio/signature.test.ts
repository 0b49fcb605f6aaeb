import { createHash } from 'node:crypto'
import fc from 'fast-check'
import {
  getExpectedTwilioSignature,
  validateRequest,
  validateRequestWithBody,
} from 'twilio/lib/webhooks/webhooks.js'
import { describe, expect, it } from 'vitest'
import { isSigned } from './signature.ts'

const TOKEN = 'f4ke70ken'
const URL = 'https://inbox.example/ingress/1'

const formOf = (parameters: Readonly<Record<string, readonly string[]>>): Uint8Array =>
  Buffer.from(
    new URLSearchParams(
      Object.entries(parameters).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    ).toString(),
  )

const form = (
  publicUrl: string,
  signature: string,
  parameters: Readonly<Record<string, readonly string[]>>,
) => isSigned({ publicUrl, signature, body: formOf(parameters), isForm: true }, TOKEN)

// Names that objects already have mean nothing to the library, which keeps parameters in one.
const names = fc.string({ minLength: 1, maxLength: 12 }).filter((name) => !(name in Object.prototype))
// A lone surrogate has no bytes that could be sent.
const texts = fc.string({ unit: 'grapheme', maxLength: 30 })
const parameters = fc.dictionary(
  fc.oneof(names, fc.constantFrom('Body', 'From', 'MessageSid', 'AccountSid', 'Tomorrow')),
  fc.array(texts, { minLength: 1, maxLength: 3 }),
  { maxKeys: 8, noNullPrototype: true },
)

describe('a form', () => {
  it('is taken exactly when Twilio’s own library takes it', () => {
    fc.assert(
      fc.property(parameters, parameters, fc.boolean(), (given, other, isTrue) => {
        const signature = getExpectedTwilioSignature(TOKEN, URL, isTrue ? given : other)
        expect(form(URL, signature, given)).toBe(validateRequest(TOKEN, signature, URL, given))
      }),
      { numRuns: 300 },
    )
  })

  it('is taken in any order of its parameters', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL, { A: ['1'], B: ['2'], C: ['3'] })
    expect(form(URL, signature, { C: ['3'], A: ['1'], B: ['2'] })).toBe(true)
  })

  it('counts a value that comes twice once', () => {
    const signature = getExpectedTwilioSignature(TOKEN, URL, { A: ['2', '1', '2'] })
    expect(form(URL, signature, { A: ['1', '2'] })).toBe(true)
    expect(form(URL, signature, { A: ['1', '2', '3'] })).toBe(false)
  })

  it('is not taken under the signature of a form that says something else', () => {
    fc.assert(
      fc.property(parameters, names, texts, (given, name, value) => {
        fc.pre(value !== '' && !(name in given))
        const signature = getExpectedTwilioSignature(TOKEN, URL, given)
        expect(form(URL, signature, { ...given, [name]: [value] })).toBe(false)
      }),
    )
  })
})

describe('an address', () => {
  const addresses = [
    URL,
    `${URL}?a=1&b=2`,
    `${URL}?a=it's&b=a%20b+c`,
    `${URL}?a=%27x%27&ü=1`,
    'https://inbox.example:443/ingress/1',
    'https://inbox.example:8443/ingress/1?x=y',
    'http://inbox.example/ingress/1',
    'http://inbox.example:80/ingress/1',
    'http://inbox.example:3000/ingress/1',
    'https://[2001:db8::1]/ingress/1',
    'https://[2001:db8::1]:8443/ingress/1',
    'https://user:pass@inbox.example/ingress/1',
    'https://inbox.example',
    'https://inbox.example?x=1',
  ]
  const all = addresses.flatMap((called) => addresses.map((signed) => [called, signed] as const))

  it('may be signed in every spelling that Twilio’s library takes, and in no other', () => {
    let taken = 0
    for (const [called, signed] of all) {
      const signature = getExpectedTwilioSignature(TOKEN, signed, { A: '1' })
      const expected = validateRequest(TOKEN, signature, called, { A: '1' })
      expect([called, signed, form(called, signature, { A: ['1'] })]).toEqual([called, signed, expected])
      if (expected) taken += 1
    }
    // Each of them under its own signature, and some with the port of their scheme.
    expect(taken).toBeGreaterThan(addresses.length)
    expect(taken).toBeLessThan(all.length / 2)
  })

  it('is taken with and without the port, and with its query escaped anew', () => {
    const sign = (url: string) => getExpectedTwilioSignature(TOKEN, url, {})
    expect(form(URL, sign('https://inbox.example:443/ingress/1'), {})).toBe(true)
    expect(form('https://inbox.example:443/ingress/1', sign(URL), {})).toBe(true)
    expect(form(`${URL}?a=it's`, sign(`${URL}?a=it%27s`), {})).toBe(true)
    expect(form(URL, sign(URL.replace('https', 'http')), {})).toBe(false)
  })
})

describe('a body that is no form', () => {
  const hashed = (body: string): string =>
    `${URL}?bodySHA256=${createHash('sha256').update(body).digest('hex')}`
  const json = (publicUrl: string, signature: string, body: string) =>
    isSigned({ publicUrl, signature, body: Buffer.from(body), isForm: false }, TOKEN)

  it('is taken when its hash is signed, exactly as Twilio’s library does', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (body, other) => {
        const url = hashed(other)
        const signature = getExpectedTwilioSignature(TOKEN, url, {})
        expect(json(url, signature, body)).toBe(validateRequestWithBody(TOKEN, signature, url, body))
        expect(json(hashed(body), getExpectedTwilioSignature(TOKEN, hashed(body), {}), body)).toBe(true)
      }),
    )
  })

  it('is refused without a hash, whatever is signed', () => {
    expect(json(URL, getExpectedTwilioSignature(TOKEN, URL, {}), '{"a":1}')).toBe(false)
  })

  it('is refused under a hash that nobody signed', () => {
    expect(json(hashed('{}'), getExpectedTwilioSignature(TOKEN, URL, {}), '{}')).toBe(false)
  })
})

it('takes no signature of another length, and none that is no text at all', () => {
  for (const signature of ['', 'x', 'é'.repeat(28), '\u0000'.repeat(28)])
    expect(form(URL, signature, {})).toBe(false)
})
