import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterMongo, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../domain/errors.ts'
import { addressKey } from '../services/address-key.ts'
import type { Attempt, AttemptLimits } from '../services/attempt-limits.ts'
import { emailKeyOf } from '../store/agent-store.ts'
import type { Db } from '../store/connect.ts'

const COLLECTION = 'attempts'
const WINDOW_SECONDS = 15 * 60
/** Failures within the window that lock an account, and an address. */
export const ACCOUNT_FAILURES = 10
export const ADDRESS_FAILURES = 50

const accountKey = (account: string): string =>
  createHash('sha256').update(emailKeyOf(account)).digest('base64url')

type Limiter = RateLimiterMongo | RateLimiterRedis

function limiter(
  store: { readonly db: Db; readonly redis?: Redis },
  keyPrefix: string,
  points: number,
): Limiter {
  const limits = { keyPrefix, points, duration: WINDOW_SECONDS, blockDuration: WINDOW_SECONDS }
  if (store.redis) {
    // Redis may be gone for a while without anybody being locked out or let in unchecked.
    const insuranceLimiter = new RateLimiterMemory(limits)
    return new RateLimiterRedis({ storeClient: store.redis, insuranceLimiter, ...limits })
  }
  return new RateLimiterMongo({
    storeClient: store.db,
    tableName: COLLECTION,
    disableIndexesCreation: true,
    ...limits,
  })
}

/** Indexes of the counters in the database. */
export async function ensureAttemptIndexes(db: Db): Promise<void> {
  await db.collection(COLLECTION).createIndex({ key: 1 }, { name: 'key', unique: true })
  await db.collection(COLLECTION).createIndex({ expire: 1 }, { name: 'expiry' })
}

/** Counters that survive a restart and hold over all nodes: in Redis where there is one, else in the database. */
export function createAttemptLimits(store: { readonly db: Db; readonly redis?: Redis }): AttemptLimits {
  const accounts = limiter(store, 'account', ACCOUNT_FAILURES)
  const addresses = limiter(store, 'address', ADDRESS_FAILURES)

  const take = async (counter: Limiter, key: string): Promise<void> => {
    try {
      await counter.consume(key)
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      throw new AppError('locked-out', { retryAfterSeconds: Math.ceil(refused.msBeforeNext / 1000) })
    }
  }

  return {
    async begin({ account, address }: Attempt) {
      await take(addresses, addressKey(address))
      await take(accounts, accountKey(account))
    },
    async succeeded({ account, address }) {
      await Promise.all([accounts.delete(accountKey(account)), addresses.reward(addressKey(address))])
    },
    async undone({ account, address }) {
      await Promise.all([accounts.reward(accountKey(account)), addresses.reward(addressKey(address))])
    },
    async sweep(now) {
      if (store.redis) return 0
      return (await store.db.collection(COLLECTION).deleteMany({ expire: { $lte: now } })).deletedCount
    },
  }
}
