/** What an agent chose; presence and working hours are separate things. */
export const AVAILABILITIES = ['online', 'away', 'offline'] as const
/** See {@link AVAILABILITIES}. */
export type Availability = (typeof AVAILABILITIES)[number]

/** `invited` has no password yet, `deactivated` may do nothing and gets nothing. */
export type AgentState = 'invited' | 'active' | 'deactivated'

/** How long an agent counts as present after the last socket closed. */
export const PRESENCE_GRACE_MS = 120_000
