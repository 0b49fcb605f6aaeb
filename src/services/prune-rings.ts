import type { CategoryId, ChannelId } from '../domain/ids.ts'
import type { RoutingRingStore } from '../store/routing-ring-store.ts'

export interface PruneRingsDeps {
  readonly rings: Pick<RoutingRingStore, 'scopes' | 'remove'>
  /** All there are, whether or not they are switched on. */
  readonly channels: { list(): Promise<readonly { readonly id: ChannelId }[]> }
  readonly categories: { list(): Promise<readonly { readonly id: CategoryId }[]> }
}

/**
 * Removes rings of channels and categories that are gone. Nothing is removed that may turn again: ids are never given
 * twice, and whatever has no policy just now keeps its ring.
 * @returns how many were removed
 */
export async function pruneRings({ rings, channels, categories }: PruneRingsDeps): Promise<number> {
  // In this order: a ring that is made meanwhile is not among those read, whatever it turns for.
  const scopes = await rings.scopes()
  if (scopes.length === 0) return 0
  const [allChannels, allCategories] = await Promise.all([channels.list(), categories.list()])
  const known = new Set([
    ...allChannels.map(({ id }) => `channel:${id}`),
    ...allCategories.map(({ id }) => `category:${id}`),
  ])
  const gone = scopes.filter((scope) => !known.has(scope))
  return gone.length === 0 ? 0 : rings.remove(gone)
}
