import { expect, it } from 'vitest'
import { webAddress } from './web-address.ts'

it.each([
  ['https://shop.example/vases/tall/?utm=1#top', 'shop.example/vases/tall'],
  ['http://localhost:4200/', 'localhost:4200'],
  ['HTTPS://SHOP.example/A', 'shop.example/A'],
])('leads to %s and shows %s', (address, short) => {
  expect(webAddress(address)).toEqual({ href: new URL(address).href, short })
})

it.each([
  '',
  'shop.example',
  'javascript:alert(1)',
  'data:text/html,hi',
  'https://',
  'https://shop.example and more',
  ' https://shop.example',
  'https://shop.example@evil.example/',
  'https://:secret@evil.example/',
])('leads nowhere from %j', (address) => {
  expect(webAddress(address)).toBeUndefined()
})
