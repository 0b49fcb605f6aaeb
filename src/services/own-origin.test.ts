import { expect, it } from 'vitest'
import { isOwnOrigin } from './own-origin.ts'

const HTTPS = 'https://desk.example'
const HTTP = 'http://desk.example:4200'

it.each([
  [HTTPS, 'inner:4200', HTTPS, true],
  ['https://other.example', 'Other.Example', HTTPS, true],
  ['http://desk.example', 'desk.example', HTTPS, false],
  ['http://other.example', 'other.example', HTTPS, false],
  ['ws://desk.example', 'desk.example', HTTPS, false],
  ['http://desk.example:4200', 'inner', HTTP, true],
  ['http://192.0.2.1:4200', '192.0.2.1:4200', HTTP, true],
  ['https://desk.example:4200', 'desk.example:4200', HTTP, true],
  ['https://evil.example', 'desk.example', HTTPS, false],
  ['https://desk.example.evil.example', 'desk.example', HTTPS, false],
  ['null', 'null', HTTPS, false],
  ['file://', '', HTTP, false],
  ['https://other.example', undefined, HTTPS, false],
])('takes %s, asked as %s, under %s for our own: %s', (origin, host, publicOrigin, own) => {
  expect(isOwnOrigin(origin, host, publicOrigin)).toBe(own)
})
