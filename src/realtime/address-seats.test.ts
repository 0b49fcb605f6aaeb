import type { IncomingMessage } from 'node:http'
import { expect, it } from 'vitest'
import { createAddressSeats } from './address-seats.ts'

const from = (address: string) => ({ address }) as unknown as IncomingMessage
const addressOf = (request: IncomingMessage) => (request as unknown as { address: string }).address
const FULL = expect.objectContaining({ code: 'rate-limited' })

it('bounds what is open of one address, and gives back what was closed, once', () => {
  const seats = createAddressSeats(2, addressOf)
  const leave = seats.take(from('192.0.2.1'))
  expect(seats.take(from('::ffff:192.0.2.1'))).toBeDefined()
  expect(seats.take(from('192.0.2.1'))).toBeUndefined()
  expect(() => seats.requireFree(from('192.0.2.1'))).toThrow(FULL)
  seats.requireFree(from('192.0.2.2'))
  leave?.()
  leave?.()
  seats.requireFree(from('192.0.2.1'))
  expect(seats.take(from('192.0.2.1'))).toBeDefined()
  expect(seats.take(from('192.0.2.1'))).toBeUndefined()
})

it('takes a subscriber’s whole IPv6 network for one address', () => {
  const seats = createAddressSeats(1, addressOf)
  seats.take(from('2001:db8:1:2::1'))
  expect(seats.take(from('2001:db8:1:2::ffff'))).toBeUndefined()
  expect(seats.take(from('2001:db8:1:3::1'))).toBeDefined()
})

it('does not bound this machine', () => {
  const seats = createAddressSeats(0, addressOf)
  for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.9']) {
    seats.requireFree(from(address))
    expect(seats.take(from(address))).toBeDefined()
  }
})
