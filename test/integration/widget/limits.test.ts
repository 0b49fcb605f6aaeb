import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WidgetSettingsAnswer } from '../../../src/domain/visitor.ts'
import { NO_LIMITS, startWidgetServer, uploadAs, type WidgetServer } from './widget-server.ts'

let server: WidgetServer
let channelId: string

beforeAll(async () => {
  server = await startWidgetServer({
    ...NO_LIMITS,
    addressPerMinute: 60,
    sessionsPerAddressPerMinute: 6,
    readsPerMinute: 5,
    uploadsPerMinute: 3,
    uploadBytesPerAddressPerHour: 400 * 1024,
  })
  const { agent } = await server.owner()
  channelId = (await server.channel(agent)).id
})
afterAll(() => server.close())

const history = (token: string): Promise<Response> =>
  fetch(`${server.url}/widget/v1/${channelId}/messages`, { headers: { authorization: `Bearer ${token}` } })

it('bounds what a visitor and an address may ask, each by itself', async () => {
  const [one, two, three] = [
    await server.visitor(channelId),
    await server.visitor(channelId),
    await server.visitor(channelId),
  ]
  for (let count = 0; count < 5; count += 1) expect((await history(one.token)).status).toBe(200)
  const refused = await history(one.token)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ code: 'rate-limited' })
  expect((await history(two.token)).status).toBe(200)

  const upload = (visitor: typeof one, size: number) =>
    uploadAs(server.url, visitor, 'a', Buffer.alloc(size, 1))
  for (let count = 0; count < 3; count += 1) expect((await upload(one, 10)).status).toBe(201)
  expect((await upload(one, 10)).body.code).toBe('rate-limited')
  expect((await upload(two, 300 * 1024)).status).toBe(201)
  // A new name does not help: the address has had its share.
  expect((await upload(three, 300 * 1024)).body.code).toBe('rate-limited')

  const { ticket } = (await (await server.settings(channelId)).json()) as WidgetSettingsAnswer
  const open = () =>
    fetch(`${server.url}/widget/v1/${channelId}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ticket }),
    })
  expect([(await open()).status, (await open()).status, (await open()).status]).toEqual([200, 200, 200])
  expect((await open()).status).toBe(429)

  let last = 200
  for (let count = 0; count < 60 && last === 200; count += 1) last = (await server.settings(channelId)).status
  expect(last).toBe(429)
})
