import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import {
  createOffice,
  joined,
  type LiveServer,
  type Office,
  type Recording,
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

const window = async (channelId: string, token: string): Promise<Recording> =>
  (await joined(live.widget({ channelId, token }))).recording
const places = ({ heard }: Recording) =>
  heard.filter(({ event }) => event === 'queue.place').map(({ body }) => body)
const notices = ({ heard }: Recording) =>
  heard.flatMap(({ event, body }) => (event === 'messages' ? (body as VisitorMessageView[]) : []))

describe('the place in the queue', () => {
  it('is told to the visitor himself when it changes, and when he waits no longer', async () => {
    office.queuePlaces.set('v1', { place: 4, waitMs: [60_000, 120_000] })
    const own = await window(X, 'token-v1')
    const other = await window(Y, 'token-v2')
    await own.until(() => notices(own).length === 1)
    office.queuePlaces.set('v1', { place: 1 })
    await own.until(() => notices(own).length === 2)
    office.queuePlaces.delete('v1')
    await own.until(() => notices(own).length === 3)
    expect(places(own)).toEqual([{ place: 4, waitMs: [60_000, 120_000] }, { place: 1 }, null])
    // In the language of the channel, as one notice that changes and is empty in the end.
    expect(notices(own).map(({ text }) => text)).toEqual([
      'Du har nummer 4 i kön. Det bör ta ungefär 1–2 minuter.',
      'Du står näst på tur.',
      '',
    ])
    expect(new Set(notices(own).map(({ id, from }) => `${id} ${from}`))).toEqual(
      new Set(['queue-place system']),
    )
    const versions = notices(own).map(({ version }) => version)
    expect(versions).toEqual([...versions].sort((one, two) => one - two))
    expect([...places(other), ...notices(other)]).toEqual([])
  })

  it('is taken back from who comes again after his turn came, and from nobody who never wrote', async () => {
    office.conversations.clear()
    const never = await window(X, 'token-v1')
    office.queuePlaces.set('v1', { place: 2 })
    await never.until(() => places(never).length === 1)
    expect(places(never)).toEqual([{ place: 2 }])
    office.conversations.set('a'.repeat(24), { channelId: X, visitorId: 'v1' })
    office.queuePlaces.delete('v1')
    const again = await window(X, 'token-v1')
    await again.until(() => notices(again).length === 1)
    expect(places(again)).toEqual([null])
  })
})
