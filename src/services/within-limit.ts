/**
 * Gives up on work that takes too long: its signal aborts, and nobody waits for it any more.
 * @throws what `timeout` makes when the time is over; what the work throws
 */
export async function withinLimit<T>(
  limitMs: number,
  work: (limit: AbortSignal) => Promise<T>,
  timeout: () => Error,
): Promise<T> {
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = timeout()
      reject(error)
      limit.abort(error)
    }, limitMs)
  })
  try {
    return await Promise.race([work(limit.signal), over])
  } finally {
    clearTimeout(timer)
  }
}
