import type { IncomingMessage } from 'node:http'
import { AppError } from '../domain/errors.ts'
import { addressKey, isLoopback } from '../services/address-key.ts'

/** Counts the open sockets of each client address. */
export interface AddressSeats {
  /** @throws AppError `rate-limited` when the sender's address has as many sockets as it may */
  requireFree(request: IncomingMessage): void
  /** @returns what gives the seat back, or undefined when all of the address's are taken */
  take(request: IncomingMessage): (() => void) | undefined
}

/**
 * Creates the counts of one namespace. This machine itself has no bound: a proxy on it that TRUST_PROXY does not name
 * brings everybody from here.
 */
export function createAddressSeats(
  most: number,
  addressOf: (request: IncomingMessage) => string,
): AddressSeats {
  const open = new Map<string, number>()
  const keyOf = (request: IncomingMessage): string | undefined => {
    const address = addressOf(request)
    return isLoopback(address) ? undefined : addressKey(address)
  }
  const isFull = (key: string): boolean => (open.get(key) ?? 0) >= most

  return {
    requireFree(request) {
      const key = keyOf(request)
      if (key !== undefined && isFull(key)) {
        throw new AppError('rate-limited', { detail: 'too many open connections from this address' })
      }
    },
    take(request) {
      const key = keyOf(request)
      if (key === undefined) return () => undefined
      if (isFull(key)) return undefined
      open.set(key, (open.get(key) ?? 0) + 1)
      let isTaken = true
      return () => {
        if (!isTaken) return
        isTaken = false
        const left = (open.get(key) ?? 0) - 1
        if (left > 0) open.set(key, left)
        else open.delete(key)
      }
    },
  }
}
