import type { JournalEntryId } from '../domain/ids.ts'
import { applyLeftEvents } from '../services/apply-left-events.ts'
import { wakeConversation } from '../services/change-conversation.ts'
import { continueAnswers } from '../services/continue-answers.ts'
import { type DeliverDeps, deliverConversation } from '../services/deliver-messages.ts'
import { detectLanguage } from '../services/detect-language.ts'
import { type FileSentDeps, fileSentOf } from '../services/file-sent.ts'
import { finishMerges } from '../services/merge-contact.ts'
import { receiveInbound } from '../services/receive-inbound.ts'
import { createJournalWriter } from './journal-writer.ts'
import { createLeftLeases } from './left-leases.ts'
import { createLimitedParse } from './limited-parse.ts'
import { startOutboxLanes } from './outbox-lanes.ts'
import { startOutboxWorker } from './outbox-worker.ts'
import { createParsingThreads } from './parsing-threads.ts'
import { createPartitionLeases, RENEW_EVERY_MS } from './partition-leases.ts'
import type { PathDeps } from './path-deps.ts'
import type { Projector } from './projector.ts'
import { createProjectorLanes } from './projector-lanes.ts'
import type { Shelter } from './spool-shelter.ts'
import { startFileFetching, startLookUps } from './start-background.ts'
import { createRouter } from './start-router.ts'
import { startCatchUpOf, startSessions } from './start-sessions.ts'
import { startShelter } from './start-shelter.ts'

/** The two paths of this process, running. */
export interface Paths {
  /** Where deliveries go. */
  readonly shelter: Pick<Shelter, 'append'>
  readonly projector: Pick<Projector, 'depth' | 'lagMs' | 'idle' | 'scan'>
  /** Finishes what is under way and gives leases back. */
  stop(): Promise<void>
}

/** Looks for journal entries that nobody told of. */
const SCAN_EVERY_MS = 2_000
const SNOOZE_EVERY_MS = 1_000
const SNOOZE_BATCH = 100
const CONTINUE_EVERY_MS = 10_000
const FINISH_MERGES_EVERY_MS = 5_000
const LEFT_EVENTS_EVERY_MS = 30_000

/** Starts the way in (journal, projection, routing) and the way out (outbox). */
export async function startPaths(deps: PathDeps): Promise<Paths> {
  const { stores, bus, log } = deps
  const onError = (error: unknown, message: string): void => log.error({ err: error }, message)
  const partitions = createPartitionLeases({
    leases: stores.leases,
    nodeId: deps.nodeId,
    nodes: deps.workingNodes,
    alone: deps.alone,
    now: Date.now,
  })
  const router = createRouter({ ...deps, onError })
  const threads = createParsingThreads({ ...deps, onError })
  const parse = createLimitedParse({ threads, startedAtMs: Date.now() })
  const lookUps = startLookUps(deps)
  const projector = createProjectorLanes(() => partitions.held, {
    journal: stores.journal,
    receive: (entries) =>
      receiveInbound(entries, {
        ...stores,
        findChannel: deps.directory.get,
        parse,
        linkAttachments: deps.linkAttachments,
        messageTokens: deps.messageTokens,
        bus,
        routeOpenings: router.openings,
        route: async (conversations) => {
          await router.route(conversations, 'reopened')
        },
        detectLanguage,
        wantLookUp: lookUps.want,
        renewAfterMs: async (conversation) => (await deps.policyOf(conversation))?.newConversationAfterMs,
        now: Date.now,
        random: Math.random,
      }),
    interruptions: deps.interruptions,
    isPressed: () => writer.isPressed,
    keepMs: deps.settings.journalRetentionMs,
    now: Date.now,
    onError,
    observe: deps.metrics.projection,
    onQuarantined: (id: JournalEntryId, error: string) => {
      deps.metrics.quarantined()
      log.error({ entryId: id, reason: error }, 'an entry went to quarantine')
    },
  })
  const writer = createJournalWriter({
    journal: stores.journal,
    onWritten: (entries) => {
      projector.offer(entries)
      if (entries.some(({ partition }) => !partitions.held.has(partition)))
        bus.signal({ kind: 'journal-grew' })
    },
    observe: deps.metrics.journal,
  })

  const missed = { tell: (): void => undefined }
  const shelter = await startShelter(deps, writer, () => missed.tell())

  if (!deps.works) {
    const stop = async (): Promise<void> => {
      await shelter.stop()
      await writer.drain()
    }
    return { shelter, projector, stop }
  }

  const gainPartitions = async (): Promise<void> => {
    const gained = await partitions.renew()
    if (gained.length > 0) projector.scan()
  }
  await gainPartitions()
  let stopping = false
  const leftLeases = createLeftLeases({ ...deps, outboxes: [stores.outbox, stores.filings], now: Date.now })
  // Before the worker looks: what a killed predecessor had in hand is due then.
  await leftLeases.end()
  const outbox = startOutboxLanes({
    channels: async () =>
      (await deps.directory.all()).map(({ id, capabilities: { pacing } }) => ({
        id,
        ...(pacing ? { pacing } : {}),
      })),
    due: stores.outbox.dueConversations,
    deliver: (conversationId, pace) =>
      deliverConversation(conversationId, { ...deliverDeps(deps, () => stopping), pace }),
    nodes: deps.workingNodes,
    now: Date.now,
    onError,
  })
  const filing = startOutboxWorker({
    due: stores.filings.dueChannels,
    deliver: (channelId) =>
      fileSentOf(
        channelId,
        filingDeps(deps, () => stopping),
      ),
    now: Date.now,
    onError,
  })
  const routing = router.work()
  const files = startFileFetching(deps, onError)
  deps.fileWanted.tell = files.wake
  const sessions = startSessions(deps, writer, onError)
  const catchUp = startCatchUpOf(deps, writer, shelter, onError)
  missed.tell = catchUp.missed
  bus.onSignal(({ kind }) => {
    if (kind === 'journal-grew') projector.scan()
    if (kind === 'outbox-wanted') outbox.wake()
  })
  const timers = [
    every(RENEW_EVERY_MS, gainPartitions, 'renewing the partition leases failed', onError),
    every(
      RENEW_EVERY_MS,
      async () => {
        if ((await leftLeases.end()) === 0) return
        outbox.wake()
        filing.wake()
      },
      'ending the leases of gone nodes failed',
      onError,
    ),
    every(SCAN_EVERY_MS, async () => projector.scan(), 'scanning failed', onError),
    every(SNOOZE_EVERY_MS, () => wakeSnoozed(deps), 'waking snoozed conversations failed', onError),
    every(CONTINUE_EVERY_MS, () => continueLeft(deps), 'passing answers on failed', onError),
    every(
      FINISH_MERGES_EVERY_MS,
      async () => void (await finishMerges({ ...stores, bus, now: Date.now })),
      'finishing merges failed',
      onError,
    ),
  ]
  let leftEventsAfter = ''
  timers.push(
    every(
      LEFT_EVENTS_EVERY_MS,
      async () => {
        leftEventsAfter = await applyLeftEvents(leftEventsAfter, { ...stores, bus, now: Date.now })
      },
      'applying what waited for messages failed',
      onError,
    ),
  )
  return {
    shelter,
    projector,
    async stop() {
      for (const timer of timers) clearInterval(timer)
      stopping = true
      lookUps.stop()
      await Promise.all([sessions.stop(), catchUp.stop()])
      await shelter.stop()
      await writer.drain()
      // One that takes its time is parsed again by whoever comes next.
      const patience = setTimeout(() => void threads.stop(), deps.stopPatienceMs)
      const [left] = await Promise.all([
        outbox.stop(deps.stopPatienceMs),
        filing.stop(deps.stopPatienceMs),
        projector.stop(),
        routing.stop(),
      ])
      clearTimeout(patience)
      await Promise.all([threads.stop(), files.stop(deps.stopPatienceMs)])
      if (left > 0) log.warn({ conversations: left }, 'sends were still under way at the end')
      await partitions.release()
    },
  }
}

