import type { AgentId, CategoryId, ChannelId, TeamId } from '../domain/ids.ts'
import type { RoutingAgent } from '../domain/routing/agent-state.ts'
import type { HoursState } from '../domain/routing/hours.ts'
import { goesBeforeHours } from '../domain/routing/out-of-hours.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'
import { collectRequirements } from '../domain/routing/skills.ts'
import type { AgentLoad } from '../store/agent-load-store.ts'
import type { AgentRoutingRecord } from '../store/agent-routing-store.ts'
import type { PresenceStore } from '../store/presence.ts'
import type { CategoryRecord, CategoryStore, TeamRecord, TeamStore } from '../store/routing-group-stores.ts'
import type { RoutingSettings, RoutingSettingsStore } from '../store/routing-settings-store.ts'
import type { RoutingStaffStore, StaffRecord } from '../store/routing-staff-store.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { ActiveChannel } from './active-channel.ts'
import type { AgentAccess } from './agent-access.ts'
import type { Bus } from './bus.ts'
import { type EffectiveRouting, effectiveRouting, teamsByAgent } from './effective-routing.ts'
import { createHoursCache } from './hours-cache.ts'

/** What the router goes by beside channels and agents; it changes seldom. */
export interface RoutingRules {
  readonly settings: RoutingSettings
  readonly teams: ReadonlyMap<TeamId, TeamRecord>
  readonly teamsOf: ReadonlyMap<string, readonly TeamRecord[]>
  readonly categories: ReadonlyMap<CategoryId, CategoryRecord>
  readonly byTag: Readonly<Record<string, readonly SkillRequirement[]>>
}

export interface RoutingRulesReaderDeps {
  readonly teams: Pick<TeamStore, 'list'>
  readonly categories: Pick<CategoryStore, 'list'>
  readonly routingSettings: Pick<RoutingSettingsStore, 'read'>
  readonly bus: Pick<Bus, 'onSignal'>
  readonly clock: () => number
}

const FRESH_MS = 2_000

/** Reads the rules, at most two seconds old and read again at once when they change on any node. */
export function createRoutingRulesReader(deps: RoutingRulesReaderDeps): () => Promise<RoutingRules> {
  let known: { readonly atMs: number; readonly rules: Promise<RoutingRules> } | undefined
  deps.bus.onSignal(({ kind }) => {
    if (kind === 'routing-rules-changed') known = undefined
  })
  return () => {
    const nowMs = deps.clock()
    if (known && nowMs - known.atMs < FRESH_MS && nowMs >= known.atMs) return known.rules
    const entry = { atMs: nowMs, rules: readRules(deps) }
    known = entry
    entry.rules.catch(() => {
      if (known === entry) known = undefined
    })
    return entry.rules
  }
}

async function readRules(deps: RoutingRulesReaderDeps): Promise<RoutingRules> {
  const [teams, categories, settings] = await Promise.all([
    deps.teams.list(),
    deps.categories.list(),
    deps.routingSettings.read(),
  ])
  return {
    settings,
    teams: new Map(teams.map((team) => [team.id, team])),
    teamsOf: teamsByAgent(teams),
    categories: new Map(categories.map((category) => [category.id, category])),
    byTag: Object.fromEntries(settings.tagSkills.map(({ tag, skills }) => [tag, skills])),
  }
}

/** The policy that holds for a conversation, and whose it is. */
export interface PolicyInForce {
  /** Whose ring turns: `category:<id>` or `channel:<id>`. */
  readonly scope: string
  readonly policy: AssignmentPolicy
  readonly requirements: readonly SkillRequirement[]
}

/** The policy that holds for a conversation just now; undefined when its channel is gone. */
export type PolicyOf = (
  conversation: Pick<StoredConversation, 'channelId' | 'categoryId' | 'tags'>,
) => Promise<AssignmentPolicy | undefined>

/** A category's policy goes before that of the channel. */
export function policyInForce(
  { categoryId, tags }: Pick<StoredConversation, 'categoryId' | 'tags'>,
  channel: Pick<ActiveChannel, 'id' | 'policy' | 'skills'>,
  { categories, byTag }: RoutingRules,
): PolicyInForce {
  const category = categoryId && categories.get(categoryId)
  const requirements = collectRequirements(
    { channel: channel.skills, ...(category ? { category: category.skills } : {}), byTag },
    tags,
  )
  return category?.policy
    ? { scope: `category:${category.id}`, policy: category.policy, requirements }
    : { scope: `channel:${channel.id}`, policy: channel.policy, requirements }
}

