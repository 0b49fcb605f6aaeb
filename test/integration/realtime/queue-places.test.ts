import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  connected,
  createOffice,
  type LiveServer,
  type Office,
  record,
  startLiveServer,
  X,
  Y,
} from './live-server.ts'

let office: Office
let live: LiveServer

beforeEach(async () => {
  office = createOffice()
  live = await startLiveServer(office)
})
afterEach(() => live.close())

const window = async (channelId: string, token: string) => {
  const client = live.widget({ channelId, token })
  const recording = record(client)
  await connected(client)
  return recording
}

describe('the place in the queue', () => {
  it('is told to the visitor himself when it changes, and when he waits no longer', async () => {
    const own = await window(X, 'token-v1')
    const other = await window(Y, 'token-v2')
    const told = () => own.heard.filter(({ event }) => event === 'queue.place').map(({ body }) => body)
    office.queuePlaces.set('v1', { place: 4, waitMs: [60_000, 120_000] })
    await own.until(() => told().length === 1)
    office.queuePlaces.set('v1', { place: 3 })
    await own.until(() => told().length === 2)
    office.queuePlaces.delete('v1')
    await own.until(() => told().length === 3)
    expect(told()).toEqual([{ place: 4, waitMs: [60_000, 120_000] }, { place: 3 }, null])
    expect(other.heard.filter(({ event }) => event === 'queue.place')).toEqual([])
  })
})
