import { AppError } from '../domain/errors.ts'

/** @throws AppError `invalid-input` when there are as many as a workspace may have */
export async function requireRoom(
  things: { readonly count: () => Promise<number> },
  most: number,
): Promise<void> {
  if ((await things.count()) >= most) {
    throw new AppError('invalid-input', { detail: `A workspace has at most ${most} of these.` })
  }
}

/**
 * What was written, unless something stood in the way.
 * @throws AppError `already-exists` for a name that is taken, `version-conflict`
 */
export function requireFreeName<T extends object>(
  written: T | undefined | 'name-taken' | 'version-conflict',
  version?: number,
): T {
  if (written === 'version-conflict') {
    throw new AppError('version-conflict', version === undefined ? {} : { members: { version } })
  }
  if (written === undefined || written === 'name-taken') {
    throw new AppError('already-exists', { field: 'name', detail: 'This name is taken.' })
  }
  return written
}

/** What is left out of a change is taken from what was read: it must be what the caller saw. @throws AppError `version-conflict` */
export function requireVersion({ version }: { readonly version: number }, seen: number): void {
  if (version !== seen) throw new AppError('version-conflict', { members: { version } })
}
