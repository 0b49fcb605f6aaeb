import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, it } from 'vitest'
import { answerStarting, createClosingServer } from './closing-server.ts'

async function listen(listener: RequestListener) {
  const server = createServer(listener)
  const closing = createClosingServer(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, closing, port: portOf(server) }
}
const portOf = (server: Server): number => (server.address() as AddressInfo).port

it('lets a request under way finish, and waits for nobody who is idle', async () => {
  let answer: () => void = () => undefined
  const { server, closing, port } = await listen((_request, response) => {
    answer = () => response.end('done')
  })
  const asked = fetch(`http://127.0.0.1:${port}/`)
  await once(server, 'request')
  let closed = false
  const closes = closing.close(600_000).then(() => {
    closed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(closed).toBe(false)
  answer()
  expect(await (await asked).text()).toBe('done')
  await closes
})

it('cuts off hanging requests and upgraded connections when its patience ends', async () => {
  const { server, closing, port } = await listen(() => undefined)
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
  })
  const hanging = connect(port, '127.0.0.1')
  hanging.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nslow')
  const upgraded = connect(port, '127.0.0.1')
  upgraded.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
  await once(upgraded, 'data')
  const ends = Promise.all([once(hanging, 'close'), once(upgraded, 'close')])
  for (const socket of [hanging, upgraded]) socket.on('error', () => undefined)
  await closing.close(50)
  await ends
})

it('tells who comes before the start is done when to come back', async () => {
  const { closing, port } = await listen(answerStarting)
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await response.json()).toMatchObject({ status: 503, code: 'unavailable' })
  await closing.close(600_000)
})
