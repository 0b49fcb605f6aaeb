/** A node knows which visitors are connected to it. */
import { expect, it } from 'vitest'
import { createOffice, joined, startLiveServer, X, Y } from './live-server.ts'

it('a visitor is here while his client is connected', async () => {
  const live = await startLiveServer(createOffice({ boss: 'all' }))
  try {
    const isHere = () => live.realtime.isVisitorHere(X, 'v1')
    expect(isHere()).toBe(false)
    const { client } = await joined(live.widget({ channelId: X, token: 'token-v1' }))
    await expect.poll(isHere).toBe(true)
    expect(live.realtime.isVisitorHere(X, 'v2')).toBe(false)
    expect(live.realtime.isVisitorHere(Y, 'v1')).toBe(false)
    client.disconnect()
    await expect.poll(isHere).toBe(false)
  } finally {
    await live.close()
  }
})
