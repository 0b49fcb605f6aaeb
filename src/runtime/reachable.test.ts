import { expect, it } from 'vitest'
import { wayTo } from './reachable.ts'

it.each([
  ['https://inbox.example.com', { reachable: true }],
  ['https://inbox.example.com:443/', { reachable: true }],
  ['https://inbox.example.com:9443', { reachable: true, port: 9443 }],
  ['http://inbox.example.com', { reachable: false }],
  ['http://localhost:3000', { reachable: false, port: 3000 }],
  ['https://192.0.2.7', { reachable: false }],
  ['https://inbox.internal', { reachable: false }],
])('platforms reach %s so', (publicUrl, way) => {
  expect(wayTo(publicUrl)).toEqual(way)
})
