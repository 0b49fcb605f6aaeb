/**
 * Mends the MongoDB driver where it waits for ever.
 *
 * A command larger than a socket's buffer (16 KiB) makes the driver wait until the socket has drained, and only an
 * `error` of the socket ends that wait otherwise (`Connection.writeCommand` of mongodb 7.8). A connection that is
 * closed just then, because the engine died or its pool was cleared, destroys its socket without an error: neither
 * event comes, and whoever asked waits with a request open. Seen after some forty killed engines under load.
 */
import { createRequire } from 'node:module'

interface DriverConnection {
  readonly closed: boolean
  readonly socket: NodeJS.EventEmitter
  cleanup(error: Error): void
}

const requireAsMongoose = createRequire(createRequire(import.meta.url).resolve('mongoose'))

let mended = false

/** From now on each connection that closes also ends the waits for its socket. Safe to call more than once. */
export function endWaitsOfClosedConnections(): void {
  if (mended) return
  const { Connection } = requireAsMongoose('mongodb/lib/cmap/connection.js') as {
    readonly Connection: { readonly prototype: DriverConnection }
  }
  const { prototype } = Connection
  const { cleanup } = prototype
  prototype.cleanup = function (error) {
    const { closed } = this
    cleanup.call(this, error)
    // The connection itself listens to its socket's errors for good, and does nothing once it is closed.
    if (!closed) this.socket.emit('error', error)
  }
  mended = true
}
