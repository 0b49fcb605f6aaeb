import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { openAgentScreen } from '../harness/agent-screen.ts'
import {
  childrenOf,
  createCall,
  MAIN,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../harness/real-server.ts'
import { ALL_WELL, takeBalance } from './balance.ts'
import { startCustomers, type Target } from './customers.ts'
import { moreOf, TIMEOUT_MS } from './fault-run.ts'

const CUSTOMERS = 12
/** Far beyond what the server promises; by its own clock it ends with 1 when it takes longer than that. */
const PATIENCE_MS = 60_000

const runs = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** Sends the signal and waits for the process to end by itself. */
async function endsByItself(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const ended = once(child, 'exit')
  child.kill(signal)
  const patience = new AbortController()
  const late = sleep(PATIENCE_MS, 'still runs', { signal: patience.signal }).catch(() => undefined)
  const how = await Promise.race([ended, late])
  patience.abort()
  if (how === 'still runs') child.kill('SIGKILL')
  return how
}

/** A request that is begun and never finished. */
async function hangingRequest(url: string, head: string): Promise<Socket> {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(head)
  return socket
}

it(
  'stopped under load, with open sockets, hanging requests and an upload under way, the server ends in order',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const target: Target = {
      url: server.url,
      channelId: server.channelId,
      visitorSecret: server.visitorSecret,
    }
    const screen = await openAgentScreen(server.url, server.cookie)
    const host = `Host: ${new URL(server.url).host}\r\n`
    const hanging = await Promise.all([
      hangingRequest(server.url, `GET /healthz HTTP/1.1\r\n${host}`),
      hangingRequest(
        server.url,
        `POST /api/v1/session HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{`,
      ),
      hangingRequest(
        server.url,
        `POST /ingress/${server.channelId} HTTP/1.1\r\n${host}Content-Length: 500\r\n\r\n{`,
      ),
      hangingRequest(
        server.url,
        `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    ])
    const upload = await hangingRequest(
      server.url,
      `POST /api/v1/attachments HTTP/1.1\r\n${host}Cookie: ${server.cookie}\r\nOrigin: ${server.url}\r\n` +
        'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n' +
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n',
    )
    const drip = setInterval(() => upload.write('slow '), 20)
    const customers = startCustomers(target, CUSTOMERS)
    await moreOf(customers.acknowledged, 100)
    const children = await childrenOf(server.child.pid ?? 0)
    expect(children).toHaveLength(1)
    expect(await endsByItself(server.child, 'SIGTERM')).toEqual([0, null])
    expect(children.filter(runs)).toEqual([])
    expect(existsSync(join(folder.path, 'server.json'))).toBe(false)
    clearInterval(drip)
    for (const socket of [...hanging, upload]) socket.destroy()
    screen.close()

    const next = await startBareServer(folder.path)
    target.url = next.url
    await customers.stop()
    const { call } = createCall(() => next.url)
    await signIn(call)
    const balance = await takeBalance(next, call, customers.acknowledged)
    expect(balance).toMatchObject({ ...ALL_WELL, conversations: CUSTOMERS })
    expect(await next.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)

it(
  'stopped at any moment of its start, the server ends in order, and the next start works at once',
  async () => {
    const folder = await temporaryFolder()
    // Their own, for what another server leaves for a moment is no fault of these.
    const temporary = await temporaryFolder()
    const env = { TMPDIR: temporary.path }
    for (const afterMs of [150, 300, 450, 600, 900]) {
      const child = spawn(process.execPath, [MAIN], {
        env: {
          ...process.env,
          ...env,
          PORT: '0',
          HOST: '127.0.0.1',
          DATA_DIR: folder.path,
          LOG_LEVEL: 'fatal',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      let complaint = ''
      child.stderr?.on('data', (chunk) => {
        complaint += String(chunk)
      })
      await sleep(afterMs)
      const children = await childrenOf(child.pid ?? 0)
      const how = await endsByItself(child, 'SIGTERM')
      // Before the first line of ours runs, a signal ends the process in its own way.
      expect([[0, null], ...(children.length === 0 ? [[null, 'SIGTERM']] : [])]).toContainEqual(how)
      expect([complaint, children.filter(runs), existsSync(join(folder.path, 'server.json'))]).toEqual([
        '',
        [],
        false,
      ])
    }
    const server = await startBareServer(folder.path, { env })
    expect(server.setUpToken).toBeDefined()
    expect(await readdir(temporary.path)).toContainEqual(expect.stringMatching(/^tributary-\w{6}$/))
    expect(await server.stop()).toBe(0)
    expect((await readdir(temporary.path)).filter((name) => name.startsWith('tributary-'))).toEqual([])
    await folder.remove()
    await temporary.remove()
  },
  TIMEOUT_MS,
)
