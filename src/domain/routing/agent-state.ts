import type { Availability } from '../agent.ts'
import type { ConversationStatus, Priority, WorkType } from '../conversation.ts'
import type { AgentId, CategoryId, ChannelId, ConversationId, TeamId } from '../ids.ts'
import type { HoursState } from './hours.ts'
import type { SkillRequirement } from './policy.ts'

/** A number per work type; one that is absent counts as 0 in a load and as unlimited in a capacity. */
export type PerWorkType = Readonly<Partial<Record<WorkType, number>>>

/** How many open conversations an agent may have by the router. Absent = unlimited; people may exceed it by hand. */
export interface AgentCapacity {
  readonly total?: number
  readonly perWorkType?: PerWorkType
}

/** At most `most` assignments by the router within any `windowMs` milliseconds. */
export interface FairCap {
  readonly most: number
  readonly windowMs: number
}

/** What the router knows of an agent: plain data that a store delivers in batches. */
export interface RoutingAgent {
  readonly id: AgentId
  readonly name: string
  readonly active: boolean
  /** The channels that the role and the access of the agent allow. */
  readonly channels: 'all' | ReadonlySet<ChannelId>
  /** As chosen by the agent. */
  readonly availability: Availability
  /** When it was chosen, milliseconds since the epoch; for the explanation only. */
  readonly availabilitySinceMs?: number
  /** The agent chose "online" while the hours were closed as they are now: they do not hold him back. */
  readonly onlineOutOfHours?: boolean
  /** A device is connected, or was within the grace period. */
  readonly present: boolean
  /** Last sign of life, milliseconds since the epoch; for the explanation only. */
  readonly seenAtMs?: number
  /** A device takes push notifications: counts as present. */
  readonly reachableByPush?: boolean
  /** How the agent's (or his team's) schedule stands; absent = works always. */
  readonly hours?: HoursState
  readonly teamIds: readonly TeamId[]
  readonly primaryTeamId?: TeamId
  /** Level per skill, 1 to 5. A language is `language:` and its two-letter code. */
  readonly skills: Readonly<Record<string, number>>
  readonly capacity: AgentCapacity
  /** Open conversations that count, per work type. */
  readonly load: PerWorkType
  /** Of these, the ones assigned within the last 30 days. */
  readonly recentLoad: PerWorkType
  /** When he last got a conversation, milliseconds since the epoch; absent = never. */
  readonly lastAssignedAtMs?: number
  readonly fairCap?: FairCap
  /** When the router gave him something within the window of the fair cap, oldest first. */
  readonly recentAssignmentsAtMs?: readonly number[]
}

/** Where a conversation stands in its policy. It is stored with the conversation while the policy is at work. */
export interface QueueState {
  /** The last step that has begun; steps before it are still tried, in order. */
  readonly step: number
  /** When that step began, milliseconds since the epoch. */
  readonly stepSinceMs: number
  /** When the conversation began to wait: the order of arrival, and what relaxing counts from. */
  readonly enteredAtMs: number
  /** The first step that is still tried: those before were given up because too many let it lapse. Absent = 0. */
  readonly fromStep?: number
  /** Who let it lapse, and when. */
  readonly lapses: readonly { readonly agentId: AgentId; readonly atMs: number }[]
  /** Who sent it back to the queue. */
  readonly sentBackBy?: readonly AgentId[]
}

/** What the router knows of a conversation. */
export interface RoutingConversation {
  readonly id: ConversationId
  readonly channelId: ChannelId
  readonly status: ConversationStatus
  readonly workType: WorkType
  readonly priority: Priority
  readonly assigneeId?: AgentId
  readonly teamId?: TeamId
  /** A person chose the team: the router leaves it and gives the conversation to its members only. */
  readonly teamByHand?: boolean
  readonly categoryId?: CategoryId
  /** Two-letter code of the language of the first message, where it was recognised. */
  readonly language?: string
  readonly contactOwnerId?: AgentId
  /** Who last owned a conversation of this contact. */
  readonly lastAgentId?: AgentId
  /** What channel, category and tags ask for beyond the policy's own skills. */
  readonly requirements?: readonly SkillRequirement[]
  /** Absent = the policy starts afresh now. */
  readonly queue?: QueueState
}
