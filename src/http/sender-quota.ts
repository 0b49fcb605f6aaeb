/** Counts what each sender delivers, in fixed windows; memory holds one window's senders. */
export interface SenderQuota {
  /** @returns seconds to wait when the sender has used up this window, else 0 */
  take(sender: string, nowMs: number): number
}

/** Creates a quota of `most` deliveries in each window of `windowMs`. */
export function createSenderQuota(most: number, windowMs: number): SenderQuota {
  let counts = new Map<string, number>()
  let endsAtMs = 0
  return {
    take(sender, nowMs) {
      if (nowMs >= endsAtMs || nowMs < endsAtMs - windowMs) {
        counts = new Map()
        endsAtMs = nowMs + windowMs
      }
      const count = (counts.get(sender) ?? 0) + 1
      counts.set(sender, count)
      return count > most ? Math.max(1, Math.ceil((endsAtMs - nowMs) / 1_000)) : 0
    },
  }
}
