import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { promisify } from 'node:util'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector, fetch as undiciFetch } from 'undici'

/** The only part of IPv6 that is handed out to the world; all else is local, or carries an IPv4 address inside. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')
/** Public by its number, but answered by the cloud's own host. */
const METADATA: ReadonlySet<string> = new Set(['168.63.129.16'])

/** Finds all addresses of a name. */
export type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>

/** What keeps an outgoing request within bounds. */
export interface GuardedFetchOptions {
  /** Internal networks that may be called all the same, as addresses or CIDR. */
  readonly allow?: readonly string[]
  /** From the call to the last byte of the answer, beside the time that the body takes. */
  readonly timeoutMs?: number
  /** On a line that is slower a large body breaks off. */
  readonly slowestBytesPerSecond?: number
  /** Longest answer, after decompression. */
  readonly maxResponseBytes?: number
  readonly lookup?: Lookup
}

/** An outgoing request was not made, or its answer not read to the end. */
export class OutboundRefusedError extends Error {
  readonly code: 'destination-not-allowed' | 'response-too-large'

  constructor(code: OutboundRefusedError['code'], message: string) {
    super(message)
    this.name = 'OutboundRefusedError'
    this.code = code
  }
}

/** Whether an address belongs to the public internet, or to a network on the list. */
export function isAllowedAddress(address: string, allow: readonly string[] = []): boolean {
  if (!ipaddr.isValid(address)) return false
  // An IPv4 address in IPv6 clothes is judged by what it is.
  const parsed = ipaddr.process(address)
  if (allow.some((network) => isWithin(parsed, network))) return true
  if (parsed.range() !== 'unicast' || METADATA.has(parsed.toString())) return false
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6 as [ipaddr.IPv6, number])
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  const [base, bits] = network.includes('/')
    ? ipaddr.parseCIDR(network)
    : [ipaddr.parse(network), ipaddr.parse(network).kind() === 'ipv4' ? 32 : 128]
  return base.kind() === address.kind() && address.match(base, bits)
}

const lookupAll: Lookup = async (hostname) => promisify(systemLookup)(hostname, { all: true, verbatim: true })

const DEFAULTS = { timeoutMs: 30_000, slowestBytesPerSecond: 200_000, maxResponseBytes: 64 * 2 ** 20 }

/**
 * A fetch for whatever an input can steer. The address is checked when the connection is made, so that a name which
 * changes its answer gains nothing; redirects are handed back, not followed.
 */
export function createGuardedFetch(options: GuardedFetchOptions = {}): typeof globalThis.fetch {
  const { allow = [], lookup = lookupAll } = options
  const { timeoutMs, slowestBytesPerSecond, maxResponseBytes } = { ...DEFAULTS, ...options }
  // One limit for the whole call, below: these would run while a body still goes up.
  const dispatcher = new Agent({
    connect: guardedConnector(allow, lookup),
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  return async (input, init) => {
    const request = new Request(input, init)
    const { protocol } = new URL(request.url)
    if (protocol !== 'http:' && protocol !== 'https:') {
      throw new OutboundRefusedError('destination-not-allowed', `the scheme ${protocol} is not allowed`)
    }
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
    const limitMs = timeoutMs + Math.ceil(((body?.byteLength ?? 0) / slowestBytesPerSecond) * 1_000)
    const response = await undiciFetch(request.url, {
      method: request.method,
      headers: [...request.headers],
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      dispatcher,
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(limitMs)]),
    }).catch((error: unknown) => {
      throw refusalIn(error) ?? error
    })
    return capped(response, maxResponseBytes)
  }
}

/**
 * Makes the look-up for sockets that a connector opens itself: the first address of a host, once all of its addresses
 * are allowed. Whoever connects to the answer, and not to the name, cannot be led elsewhere.
 */
export function createGuardedLookup({
  allow = [],
  lookup = lookupAll,
}: GuardedFetchOptions = {}): (host: string) => Promise<string> {
  return async (host) => {
    if (ipaddr.isValid(host)) {
      if (!isAllowedAddress(host, allow)) throw refused(host)
      return host
    }
    const [first] = await resolve(host, allow, lookup)
    if (!first) throw refused(host)
    return first.address
  }
}

function guardedConnector(allow: readonly string[], lookup: Lookup): buildConnector.connector {
  const connect = buildConnector({
    lookup: (hostname, { all }, callback) => {
      resolve(hostname, allow, lookup).then(
        (addresses) => {
          const [first] = addresses
          if (all || !first) callback(null, [...addresses])
          else callback(null, first.address, first.family)
        },
        (error: unknown) => callback(error as Error, []),
      )
    },
  })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[(.*)\]$/, '$1')
    // A host that is an address is never looked up, so it is checked here.
    if (ipaddr.isValid(host) && !isAllowedAddress(host, allow)) {
      callback(refused(host), null)
      return
    }
    connect(options, callback)
  }
}

async function resolve(
  hostname: string,
  allow: readonly string[],
  lookup: Lookup,
): Promise<readonly LookupAddress[]> {
  // A trailing dot means the same name, but not every resolver knows `localhost.`.
  const addresses = await lookup(hostname.replace(/\.$/, ''))
  if (addresses.length === 0 || !addresses.every(({ address }) => isAllowedAddress(address, allow))) {
    throw refused(hostname)
  }
  return addresses
}

const refused = (host: string): OutboundRefusedError =>
  new OutboundRefusedError(
    'destination-not-allowed',
    `${host} is not on the public internet; name its network in OUTBOUND_ALLOW if it is meant`,
  )

function refusalIn(error: unknown): OutboundRefusedError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OutboundRefusedError) return cause
  }
  return undefined
}

function capped(response: Awaited<ReturnType<typeof undiciFetch>>, maxBytes: number): Response {
  const { status, statusText } = response
  const headers = [...response.headers]
  if (response.body === null) return new Response(null, { status, statusText, headers })
  let read = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      read += chunk.byteLength
      if (read <= maxBytes) controller.enqueue(chunk)
      else
        controller.error(
          new OutboundRefusedError('response-too-large', `the answer is longer than ${maxBytes} bytes`),
        )
    },
  })
  const body = (response.body as ReadableStream<Uint8Array>).pipeThrough(counter)
  return new Response(body, { status, statusText, headers })
}
