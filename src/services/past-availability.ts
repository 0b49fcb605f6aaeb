import type { AgentId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import type { HoursState } from '../domain/routing/hours.ts'
import type { PastChange } from '../domain/routing/simulate.ts'
import type { AvailabilityLogStore, AvailabilityNote } from '../store/availability-log-store.ts'

/** Who was available when, as far as it is on record. */
export interface PastAvailability {
  /** As they stood at the beginning, with nothing in hand. */
  readonly agents: readonly RoutingAgent[]
  readonly changes: readonly PastChange[]
  /** Since when it is on record; before, everybody counts as available. Undefined = nothing is on record. */
  readonly completeFromMs?: number
  /** Later than asked for where too much happened to look at all of it. */
  readonly fromMs: number
}

export interface PastAvailabilityDeps {
  readonly availabilityLog: Pick<AvailabilityLogStore, 'standingAt' | 'between' | 'completeFromMs'>
  readonly clock: () => number
}

/** More changes than this would take a dry run too long. */
const MOST_CHANGES = 20_000

type Standing = PastChange['change']

/** Reads how these agents stood between two instants. What they may hold and can do is taken as it is today. */
export async function readPastAvailability(
  today: readonly RoutingAgent[],
  askedFromMs: number,
  toMs: number,
  { availabilityLog, clock }: PastAvailabilityDeps,
): Promise<PastAvailability> {
  const ids = today.map(({ id }) => id)
  const completeFromMs = await availabilityLog.completeFromMs(clock())
  const notes = await availabilityLog.between(askedFromMs, toMs, ids, MOST_CHANGES)
  const fromMs = notes.length < MOST_CHANGES ? askedFromMs : (notes[0]?.atMs ?? askedFromMs)
  const known = completeFromMs === undefined ? [] : await availabilityLog.standingAt(fromMs, ids)
  const standing = new Map(known.map((note) => [note.agentId, note]))
  const onRecord = completeFromMs !== undefined && completeFromMs <= fromMs
  const later = new Set(notes.map(({ agentId }) => agentId))
  const begins = (agent: RoutingAgent): Standing => {
    const note = standing.get(agent.id)
    if (note) return standingOf(note)
    // On record only later on: he was made then.
    return onRecord && later.has(agent.id) ? { active: false } : AVAILABLE
  }
  return {
    agents: today.map((agent) => ({ ...emptyHanded(agent), ...begins(agent) })),
    changes: toChanges(notes, standing),
    ...(completeFromMs === undefined ? {} : { completeFromMs }),
    fromMs,
  }
}

const AVAILABLE: Standing = {
  availability: 'online',
  present: true,
  reachableByPush: false,
  onlineOutOfHours: false,
  hours: { within: true },
}

function standingOf({ available, why }: AvailabilityNote): Standing {
  if (available) return { ...AVAILABLE, active: true }
  if (why === 'deactivated') return { active: false }
  const standing = { ...AVAILABLE, active: true }
  if (why === 'away' || why === 'offline') return { ...standing, availability: why }
  if (why === 'out-of-hours' || why === 'time-off' || why === 'holiday') {
    const hours: HoursState = { within: false, closedBy: why }
    return { ...standing, hours }
  }
  return { ...standing, present: false }
}

/** Only what makes a difference: why somebody was not there is all the same. */
function toChanges(
  notes: readonly AvailabilityNote[],
  before: ReadonlyMap<AgentId, AvailabilityNote>,
): readonly PastChange[] {
  const kindOf = (note: AvailabilityNote): string =>
    note.why === 'deactivated' ? 'deactivated' : String(note.available)
  const last = new Map<AgentId, string>([...before].map(([id, note]) => [id, kindOf(note)]))
  return notes.flatMap((note): PastChange[] => {
    const kind = kindOf(note)
    if (last.get(note.agentId) === kind) return []
    last.set(note.agentId, kind)
    return [{ atMs: note.atMs, agentId: note.agentId, change: standingOf(note) }]
  })
}

const emptyHanded = (agent: RoutingAgent): RoutingAgent => {
  const { lastAssignedAtMs: _last, ...rest } = agent
  return { ...rest, load: {}, recentLoad: {}, recentAssignmentsAtMs: [] }
}
