import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { inbound } from './inbound.ts'

const RECEIVED_AT_MS = Date.UTC(2026, 10, 23, 12)
const from = { id: 'customer-7' }

const parsed = (post: object): InboundEvent | undefined =>
  inbound.parse(
    verified({
      body: Buffer.from(JSON.stringify(post)),
      contentType: 'application/json',
      facts: {},
      receivedAtMs: RECEIVED_AT_MS,
    }),
  )[0]

describe('what a clock says that goes ahead', () => {
  // Of two changes the later counts: what lies in the future would outdo all that follows.
  const at = '2031-01-01T00:00:00Z'
  it.each([
    ['an edit', { type: 'message-edited', messageId: 'm', text: 'New', at }, 'editedAtMs'],
    ['a deletion', { type: 'message-deleted', messageId: 'm', at }, 'deletedAtMs'],
    ['a receipt', { type: 'status', messageId: 'm', status: 'read', at }, 'atMs'],
    ['a word of consent', { type: 'consent', from, optedOut: true, at }, 'atMs'],
    ['a message', { type: 'message', id: 'm', from, text: 'Hi', sentAt: at }, 'sentAtMs'],
  ])('counts of %s as the moment of its arrival', (_, post, field) => {
    expect(parsed(post)).toHaveProperty(field, RECEIVED_AT_MS)
  })
})

it('an instant of before is kept', () => {
  expect(parsed({ type: 'consent', from, optedOut: false, at: '2026-11-23T12:59:59+01:00' })).toMatchObject({
    atMs: RECEIVED_AT_MS - 1_000,
  })
})
