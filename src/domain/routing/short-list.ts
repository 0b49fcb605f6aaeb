import { type Contender, goesBefore } from './strategies.ts'

/** Steps of up to this many members are listed whole in a trace: there "why not Bob?" has an answer for every Bob. */
export const LISTED_WHOLE = 25

/** Of larger steps, how many of those who might have got it are listed: the winner and who came next. */
export const MOST_CONTENDERS = 20

/** Of larger steps, how many are listed for each reason to pass over somebody; words name no more of them either. */
export const MOST_EXCLUDED = 5

/** The contenders that go first, best first, the winner always among them. Linear in the contenders. */
export function bestOf<One extends Contender>(contenders: readonly One[], winner: One | undefined): One[] {
  const best: One[] = []
  for (const contender of contenders) {
    const worst = best[MOST_CONTENDERS - 1]
    if (worst !== undefined && !goesBefore(contender, worst)) continue
    let place = best.length
    // From the front: who comes later in the list mostly has waited longer, and goes first.
    for (let before = 0; before < place; before += 1) {
      const other = best[before]
      if (other !== undefined && goesBefore(contender, other)) place = before
    }
    best.splice(place, 0, contender)
    if (best.length > MOST_CONTENDERS) best.pop()
  }
  if (winner !== undefined && !best.includes(winner)) {
    // Only a lot picks somebody who is not among the first.
    best[Math.min(best.length, MOST_CONTENDERS - 1)] = winner
  }
  return best
}

/** Whether one more who is passed over for a reason is still listed; `count` includes him. */
export function isListed(members: number, count: number): boolean {
  return members <= LISTED_WHOLE || count <= MOST_EXCLUDED
}
