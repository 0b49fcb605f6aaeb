import { expect, it } from 'vitest'
import { isAttributeName, MOST_ATTRIBUTES, withToldAttributes } from './contact-attributes.ts'

it.each(['plan', 'claimed email', 'größe', 'a'.repeat(64), '-'])('%s is a name', (name) => {
  expect(isAttributeName(name)).toBe(true)
})

it.each([
  '',
  '$set',
  'a.b',
  'a\u0000',
  'a\u0085',
  'a'.repeat(65),
  '__proto__',
  'constructor',
  'prototype',
  'toString',
])('%j is none', (name) => {
  expect(isAttributeName(name)).toBe(false)
})

it('what is told replaces what was known and never grows without end', () => {
  let known: Readonly<Record<string, string>> = { plan: 'free' }
  for (let message = 0; message < 20; message += 1) {
    const told = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${message}-${index}`, 'x']))
    known = withToldAttributes(known, { ...told, plan: `${message}`, $set: 'x' })
  }
  expect(Object.keys(known)).toHaveLength(MOST_ATTRIBUTES)
  expect(known).toMatchObject({ plan: '19', 'k0-0': 'x' })
  expect(known).not.toHaveProperty('$set')
  expect(withToldAttributes({}, { long: 'x'.repeat(2_000) })['long']).toHaveLength(1_000)
})
