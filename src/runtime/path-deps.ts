import type { LinkAttachments } from '../services/arrived-files.ts'
import type { AssignDeps } from '../services/assign-conversation.ts'
import type { Bus } from '../services/bus.ts'
import type { ChannelDirectory } from '../services/channel-directory.ts'
import type { ContinueDeps } from '../services/continue-answers.ts'
import type { DeliverDeps } from '../services/deliver-messages.ts'
import type { FetchAttachment } from '../services/fetch-attachment.ts'
import type { OrderClock } from '../services/order-clock.ts'
import type { AgentAttachments } from '../services/plan-message.ts'
import type { RouteDeps } from '../services/route-conversations.ts'
import type { PolicyOf } from '../services/routing-snapshot.ts'
import type { OpenAttachment } from '../services/to-outbound.ts'
import type { Config } from './config.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Stores } from './open-stores.ts'

/** What the two paths of a process, and its router, need. */
export interface PathDeps {
  readonly stores: Stores
  readonly directory: ChannelDirectory
  readonly bus: Bus
  readonly log: Logger
  readonly metrics: Metrics
  readonly orderClock: OrderClock
  readonly nodeId: string
  /** Whether this process projects, sends and routes, or only takes in. */
  readonly works: boolean
  /** How many processes project, this one included. */
  readonly workingNodes: () => number
  readonly alone: boolean
  /** Milliseconds since the epoch, by the clock that all processes agree on. */
  readonly sharedNow: () => number
  /** The module of the connectors, for a thread that parses by itself. */
  readonly registryUrl: string
  /** Processes that certainly do nothing any more. */
  readonly goneNodes: () => readonly string[]
  /** How often the connection to the database was lost. */
  readonly interruptions: () => number
  readonly settings: Pick<Config, 'journalRetentionMs' | 'dataDir' | 'spoolMaxBytes'>
  /** How long sends under way may hold up the stopping. */
  readonly stopPatienceMs: number
  readonly routingAgents: RouteDeps['agents']
  readonly rules: RouteDeps['rules']
  readonly policyOf: PolicyOf
  readonly assignable: AssignDeps['assignable']
  readonly linkAttachments: LinkAttachments
  readonly openAttachment: OpenAttachment
  readonly fetchAttachment: FetchAttachment
  /** Tells whoever fetches files, once somebody does, that there are some. */
  readonly fileWanted: { tell: () => void }
  readonly messageTokens: DeliverDeps['messageTokens']
  readonly fileLinks: DeliverDeps['fileLinks']
  readonly contextOf: DeliverDeps['contextOf']
  readonly agentAttachments: Pick<AgentAttachments, 'forward'>
  readonly isCustomerHere: ContinueDeps['isCustomerHere']
}
