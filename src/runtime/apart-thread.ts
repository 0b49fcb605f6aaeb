/** The thread in which suspect entries are parsed. */
import { parentPort, workerData } from 'node:worker_threads'
import { verified } from '../contract/raw-request.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { ChannelType } from '../domain/ids.ts'
import type { ApartAnswer, ApartRequest } from './apart-parser.ts'

const { registry } = (await import(String(workerData))) as { readonly registry: ConnectorRegistry }

async function answer({ type, ...request }: ApartRequest): Promise<ApartAnswer> {
  const connector = registry.find(type as ChannelType)
  if (!connector) return 'unknown-type'
  try {
    return { events: await connector.inbound.parse(verified(request)) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', async (request: ApartRequest) => parentPort?.postMessage(await answer(request)))
parentPort?.postMessage('ready' satisfies ApartAnswer)
