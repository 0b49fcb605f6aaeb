import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { standingPort } from '../../harness/standing-port.ts'

export interface RedisServer {
  readonly url: string
  start(): Promise<void>
  /** Like a crash of its machine. */
  kill(): Promise<void>
  freeze(): void
  thaw(): void
}

/** A Redis of this test's own, on a port that stays the same over its deaths. */
export async function createRedisServer(): Promise<RedisServer> {
  const port = await standingPort()
  let running: ChildProcess | undefined
  return {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const child = spawn('redis-server', [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
      ])
      running = child
      await new Promise<void>((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
        child.stdout?.on('data', (text: Buffer) => {
          if (text.includes('Ready to accept connections')) resolve()
        })
      })
    },
    async kill() {
      const child = running
      running = undefined
      if (!child || child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    freeze: () => void running?.kill('SIGSTOP'),
    thaw: () => void running?.kill('SIGCONT'),
  }
}
