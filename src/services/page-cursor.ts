import { AppError } from '../domain/errors.ts'

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