function deliverDeps(deps: PathDeps, isStopping: () => boolean): Omit<DeliverDeps, 'pace'> {
  return {
    ...deps.stores,
    findChannel: deps.directory.get,
    contextOf: deps.contextOf,
    openAttachment: deps.openAttachment,
    messageTokens: deps.messageTokens,
    fileLinks: deps.fileLinks,
    bus: deps.bus,
    nodeId: deps.nodeId,
    isStopping,
    now: Date.now,
    leaseNow: deps.sharedNow,
    random: Math.random,
    observe: deps.metrics.sent,
    onUnexpected: (error, messageId) =>
      deps.log.error({ err: error, messageId }, 'a send ended in an error that it may not end in'),
  }
}

function filingDeps(deps: PathDeps, isStopping: () => boolean): FileSentDeps {
  return { ...deliverDeps(deps, isStopping), filings: deps.stores.filings, observe: deps.metrics.filed }
}

async function continueLeft(deps: PathDeps): Promise<void> {
  await continueAnswers({
    ...deps.stores,
    findChannel: deps.directory.get,
    isCustomerHere: deps.isCustomerHere,
    workspaceName: async () => (await deps.stores.workspace.read()).name,
    forward: deps.agentAttachments.forward,
    bus: deps.bus,
    orderClock: deps.orderClock,
    now: Date.now,
    onFailure: (error, conversationId) =>
      deps.log.error({ err: error, conversationId }, 'answers could not be passed on'),
  })
}

async function wakeSnoozed(deps: PathDeps): Promise<void> {
  const due = await deps.stores.conversations.dueSnoozed(Date.now(), SNOOZE_BATCH)
  for (const conversation of due) {
    await wakeConversation(conversation, {
      ...deps.stores,
      bus: deps.bus,
      orderClock: deps.orderClock,
      assignable: deps.assignable,
      now: Date.now,
    })
  }
}

/** Runs a task again and again, never twice at once. */
function every(
  periodMs: number,
  task: () => Promise<void>,
  failure: string,
  onError: (error: unknown, message: string) => void,
): NodeJS.Timeout {
  let running = false
  return setInterval(() => {
    if (running) return
    running = true
    task()
      .catch((error: unknown) => onError(error, failure))
      .finally(() => {
        running = false
      })
  }, periodMs)
}
