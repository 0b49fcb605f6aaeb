import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../domain/errors.ts'
import { addressKey } from '../services/address-key.ts'
import type { VisitorLimits } from '../services/visitor-limits.ts'

const MINUTE_SECONDS = 60
const HOUR_SECONDS = 3_600
const MIB = 2 ** 20
const KIB = 2 ** 10

/** How much visitors may ask of one process. */
export interface VisitorRates {
  /** Many people share an address: offices, and phones behind their provider's translation. */
  readonly addressPerMinute: number
  readonly sessionsPerAddressPerMinute: number
  readonly readsPerMinute: number
  readonly readsPerAddressPerMinute: number
  readonly uploadsPerMinute: number
  readonly uploadBytesPerHour: number
  readonly uploadBytesPerAddressPerHour: number
  readonly uploadBytesPerWorkspacePerHour: number
}

/** Generous for people, tight for floods. */
export const DEFAULT_VISITOR_RATES: VisitorRates = {
  addressPerMinute: 600,
  sessionsPerAddressPerMinute: 120,
  readsPerMinute: 120,
  readsPerAddressPerMinute: 1_200,
  uploadsPerMinute: 20,
  uploadBytesPerHour: 500 * MIB,
  uploadBytesPerAddressPerHour: 1_000 * MIB,
  uploadBytesPerWorkspacePerHour: 10_000 * MIB,
}

type Take = (key: string, points?: number) => Promise<void>

function counter(points: number, duration: number): Take {
  const limiter = new RateLimiterMemory({ points, duration })
  return async (key, taken = 1) => {
    try {
      await limiter.consume(key, taken)
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      throw new AppError('rate-limited', { retryAfterSeconds: Math.ceil(refused.msBeforeNext / 1000) })
    }
  }
}

const kib = (bytes: number): number => Math.max(1, Math.ceil(bytes / KIB))

/** Counters in memory: a flood hits each node by itself. */
export function createVisitorLimits(rates: VisitorRates = DEFAULT_VISITOR_RATES): VisitorLimits {
  const address = counter(rates.addressPerMinute, MINUTE_SECONDS)
  const session = counter(rates.sessionsPerAddressPerMinute, MINUTE_SECONDS)
  const read = counter(rates.readsPerMinute, MINUTE_SECONDS)
  const addressRead = counter(rates.readsPerAddressPerMinute, MINUTE_SECONDS)
  const upload = counter(rates.uploadsPerMinute, MINUTE_SECONDS)
  const uploaded = counter(kib(rates.uploadBytesPerHour), HOUR_SECONDS)
  const addressUploaded = counter(kib(rates.uploadBytesPerAddressPerHour), HOUR_SECONDS)
  const workspaceUploaded = counter(kib(rates.uploadBytesPerWorkspacePerHour), HOUR_SECONDS)

  return {
    takeAddress: (from) => address(addressKey(from)),
    takeSession: (from) => session(addressKey(from)),
    async takeRead(visitor, from) {
      await addressRead(addressKey(from))
      await read(visitor)
    },
    async takeUpload(visitor, from, bytes) {
      await upload(visitor)
      await uploaded(visitor, kib(bytes))
      await addressUploaded(addressKey(from), kib(bytes))
      await workspaceUploaded('all', kib(bytes))
    },
  }
}
