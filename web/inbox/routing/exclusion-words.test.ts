import { describe, expect, it } from 'vitest'
import type { RoutingCandidate } from '../../../src/domain/routing/trace.ts'
import { candidateWords } from './exclusion-words.ts'

const candidate = (part: object) => ({ agentId: 'a', name: 'Ana', step: 0, ...part }) as RoutingCandidate

describe('a candidate in words', () => {
  it.each([
    [{ excluded: 'at-capacity', load: 4, limit: 4 }, '4 of 4'],
    [{ excluded: 'at-capacity', load: 2, limit: 2, workType: 'email' }, '2 of 2 (email)'],
    [{ excluded: 'missing-skill', skill: 'language:es', level: 1 }, 'no Spanish'],
    [{ excluded: 'missing-skill', skill: 'Refunds', level: 3 }, 'no Refunds at level 3'],
    [{ excluded: 'deactivated' }, 'no active account'],
    [{ excluded: 'something-new' }, 'something-new'],
  ])('%o', (part, words) => {
    expect(candidateWords(candidate(part), 'least-open')).toBe(words)
  })

  it('says since when and until when', () => {
    const now = Date.now()
    expect(candidateWords(candidate({ excluded: 'offline', sinceMs: now }), undefined)).toMatch(
      /^offline since \d\d:\d\d$/,
    )
    expect(candidateWords(candidate({ excluded: 'holiday', untilMs: now }), undefined)).toMatch(
      /^holiday until \d\d:\d\d$/,
    )
  })

  it.each([
    ['round-robin', 0, 'had no turn yet'],
    ['round-robin', 7, 'last had turn 7'],
    ['least-open', 3, '3 open'],
    ['random', 0, 'possible'],
  ])('scores by %s', (strategy, score, words) => {
    expect(candidateWords(candidate({ score }), strategy)).toBe(words)
  })
})
