import type { WorkType } from '../../src/domain/conversation.ts'
import type { RoutingStrategy } from '../../src/domain/routing/policy.ts'
import { every } from './wire-values.ts'

/** How a step may choose. */
export const STRATEGIES = every<RoutingStrategy>()([
  'round-robin',
  'least-open',
  'load-balanced',
  'random',
  'pick',
])
/** The classes in which load is counted. */
export const WORK_TYPES = every<WorkType>()(['messaging', 'email', 'calling'])
/** Levels of a skill, the lowest first. */
export const SKILL_LEVELS = [1, 2, 3, 4, 5] as const
