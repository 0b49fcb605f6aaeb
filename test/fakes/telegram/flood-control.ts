import { Refused } from './bot-answer.ts'

/** So many messages in so many milliseconds. */
export interface FloodLimit {
  readonly messages: number
  readonly perMs: number
}

/** Counts what is sent, and refuses what is too fast. */
export function createFloodControl(limits: { readonly perChat?: FloodLimit; readonly overall?: FloodLimit }) {
  const sent = new Map<string, number[]>()
  let refusals = 0

  const take = (key: string, limit: FloodLimit | undefined): void => {
    if (!limit) return
    const now = performance.now()
    const recent = (sent.get(key) ?? []).filter((at) => now - at < limit.perMs)
    const [oldest = now] = recent
    if (recent.length >= limit.messages) {
      refusals += 1
      const seconds = Math.max(1, Math.ceil((oldest + limit.perMs - now) / 1_000))
      throw new Refused(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
    }
    sent.set(key, [...recent, now])
  }

  return {
    /** @throws Refused 429 */
    pass(chatId: number): void {
      take('all', limits.overall)
      take(`chat ${chatId}`, limits.perChat)
    },
    get refusals(): number {
      return refusals
    },
  }
}
