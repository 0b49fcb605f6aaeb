import { AppError } from '../domain/errors.ts'
import type { Page } from '../domain/views.ts'

/** A place in a list as an opaque text for callers. */
export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** What a part of a cursor may be; an `id` has 24 hex digits. */
export type CursorPart = 'string' | 'number' | 'id'

const FITS: Readonly<Record<CursorPart, (part: unknown) => boolean>> = {
  string: (part) => typeof part === 'string',
  number: Number.isFinite,
  id: (part) => typeof part === 'string' && /^[0-9a-f]{24}$/.test(part),
}

/**
 * Reads a cursor of ours.
 * @param shape what each part must be
 * @throws AppError `invalid-cursor`
 */
export function decodeCursor(cursor: string, shape: readonly CursorPart[]): readonly (string | number)[] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    throw new AppError('invalid-cursor', { field: 'cursor' })
  }
  const fits =
    Array.isArray(parts) &&
    parts.length === shape.length &&
    shape.every((wanted, index) => FITS[wanted](parts[index]))
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
