import type { ChannelType } from '../domain/ids.ts'
import type { Connector } from './connector.ts'

/** The kinds of platform that this build knows. */
export interface ConnectorRegistry {
  readonly all: readonly Connector[]
  find(type: ChannelType): Connector | undefined
}

/**
 * Makes a registry of connectors. A connector reads its own settings type; the registry hands it settings that its
 * own `configFields` validated, which is what makes forgetting that type here safe.
 * @throws Error when two connectors have one type: a mistake of the build, found at start.
 */
export function createRegistry(connectors: readonly Connector[]): ConnectorRegistry {
  const byType = new Map(connectors.map((connector) => [connector.type, connector]))
  if (byType.size !== connectors.length) throw new Error('two connectors have the same type')
  return { all: connectors, find: (type) => byType.get(type) }
}
