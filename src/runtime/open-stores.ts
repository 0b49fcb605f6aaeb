import { createAgentLoadStore } from '../store/agent-load-store.ts'
import { createAgentRoutingStore } from '../store/agent-routing-store.ts'
import { createAgentStore } from '../store/agent-store.ts'
import { createApiTokenStore } from '../store/api-token-store.ts'
import { createAttachmentCopies } from '../store/attachment-copies.ts'
import { createAttachmentStore } from '../store/attachment-store.ts'
import { createAvailabilityLogStore } from '../store/availability-log-store.ts'
import { createAvatarStore } from '../store/avatar-store.ts'
import { createCatchUpStore } from '../store/catch-up-store.ts'
import { createChannelStore } from '../store/channel-store.ts'
import { createCheckpointStore } from '../store/checkpoint-store.ts'
import type { StoreConnection } from '../store/connect.ts'
import { createContactStore } from '../store/contact-store.ts'
import { createContinuationStore } from '../store/continuation-store.ts'
import { createConversationListStore } from '../store/conversation-list-store.ts'
import { createConversationLoadStore } from '../store/conversation-load-store.ts'
import { createConversationStore } from '../store/conversation-store.ts'
import { countedConversations } from '../store/counted-conversations.ts'
import { createDuplicateStore } from '../store/duplicate-store.ts'
import { createEarlyEventStore } from '../store/early-event-store.ts'
import { createFilingStore } from '../store/filing-store.ts'
import { createGreetingStore } from '../store/greeting-store.ts'
import { createIdempotencyStore } from '../store/idempotency-store.ts'
import { createJournalStore } from '../store/journal-store.ts'
import { createLeaseStore } from '../store/lease-store.ts'
import { createLetterSourceStore } from '../store/letter-source-store.ts'
import { createLetterStore } from '../store/letter-store.ts'
import { createLetterThreadStore } from '../store/letter-thread-store.ts'
import { createMergeStore } from '../store/merge-store.ts'
import { createMergedContacts } from '../store/merged-contacts.ts'
import { createMessageGroupStore } from '../store/message-group-store.ts'
import { createMessagePlaceStore } from '../store/message-place-store.ts'
import { createMessageStore } from '../store/message-store.ts'
import { createNodeRecordStore } from '../store/node-records.ts'
import { createOutboxStore } from '../store/outbox-store.ts'
import { createPresenceStore } from '../store/presence.ts'
import { createQueueViewStore } from '../store/queue-view-store.ts'
import { createCategoryStore, createSkillStore, createTeamStore } from '../store/routing-group-stores.ts'
import { createRoutingHistoryStore } from '../store/routing-history-store.ts'
import { createRoutingQueueStore } from '../store/routing-queue-store.ts'
import { createRoutingRingStore } from '../store/routing-ring-store.ts'
import { createRoutingSettingsStore } from '../store/routing-settings-store.ts'
import { createRoutingStaffStore } from '../store/routing-staff-store.ts'
import { createRoutingStore } from '../store/routing-store.ts'
import { createSessionStore } from '../store/session-store.ts'
import { createTimelineStore } from '../store/timeline-store.ts'
import { createWaitingFilesStore } from '../store/waiting-files-store.ts'
import { createWorkspaceStore } from '../store/workspace-store.ts'

/** Every collection of the installation. */
export type Stores = Awaited<ReturnType<typeof openStores>>

/** Creates the stores and their indexes. */
export async function openStores(connection: StoreConnection['connection']) {
  const loads = createAgentLoadStore(connection)
  const routingSettings = createRoutingSettingsStore(connection)
  const stores = {
    agents: createAgentStore(connection),
    agentRouting: createAgentRoutingStore(connection),
    apiTokens: createApiTokenStore(connection),
    attachments: createAttachmentStore(connection),
    attachmentCopies: createAttachmentCopies(connection),
    avatars: createAvatarStore(connection),
    categories: createCategoryStore(connection),
    catchUpMarks: createCatchUpStore(connection),
    channels: createChannelStore(connection),
    checkpoints: createCheckpointStore(connection),
    contacts: createContactStore(connection),
    continuations: createContinuationStore(connection),
    conversations: countedConversations(createConversationStore(connection), {
      loads,
      settings: routingSettings,
      now: Date.now,
    }),
    conversationLoads: createConversationLoadStore(connection),
    loads,
    availabilityLog: createAvailabilityLogStore(connection),
    lists: createConversationListStore(connection),
    duplicates: createDuplicateStore(connection),
    earlyEvents: createEarlyEventStore(connection),
    filings: createFilingStore(connection),
    greetings: createGreetingStore(connection),
    idempotency: createIdempotencyStore(connection),
    journal: createJournalStore(connection),
    leases: createLeaseStore(connection),
    letters: createLetterStore(connection),
    letterSources: createLetterSourceStore(connection),
    letterThreads: createLetterThreadStore(connection),
    mergedContacts: createMergedContacts(connection),
    merges: createMergeStore(connection),
    messages: createMessageStore(connection),
    messageGroups: createMessageGroupStore(connection),
    messagePlaces: createMessagePlaceStore(connection),
    nodes: createNodeRecordStore(connection),
    outbox: createOutboxStore(connection),
    presence: createPresenceStore(connection),
    queueViews: createQueueViewStore(connection),
    routing: createRoutingStore(connection),
    routingHistory: createRoutingHistoryStore(connection),
    rings: createRoutingRingStore(connection),
    routingQueue: createRoutingQueueStore(connection),
    routingSettings,
    staff: createRoutingStaffStore(connection),
    sessions: createSessionStore(connection),
    skills: createSkillStore(connection),
    teams: createTeamStore(connection),
    timelines: createTimelineStore(connection),
    waitingFiles: createWaitingFilesStore(connection),
    workspace: createWorkspaceStore(connection),
  }
  const indexed = Object.values(stores).flatMap((store) =>
    'ensureIndexes' in store ? [store.ensureIndexes()] : [],
  )
  await Promise.all(indexed)
  return stores
}
