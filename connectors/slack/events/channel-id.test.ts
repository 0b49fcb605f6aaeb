import { expect, it } from 'vitest'
import { verified } from '../../../src/contract/raw-request.ts'
import { parse } from './parse.ts'

it('a channel that gets another id goes on under it', () => {
  const moved = { type: 'channel_id_changed', old_channel_id: 'G1SHOP', new_channel_id: 'C1SHOP' }
  const read = (event: object) => {
    const body = Buffer.from(JSON.stringify({ type: 'event_callback', event }))
    return parse(verified({ body, contentType: 'application/json', facts: {}, receivedAtMs: 1 }))
  }
  expect(read(moved)).toEqual([{ type: 'place-moved', fromPlace: 'G1SHOP', toPlace: 'C1SHOP' }])
  for (const odd of [
    { new_channel_id: 'G1SHOP' },
    { new_channel_id: '' },
    { old_channel_id: undefined },
    { old_channel_id: 'G1:SHOP' },
  ])
    expect(read({ ...moved, ...odd })).toEqual([])
})
