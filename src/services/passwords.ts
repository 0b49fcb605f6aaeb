import { hash, verify } from '@node-rs/argon2'
import { AppError } from '../domain/errors.ts'

/** Shortest password, in characters. */
export const PASSWORD_MIN = 10
/** Longest password: more is refused before it is hashed. */
export const PASSWORD_MAX = 256

/** argon2id at the parameters that OWASP names; 19 MiB for each hash under way. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashes and checks passwords. */
export interface Passwords {
  /** @throws AppError `invalid-input` when the password is too short or too long */
  hash(password: string, field: string): Promise<string>
  /** Takes as long for an unknown account (`hashed` undefined) as for a known one. */
  verify(hashed: string | undefined, password: string): Promise<boolean>
}

function requireLength(password: string, field: string): void {
  if (password.length >= PASSWORD_MIN && password.length <= PASSWORD_MAX) return
  throw new AppError('invalid-input', {
    field,
    detail: `The password must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters.`,
  })
}

/** Creates them; the decoy that unknown accounts are checked against costs the same as a real hash. */
export function createPasswords(): Passwords {
  const decoy = hash('no account has this password', COST)
  decoy.catch(() => undefined)
  return {
    async hash(password, field) {
      requireLength(password, field)
      return hash(password.normalize('NFKC'), COST)
    },
    async verify(hashed, password) {
      if (password.length > PASSWORD_MAX) return false
      const matches = await verify(hashed ?? (await decoy), password.normalize('NFKC'))
      return matches && hashed !== undefined
    },
  }
}
