import { useEffect, useReducer } from 'react'

const MINUTE_MS = 60_000

/** Draws a component anew every minute, for times such as `5m`. */
export function useEveryMinute(): void {
  const [, draw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const timer = setInterval(draw, MINUTE_MS)
    return () => clearInterval(timer)
  }, [])
}
