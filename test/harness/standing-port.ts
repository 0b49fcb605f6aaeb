import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * Below the range that systems give to whoever connects to something: a connection of another test could have a port of
 * that range while the server that it was chosen for is dead for a moment.
 */
const LOWEST = 12_000
const ABOVE = 30_000

/** A free port for a server that comes back under it after its deaths. */
export async function standingPort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, ABOVE)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1')
  try {
    await once(probe, 'listening')
  } catch {
    return false
  }
  probe.close()
  await once(probe, 'close')
  return true
}
