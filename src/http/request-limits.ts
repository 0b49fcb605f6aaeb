import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../domain/errors.ts'
import { addressKey } from '../services/address-key.ts'

/** How many requests each caller may make in a minute. */
export interface RequestRates {
  /** Of one address: requests that need no sign-in, and those whose token is none. */
  readonly publicPerMinute: number
  /** Of one agent. */
  readonly agentPerMinute: number
}

/** Generous for people and integrations, tight for floods. */
export const DEFAULT_RATES: RequestRates = { publicPerMinute: 120, agentPerMinute: 6_000 }

/** Counts the requests of this process; each throws AppError `rate-limited` beyond the rate. */
export interface RequestLimits {
  takePublic(address: string): Promise<void>
  takeAgent(agentId: string): Promise<void>
}

/** Creates the counters; they live in memory, for a flood hits each node by itself. */
export function createRequestLimits(rates: RequestRates): RequestLimits {
  const counter = (points: number) => {
    const limiter = new RateLimiterMemory({ points, duration: 60 })
    return async (key: string): Promise<void> => {
      try {
        await limiter.consume(key)
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        throw new AppError('rate-limited', { retryAfterSeconds: Math.ceil(refused.msBeforeNext / 1000) })
      }
    }
  }
  const takeAddress = counter(rates.publicPerMinute)
  return {
    takePublic: (address) => takeAddress(addressKey(address)),
    takeAgent: counter(rates.agentPerMinute),
  }
}
