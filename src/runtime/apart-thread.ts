/** The thread in which entries are parsed apart: one after the other, so that it is known which one is to blame. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseOf } from '../contract/inbound-of.ts'
import { verified } from '../contract/raw-request.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { ChannelType } from '../domain/ids.ts'
import { type SanitisedEvent, sanitiseEvents } from '../services/sanitise-events.ts'
import type { ApartAnswer, ApartRequest, ApartResult } from './apart-worker.ts'

const { registry } = (await import(String(workerData))) as { readonly registry: ConnectorRegistry }

async function resultOf({ type, ...request }: Omit<ApartRequest, 'id'>): Promise<ApartResult> {
  const connector = registry.find(type as ChannelType)
  if (!connector) return 'unknown-type'
  try {
    return { events: sanitiseEvents(await parseOf(connector)(verified(request))) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Files move to the other side instead of being copied; what shares its memory with others is cut out first. */
function withOwnFiles(events: readonly SanitisedEvent[]): {
  readonly events: readonly SanitisedEvent[]
  readonly files: ReadonlySet<ArrayBuffer>
} {
  const files = new Set<ArrayBuffer>()
  const own = (bytes: Uint8Array): Uint8Array => {
    const { buffer } = bytes
    const isWhole = buffer instanceof ArrayBuffer && bytes.byteLength === buffer.byteLength
    const mine = isWhole && bytes.byteLength > 0 ? bytes : new Uint8Array(bytes)
    files.add(mine.buffer as ArrayBuffer)
    return mine
  }
  const moved = events.map((event) =>
    event.type === 'message'
      ? {
          ...event,
          attachments: event.attachments.map((attachment) =>
            attachment.kind === 'content' ? { ...attachment, bytes: own(attachment.bytes) } : attachment,
          ),
        }
      : event,
  )
  return { events: moved, files }
}

async function answer({ id, ...request }: ApartRequest): Promise<void> {
  const result = await resultOf(request)
  try {
    if (typeof result === 'string' || 'error' in result) return post({ id, result })
    const { events, files } = withOwnFiles(result.events)
    post({ id, result: { events } }, [...files])
  } catch (error) {
    // What cannot be told in words, such as a function among the events, is the connector's mistake.
    post({ id, result: { error: error instanceof Error ? error.message : String(error) } })
  }
}

function post(message: ApartAnswer, files: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, files)
}

let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (request: ApartRequest) => {
  last = last.then(() => answer(request))
})
post('ready')
