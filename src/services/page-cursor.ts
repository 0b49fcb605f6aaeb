import { AppError } from '../domain/errors.ts'
import type { Page } from '../domain/views.ts'

/** A place in a list as an opaque text for callers. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/**
 * Reads a cursor of ours.
 * @param shape the JavaScript type that each part must have
 * @throws AppError `invalid-cursor`
 */
export function decodeCursor(
  cursor: string,
  shape: readonly ('string' | 'number')[],
): readonly (string | number)[] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw new AppError('invalid-cursor', { field: 'cursor' })
  }
  const fits =
    Array.isArray(parts) &&
    parts.length === shape.length &&
    parts.every(
      (part, index) => typeof part === shape[index] && (typeof part !== 'number' || Number.isFinite(part)),
    )
  if (!fits) throw new AppError('invalid-cursor', { field: 'cursor' })
  return parts as (string | number)[]
}

/**
 * One page of a list that is short enough to be held whole, such as a workspace's agents.
 * @throws AppError `invalid-cursor`
 */
export function pageOfWhole<T extends { readonly id: string }>(
  items: readonly T[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Page<T> {
  const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, ['string'])
  const from = afterId === undefined ? 0 : items.findIndex(({ id }) => id === afterId) + 1
  const page = items.slice(from, from + limit)
  const last = page.at(-1)
  return {
    items: page,
    ...(last && from + limit < items.length ? { nextCursor: encodeCursor([last.id]) } : {}),
  }
}
