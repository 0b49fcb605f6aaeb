import { expect, it } from 'vitest'
import { addressKey, isLoopback } from './address-key.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['', 'unknown'],
  ['no address', 'unknown'],
])('%j counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key)
})

it('all of an IPv6 subscriber’s network counts as one, and no more than that', () => {
  expect(addressKey('2001:db8:1:2::1')).toBe(addressKey('2001:db8:1:2:ffff::9'))
  expect(addressKey('2001:db8:1:2::1')).not.toBe(addressKey('2001:db8:1:3::1'))
})

it('this machine is told from others', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])
    expect(isLoopback(address), address).toBe(true)
  for (const address of ['10.0.0.1', '2001:db8::1', '', 'localhost'])
    expect(isLoopback(address), address).toBe(false)
})
