import { replaceEqualDeep } from '@tanstack/react-query'

interface Versioned {
  readonly id: string
  readonly version: number
}

const isVersioned = (value: unknown): value is Versioned =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'version' in value &&
  typeof value.version === 'number'

/**
 * What a query shows next: of one versioned thing never an older state than it shows already, in whatever order
 * answers to reads, answers to writes and live news come. Presence changes without a new version, so equal ones pass.
 */
export function keepNewest(before: unknown, after: unknown): unknown {
  const isOlder =
    isVersioned(before) && isVersioned(after) && before.id === after.id && after.version < before.version
  return isOlder ? before : replaceEqualDeep(before, after)
}
