/** Gives places in the order of arrival: microseconds since the epoch, strictly rising on one node. */
export type OrderClock = (nowMs: number) => number

/** Creates a clock that never stands still nor runs back, whatever the system's clock does. */
export function createOrderClock(): OrderClock {
  let last = 0
  return (nowMs) => {
    last = Math.max(last + 1, Math.floor(nowMs) * 1_000)
    return last
  }
}