export interface RoutingAgentsDeps {
  readonly staff: Pick<RoutingStaffStore, 'list'>
  readonly presence: Pick<PresenceStore, 'sightings'>
  readonly access: Pick<AgentAccess, 'scopeOf'>
  readonly rules: () => Promise<RoutingRules>
  /** Counts agents for the first time; what they have is unknown before. */
  readonly count: (agentIds: readonly AgentId[]) => Promise<void>
  readonly clock: () => number
}

/** Reads the agents as a routing run sees them, anew each time. */
export function createRoutingAgentsReader(deps: RoutingAgentsDeps): () => Promise<readonly RoutingAgent[]> {
  const hoursOf = createHoursCache()
  const holdsFor = createEffectiveCache()
  return async () => {
    const [staff, sightings, rules] = await Promise.all([
      countedStaff(deps),
      deps.presence.sightings(),
      deps.rules(),
    ])
    const scopes = await Promise.all(staff.map((agent) => deps.access.scopeOf(agent)))
    const nowMs = deps.clock()
    return staff.flatMap((record, index): RoutingAgent[] => {
      const { id, own, load } = record
      // Made just now: the next run sees him whole.
      if (load.rule === undefined) return []
      const holds = holdsFor(own, rules)
      const seen = sightings.get(id)
      const hours = holds.schedule && hoursOf(holds.schedule.schedule, nowMs)
      return [
        {
          ...factsOf(record, hours, nowMs),
          channels: channelsOf(scopes[index]),
          present: seen?.present ?? false,
          ...(seen ? { seenAtMs: seen.seenAtMs } : {}),
          ...limitsOf(holds),
          ...loadOf(load, holds),
        },
      ]
    })
  }
}

async function countedStaff({
  staff,
  count,
}: Pick<RoutingAgentsDeps, 'staff' | 'count'>): Promise<readonly StaffRecord[]> {
  const found = await staff.list()
  const uncounted = found.filter(({ load }) => load.rule === undefined).map(({ id }) => id)
  if (uncounted.length === 0) return found
  await count(uncounted)
  return staff.list()
}

const channelsOf = (scope: 'all' | ReadonlySet<string> | undefined): RoutingAgent['channels'] =>
  scope === 'all' ? 'all' : ((scope ?? new Set()) as ReadonlySet<ChannelId>)

function factsOf(
  { id, name, state, availability, availabilitySinceMs, pushReachableUntilMs = 0, own }: StaffRecord,
  hours: HoursState | undefined,
  nowMs: number,
) {
  return {
    id,
    name,
    active: state === 'active',
    availability,
    ...(availabilitySinceMs === undefined ? {} : { availabilitySinceMs }),
    skills: own.skills,
    ...(pushReachableUntilMs > nowMs ? { reachableByPush: true } : {}),
    ...(hours ? { hours } : {}),
    ...(goesBeforeHours(own.chosenOutOfHours, hours, nowMs) ? { onlineOutOfHours: true } : {}),
  }
}

function limitsOf({ capacity, fairCap, teamIds, primaryTeamId }: EffectiveRouting) {
  return {
    capacity,
    teamIds,
    ...(fairCap ? { fairCap } : {}),
    ...(primaryTeamId ? { primaryTeamId } : {}),
  }
}

function loadOf({ open, recent, lastAssignedAtMs, givenAtMs }: AgentLoad, { fairCap }: EffectiveRouting) {
  return {
    load: open,
    recentLoad: recent,
    ...(lastAssignedAtMs === undefined ? {} : { lastAssignedAtMs }),
    ...(fairCap ? { recentAssignmentsAtMs: [...givenAtMs].reverse() } : {}),
  }
}

/** What holds for an agent changes with his own settings and with the rules alone. */
function createEffectiveCache(): (own: AgentRoutingRecord, rules: RoutingRules) => EffectiveRouting {
  const known = new WeakMap<RoutingRules, Map<AgentId, { version: number; holds: EffectiveRouting }>>()
  return (own, rules) => {
    const { agentId, version } = own
    const byAgent = known.get(rules) ?? new Map()
    known.set(rules, byAgent)
    const found = byAgent.get(agentId)
    if (found?.version === version) return found.holds
    const holds = effectiveRouting(own, rules.teamsOf.get(agentId) ?? [], rules.settings)
    byAgent.set(agentId, { version, holds })
    return holds
  }
}
