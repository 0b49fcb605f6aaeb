import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { connectStore } from './connect.ts'
import type { StoreLog } from './log.ts'

const lines: string[] = []
const note = (_fields: object, text: string) => void lines.push(text)
const log: StoreLog = { debug: note, info: note, warn: note, error: note }

/** A port that nothing listens on. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

it('waits for a server, and then says in one line that it cannot be reached, without the password', async () => {
  const port = await closedPort()
  const uri = `mongodb://user:hunter2@127.0.0.1:${port}/?authSource=admin`
  const error: unknown = await connectStore({ uri, dbName: 'test', embedded: false, log, waitMs: 1 }).catch(
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ name: 'StoreConnectError', exitCode: 69 })
  const { message } = error as Error
  expect(message).toMatch(
    new RegExp(
      `^MongoDB at 127\\.0\\.0\\.1:${port} cannot be reached \\(.*ECONNREFUSED.*\\): start it, or correct MONGODB_URI\\.$`,
    ),
  )
  expect(message).not.toContain('hunter2')
}, 20_000)

it('refuses an address that makes no sense without waiting', async () => {
  lines.length = 0
  const uri = 'mongodb://user:hunter2@localhost/?noSuchOption=1'
  await expect(connectStore({ uri, dbName: 'test', embedded: false, log })).rejects.toMatchObject({
    name: 'StoreConnectError',
    message: expect.stringMatching(/^MongoDB at localhost cannot be used \(.*\): check MONGODB_URI\.$/),
  })
  expect(lines).toEqual([])
})
