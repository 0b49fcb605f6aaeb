import type { AgentId, TeamId } from '../ids.ts'

/**
 * Whom a step may give a conversation to. `none` = nobody, the step only waits; `team` = the team is set and nobody
 * owns it; `agents-and-teams` = the agents named and the members of the teams named; `contact-owner` = the owner of
 * the contact; `last-agent` = who last owned a conversation of this contact; `fixed-agent` = always the same one.
 * Further kinds (an assistant that is no person) join this union; readers must treat a kind they do not know as `none`.
 */
export type RoutingTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'team'; readonly teamId: TeamId }
  | {
      readonly kind: 'agents-and-teams'
      readonly agentIds: 'all' | readonly AgentId[]
      readonly teamIds: readonly TeamId[]
      /** Members count only in the team that is their primary one. Agents named one by one are not affected. */
      readonly primaryTeamOnly: boolean
    }
  | { readonly kind: 'contact-owner' }
  | { readonly kind: 'last-agent' }
  | { readonly kind: 'fixed-agent'; readonly agentId: AgentId }

/**
 * How a step chooses among the eligible. `pick` makes no automatic choice: agents take for themselves.
 * `round-robin` = whose turn it is; `least-open` = fewest open conversations of any work type; `load-balanced` = fewest
 * open conversations of the same work type assigned in the last 30 days; `random` = each as likely as the other.
 */
export const ROUTING_STRATEGIES = ['pick', 'round-robin', 'least-open', 'load-balanced', 'random'] as const
/** One of {@link ROUTING_STRATEGIES}, whose comment says what each does. */
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number]

/** The longest a step may wait before the next one begins, milliseconds: seven days. */
export const LONGEST_STEP_WAIT_MS = 7 * 86_400_000

/** One step of a policy. */
export interface AssignmentStep {
  readonly target: RoutingTarget
  readonly strategy: RoutingStrategy
  /** Only agents who are available (online, present, within their hours); on by default. */
  readonly availableOnly: boolean
  /** How long this step is tried before the next begins too, milliseconds, 0 to {@link LONGEST_STEP_WAIT_MS}. */
  readonly waitMs: number
}

/** A skill that a conversation asks for. */
export interface SkillRequirement {
  /** The name of the skill, as agents have it; a language is written as `language:` and its two-letter code. */
  readonly skill: string
  /** The least level that satisfies, 1 to 5. */
  readonly level: number
  /** `require` excludes who lacks it, `prefer` only puts those who have it first. */
  readonly mode: 'require' | 'prefer'
  /** After this long in the queue a requirement becomes a preference, milliseconds; absent = never. */
  readonly relaxAfterMs?: number
}

/** The distribution setting of a channel or category: steps in order, and what holds after the assignment. */
export interface AssignmentPolicy {
  /** Tried in order; empty = agents pick for themselves. The last outcome is "unassigned". */
  readonly steps: readonly AssignmentStep[]
  /** What happens when the owner goes offline beyond the grace period. */
  readonly ownerOffline: 'keep' | 're-route'
  /**
   * What happens when a person takes an open conversation from its owner and names nobody else. `wait` = it stays
   * without an owner until a person chooses one; `re-route` = the policy runs afresh, and whoever had it is not asked.
   */
  readonly onUnassign: 'wait' | 're-route'
  /** An assignee who is silent for this long loses the conversation, milliseconds; absent = never. */
  readonly silentAfterMs?: number
  /** How many assignees may let it lapse within a step before the next step begins and supervisors are told. */
  readonly silentMost: number
  readonly onResolve: 'keep-assignee' | 'drop-assignee'
  readonly onReopen: 'same-agent-if-available' | 're-route'
  /** A message this long after the resolve opens a new, linked conversation, milliseconds; absent = never. */
  readonly newConversationAfterMs?: number
  /** Whether a change of the category runs the policy afresh. */
  readonly rerouteOnCategoryChange: boolean
  /** Skills that every conversation under this policy asks for. */
  readonly skills: readonly SkillRequirement[]
  /** Ask for the language of the first message as a skill. */
  readonly requireLanguage?: { readonly relaxAfterMs?: number }
  /** Sent to the customer on assignment; may hold variables such as `{{agent}}`. Absent = nothing is sent. */
  readonly customerMessage?: string
  /** Whether customers see their place in the queue. */
  readonly showQueuePlace: boolean
}

/** What holds when a stored policy says nothing about it. */
export const POLICY_DEFAULTS = {
  ownerOffline: 'keep',
  onUnassign: 're-route',
  silentMost: 3,
  onResolve: 'keep-assignee',
  onReopen: 'same-agent-if-available',
  rerouteOnCategoryChange: false,
  skills: [],
  showQueuePlace: false,
} as const satisfies Omit<AssignmentPolicy, 'steps'>

/** A policy of these steps with every other setting at its default. */
export function policyOf(
  steps: readonly AssignmentStep[],
  settings: Partial<Omit<AssignmentPolicy, 'steps'>> = {},
): AssignmentPolicy {
  return { ...POLICY_DEFAULTS, ...settings, steps }
}

/** What a new channel has unless its owner chooses otherwise: agents take what they want. */
export const PICK_POLICY: AssignmentPolicy = policyOf([])
