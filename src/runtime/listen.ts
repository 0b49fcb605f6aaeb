import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Has the server listen. @returns its port @throws an error of one line that says what to do, with an `exitCode` */
export function listen(
  server: Server,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(error, port)))
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** The port cannot be had: one line that says what to do. */
class ListenError extends Error {
  readonly exitCode = 69

  constructor(cause: NodeJS.ErrnoException, port: number) {
    super(
      cause.code === 'EADDRINUSE'
        ? `Port ${port} is in use: stop the other program, or set PORT to another one.`
        : `Port ${port} cannot be listened on (${cause.code ?? cause.message}): set PORT or HOST.`,
      { cause },
    )
  }
}
