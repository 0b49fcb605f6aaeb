import type { RoutingCandidate } from '../../../src/domain/routing/trace.ts'
import { soonTime } from '../parts/time.ts'
import { routingText } from '../text/routing-text.ts'
import { skillName } from './skill-names.ts'

const at = (ms: number): string => soonTime(new Date(ms).toISOString())

/** Why somebody was not chosen, or how he scored, in a few words. */
export function candidateWords(candidate: RoutingCandidate, strategy: string | undefined): string {
  const words = routingText.why
  const { excluded, sinceMs, untilMs, load, limit, workType, skill, level, score, preference } = candidate
  if (excluded === undefined) {
    const parts = [
      ...(score === undefined ? [] : [words.score(strategy, score)]),
      ...(preference === undefined ? [] : [words.preference(preference)]),
    ]
    return parts.join(' · ')
  }
  const reason = words.reasons[excluded] ?? excluded
  if (excluded === 'missing-skill' && skill) return words.noSkill(skillName(skill), level)
  if (excluded === 'at-capacity' && load !== undefined && limit !== undefined) {
    return words.full(load, limit, workType && (words.workTypes[workType] ?? workType))
  }
  if (sinceMs !== undefined) return words.since(reason, at(sinceMs))
  if (untilMs !== undefined) return words.until(reason, at(untilMs))
  return reason
}
