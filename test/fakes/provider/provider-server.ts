/** What the fakes of all platforms share: an HTTP server that can be told to misbehave, and deliveries that can. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A call to a platform, whole. */
export interface ProviderCall {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** From 1, over all calls of this server. */
  readonly number: number
  readonly atMs: number
}

export interface ProviderAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One way in which a platform fails; `cut-after` has taken the call all the same. */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'cut-before' }
  | { readonly kind: 'cut-after' }
  | { readonly kind: 'silent-after' }
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  | { readonly kind: 'garbage' }

export type FaultPlan = (call: ProviderCall) => Fault | undefined

export interface ProviderServer {
  readonly url: string
  readonly port: number
  /** Every call that came in, also those that failed by plan. */
  readonly calls: readonly ProviderCall[]
  /** Which calls fail from now on; without a plan none. */
  misbehave(plan?: FaultPlan): void
  close(): Promise<void>
}

const GARBAGE = '<html><body><h1>502 Bad Gateway</h1>nginx</body></html>'

/** Starts a platform on this machine. @param answer the platform itself, which always behaves */
export async function startProvider(
  answer: (call: ProviderCall) => ProviderAnswer | Promise<ProviderAnswer>,
  options: { readonly port?: number } = {},
): Promise<ProviderServer> {
  const calls: ProviderCall[] = []
  let plan: FaultPlan | undefined
  const server = createServer((request, response) => {
    void handle(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'Content-Type': 'text/plain' })
      response.end(String(error))
    })
  })

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await read(request, calls.length + 1)
    calls.push(call)
    const fault = plan?.(call)
    if (fault?.kind === 'delay') await sleep(fault.ms)
    if (fault?.kind === 'cut-before') return void request.socket.destroy()
    if (fault?.kind === 'status') {
      return send(response, { ...fault, body: fault.body ?? '' })
    }
    const given = await answer(call)
    if (fault?.kind === 'cut-after') return void request.socket.destroy()
    if (fault?.kind === 'silent-after') return
    if (fault?.kind === 'garbage')
      return send(response, { status: 200, headers: { 'Content-Type': 'text/html' }, body: GARBAGE })
    send(response, given)
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    misbehave: (next) => {
      plan = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function read(request: IncomingMessage, number: number): Promise<ProviderCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const { method = 'GET', url = '/' } = request
  return { method, url, headers, body: Buffer.concat(chunks), number, atMs: Date.now() }
}

function send(response: ServerResponse, { status, headers, body = '' }: ProviderAnswer): void {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

/** JSON, as platforms answer. */
export const jsonAnswer = (status: number, body: unknown): ProviderAnswer => ({
  status,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
})

/** What a platform sends to us: signed, ready to go. */
export interface Delivery {
  readonly url: string
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Sends each of them `copies` times at once, in the order given or as `order` mixes it. @returns the statuses */
export async function deliverAll(
  deliveries: readonly Delivery[],
  options: {
    readonly copies?: number
    readonly order?: (deliveries: readonly Delivery[]) => readonly Delivery[]
  } = {},
): Promise<readonly number[]> {
  const { copies = 1, order = (given) => given } = options
  const statuses: number[] = []
  for (const { url, method = 'POST', headers, body } of order(deliveries)) {
    const answers = await Promise.all(
      Array.from({ length: copies }, () =>
        fetch(url, { method, headers, body: typeof body === 'string' ? body : new Uint8Array(body) }),
      ),
    )
    for (const answer of answers) {
      statuses.push(answer.status)
      await answer.arrayBuffer()
    }
  }
  return statuses
}
