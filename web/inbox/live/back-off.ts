const FIRST_MS = 1_000
const LONGEST_MS = 30_000

/**
 * How long to wait before the next try: doubles from a second to half a minute, less a random part, so that the
 * screens of a whole company do not come back in the same moment.
 * @param failures how often it failed in a row before this time
 * @param random from 0 to 1
 */
export function backOffMs(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
  return ceiling / 2 + (ceiling / 2) * random
}
