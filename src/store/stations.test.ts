import { channel } from 'node:diagnostics_channel'
import { expect, it } from 'vitest'
import { reach, STATION_CHANNEL } from './stations.ts'

it('tells subscribers, inside the call, which station was reached', () => {
  const seen: unknown[] = []
  const listen = (message: unknown): void => void seen.push(message)
  reach('journaled')
  channel(STATION_CHANNEL).subscribe(listen)
  reach('before-send')
  expect(seen).toEqual([{ station: 'before-send' }])
  channel(STATION_CHANNEL).unsubscribe(listen)
  reach('settled')
  expect(seen).toHaveLength(1)
})
