/**
 * The socket through which the server reaches the engine. The package has a listener of its own, but under a
 * new random path at every start; drivers reconnect by themselves only when the path stays.
 */
import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { answerPrefix, MessageSplitter } from './wire.ts'

/** What the listener needs of the engine: one request in, one answer out. */
export interface RequestHandler {
  roundTrip(message: Buffer): Promise<{
    readonly requestId: number
    /** The driver asked for no answer. */
    readonly moreToCome: boolean
    readonly legacy: boolean
    readonly response: Buffer
  }>
}

export interface EngineListener {
  /** Drops the connections and takes no new ones. */
  close(): Promise<void>
}

function serveConnection(handler: RequestHandler, socket: Socket): void {
  const splitter = new MessageSplitter()
  let replyId = 0
  let queue = Promise.resolve()

  const answer = async (message: Buffer): Promise<void> => {
    const { requestId, moreToCome, legacy, response } = await handler.roundTrip(message)
    if (moreToCome || socket.destroyed) return
    replyId += 1
    socket.cork()
    socket.write(answerPrefix({ replyId, requestId, legacy, documentBytes: response.length }))
    socket.write(response)
    socket.uncork()
  }

  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of splitter.push(chunk)) {
        // One after the other, as a driver expects of one connection. A failure ends the connection: the
        // driver then knows that it has no answer, where a made-up one could be taken for a success.
        queue = queue.then(() => answer(message)).catch(() => void socket.destroy())
      }
    } catch {
      socket.destroy()
    }
  })
  // A driver that goes away is no event worth a word; 'close' does the book-keeping.
  socket.on('error', () => undefined)
}

/** Serves `handler` at `socketPath`, in place of whatever a killed predecessor left there. */
export async function listen(handler: RequestHandler, socketPath: string): Promise<EngineListener> {
  await rm(socketPath, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serveConnection(handler, socket)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socketPath, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
