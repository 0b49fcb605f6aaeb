import { describe, expect, it } from 'vitest'
import { advanceRing, closeRing } from '../../../test/harness/apply-assignment.ts'
import { agentOf, NOW_MS, neverAsked, stateOf, stepOf } from '../../../test/harness/routing-state.ts'
import { decideRouting } from './decide.ts'
import { policyOf } from './policy.ts'
import { EMPTY_RING, openRing, type RoutingRing } from './ring.ts'

/** Serves so many turns and says who got them. */
function serve(ring: RoutingRing, names: readonly string[], turns: number) {
  const winners: string[] = []
  let current = ring
  for (let turn = 0; turn < turns; turn += 1) {
    const { winner, ringTurn } = decideRouting(
      stateOf(
        names.map((name) => agentOf(name)),
        {},
        current,
      ),
      policyOf([stepOf()]),
      NOW_MS,
      neverAsked,
    )
    winners.push(winner ?? '')
    if (ringTurn) current = advanceRing(current, ringTurn)
  }
  return { winners, ring: current }
}

describe('the ring', () => {
  it('goes round', () => {
    expect(serve(EMPTY_RING, ['a', 'b', 'c'], 6).winners).toEqual(['a', 'b', 'c', 'a', 'b', 'c'])
  })

  it('lets nobody who is new, or was long away, take more than his next turn', () => {
    const { ring } = serve(EMPTY_RING, ['a', 'b'], 30)
    expect(serve(ring, ['a', 'b', 'z'], 6).winners).toEqual(['z', 'a', 'b', 'z', 'a', 'b'])
    const later = serve(serve(ring, ['a', 'z'], 20).ring, ['a', 'b', 'z'], 6)
    expect(later.winners).toEqual(['b', 'z', 'a', 'b', 'z', 'a'])
  })

  it('goes on where it was after a restart, and through its form in work', () => {
    const { ring } = serve(EMPTY_RING, ['a', 'b', 'c'], 4)
    const stored = JSON.parse(JSON.stringify(closeRing(openRing(ring)))) as RoutingRing
    expect(stored).toEqual(ring)
    expect(serve(stored, ['a', 'b', 'c'], 3).winners).toEqual(['b', 'c', 'a'])
  })
})
