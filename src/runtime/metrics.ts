import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { RunFigures } from '../services/route-conversations.ts'

/** What is measured; the names are what dashboards know. */
export type Metrics = ReturnType<typeof createMetrics>

/** Read when somebody scrapes. */
export interface Gauges {
  readonly projectorDepth: () => number
  readonly projectorLagMs: () => number
  readonly journalPending: () => Promise<number>
  readonly quarantined: () => Promise<number>
  readonly outboxOpen: () => Promise<number>
  readonly routingWaiting: () => Promise<number>
  readonly agentSockets: () => number
  readonly visitorSockets: () => number
  readonly realtime: () => RealtimeFigures
}

/** What the live side counts since the start. */
export interface RealtimeFigures {
  readonly packetsSent: number
  /** Undefined where there are no other nodes. */
  readonly linkUp: boolean | undefined
  readonly refusedHandshakes: Readonly<Partial<Record<string, number>>>
  readonly refusedEvents: Readonly<Partial<Record<string, number>>>
  readonly slowSocketsCut: number
}

/** What is counted in the database is counted this often at most, however often somebody scrapes. */
const COUNT_EVERY_MS = 1_000

const FAST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

/** Creates the process's metrics in a registry of their own. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const ingress = new Histogram({
    name: 'tributary_ingress_seconds',
    help: 'Time from the first byte of a delivery to its answer, by status',
    labelNames: ['status'],
    buckets: FAST_SECONDS,
    registers,
  })
  const journalWrites = new Histogram({
    name: 'tributary_journal_write_seconds',
    help: 'Duration of one journaled write of the ingress journal',
    buckets: FAST_SECONDS,
    registers,
  })
  const journaled = new Counter({
    name: 'tributary_journal_entries_total',
    help: 'Events journaled',
    registers,
  })
  const projected = new Counter({
    name: 'tributary_projected_entries_total',
    help: 'Journal entries projected',
    registers,
  })
  const projection = new Histogram({
    name: 'tributary_projection_batch_seconds',
    help: 'Duration of one projection batch',
    buckets: FAST_SECONDS,
    registers,
  })
  const quarantines = new Counter({
    name: 'tributary_quarantined_entries_total',
    help: 'Journal entries that went to quarantine',
    registers,
  })
  const sends = new Counter({
    name: 'tributary_outbox_attempts_total',
    help: 'Attempts to send, by how they ended',
    labelNames: ['outcome'],
    registers,
  })
  const routing = new Counter({
    name: 'tributary_routing_decisions_total',
    help: 'Routing runs, by outcome and by what set them off',
    labelNames: ['outcome', 'trigger'],
    registers,
  })
  const routingSeconds = new Histogram({
    name: 'tributary_routing_decision_seconds',
    help: 'Duration of one pure decision',
    buckets: [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1],
    registers,
  })
  const routingWaits = new Histogram({
    name: 'tributary_routing_wait_seconds',
    help: 'How long customers waited until the router gave their conversation to somebody',
    buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400],
    registers,
  })
  const routingExclusions = new Counter({
    name: 'tributary_routing_exclusions_total',
    help: 'Agents whom routing runs passed over, by reason',
    labelNames: ['reason'],
    registers,
  })
  const routingDrift = new Counter({
    name: 'tributary_routing_drift_total',
    help: 'Loads of agents that had drifted from what they really have, and were mended',
    registers,
  })
  const sessionsHeld = new Gauge({
    name: 'tributary_sessions_held',
    help: 'Channels whose session runs in this process',
    registers,
  })
  const sessionItems = new Counter({
    name: 'tributary_session_items_total',
    help: 'Items that sessions brought, by whether the journal had them before',
    labelNames: ['repeated'],
    registers,
  })
  const spooled = new Counter({
    name: 'tributary_spooled_entries_total',
    help: 'Deliveries kept on the disk of this machine because the database could not take them',
    registers,
  })
  const unspooled = new Counter({
    name: 'tributary_spool_drained_entries_total',
    help: 'Deliveries that came from there into the journal',
    registers,
  })
  const spoolBytes = new Gauge({
    name: 'tributary_spool_bytes',
    help: 'Bytes of deliveries on the disk of this machine that the database does not have',
    registers,
  })
  const spoolSetAside = new Gauge({
    name: 'tributary_spool_set_aside_files',
    help: 'Deliveries on the disk of this machine that the journal refuses, and torn ends of spool files',
    labelNames: ['kind'],
    registers,
  })
  const filings = new Counter({
    name: 'tributary_filings_total',
    help: 'Attempts to file sent messages with their platform, by how they ended',
    labelNames: ['outcome'],
    registers,
  })
  const http = new Histogram({
    name: 'tributary_http_request_seconds',
    help: 'HTTP requests beside the ingress, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: FAST_SECONDS,
    registers,
  })
  const engineRestarts = new Counter({
    name: 'tributary_engine_deaths_total',
    help: 'Deaths of the embedded database engine',
    registers,
  })

  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(await read())
      },
    })
  }
  const count = (name: string, help: string, read: () => Promise<number>): void =>
    gauge(name, help, readSeldom(read))

  return {
    source: { contentType: registry.contentType, metrics: () => registry.metrics() },
    ingress: (status: number, durationMs: number) =>
      ingress.observe({ status: String(status) }, durationMs / 1_000),
    journal: (entries: number, durationMs: number) => {
      journaled.inc(entries)
      journalWrites.observe(durationMs / 1_000)
    },
    projection: (entries: number, durationMs: number) => {
      projected.inc(entries)
      projection.observe(durationMs / 1_000)
    },
    quarantined: () => quarantines.inc(),
    sent: (outcome: string) => sends.inc({ outcome }),
    routed: ({ outcome, trigger, durationMs, waitedMs, tallies }: RunFigures) => {
      routing.inc({ outcome, trigger })
      routingSeconds.observe(durationMs / 1_000)
      if (waitedMs !== undefined) routingWaits.observe(waitedMs / 1_000)
      for (const { excluded } of tallies) {
        for (const [reason, count = 0] of Object.entries(excluded)) routingExclusions.inc({ reason }, count)
      }
    },
    drifted: (count: number) => routingDrift.inc(count),
    sessionsHeld: (count: number) => sessionsHeld.set(count),
    sessionItem: (repeated: boolean) => sessionItems.inc({ repeated: String(repeated) }),
    spooled: () => spooled.inc(),
    spoolDrained: (entries: number) => unspooled.inc(entries),
    spoolBytes: (bytes: number) => spoolBytes.set(bytes),
    spoolSetAside: (refused: number, torn: number) => {
      spoolSetAside.set({ kind: 'refused' }, refused)
      spoolSetAside.set({ kind: 'torn' }, torn)
    },
    filed: (outcome: string) => filings.inc({ outcome }),
    request: (facts: { method: string; route: string; status: number; durationMs: number }) =>
      http.observe(
        { method: facts.method, route: facts.route, status: String(facts.status) },
        facts.durationMs / 1_000,
      ),
    engineDied: () => engineRestarts.inc(),
    watch(gauges: Gauges) {
      gauge('tributary_projector_depth', 'Journal entries waiting in this process', gauges.projectorDepth)
      gauge(
        'tributary_projection_lag_seconds',
        'Age of the oldest entry waiting in this process',
        () => gauges.projectorLagMs() / 1_000,
      )
      count('tributary_journal_pending', 'Journal entries not projected yet', gauges.journalPending)
      count('tributary_quarantine_size', 'Journal entries in quarantine', gauges.quarantined)
      count('tributary_outbox_open', 'Outbound messages not settled yet', gauges.outboxOpen)
      count('tributary_routing_waiting', 'Conversations waiting for an agent', gauges.routingWaiting)
      gauge('tributary_agent_sockets', 'Connected agent sockets', gauges.agentSockets)
      gauge('tributary_visitor_sockets', 'Connected visitor sockets', gauges.visitorSockets)
      watchRealtime(registry, gauges.realtime)
    },
  }
}

/** The live side keeps its own counts; they are taken over when somebody scrapes. */
function watchRealtime(registry: Registry, read: () => RealtimeFigures): void {
  const registers = [registry]
  const total = (name: string, help: string, figure: (figures: RealtimeFigures) => number): void => {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(figure(read()))
      },
    })
  }
  const byCode = (
    name: string,
    help: string,
    figures: (all: RealtimeFigures) => RealtimeFigures['refusedEvents'],
  ): void => {
    new Counter({
      name,
      help,
      labelNames: ['code'],
      registers,
      collect() {
        this.reset()
        for (const [code, count = 0] of Object.entries(figures(read()))) this.inc({ code }, count)
      },
    })
  }
  total('tributary_socket_packets_total', 'Packets sent to sockets', ({ packetsSent }) => packetsSent)
  total(
    'tributary_slow_sockets_cut_total',
    'Sockets closed because their client did not read',
    ({ slowSocketsCut }) => slowSocketsCut,
  )
  byCode(
    'tributary_socket_handshakes_refused_total',
    'Refused socket connections, by error code',
    ({ refusedHandshakes }) => refusedHandshakes,
  )
  byCode(
    'tributary_socket_events_refused_total',
    'Refused events of socket clients, by error code',
    ({ refusedEvents }) => refusedEvents,
  )
  new Gauge({
    name: 'tributary_node_link_up',
    help: 'Whether the link to the other nodes stands; absent on a single node',
    registers,
    labelNames: [],
    collect() {
      this.reset()
      const { linkUp } = read()
      if (linkUp === undefined) this.remove()
      else this.set(linkUp ? 1 : 0)
    },
  })
}

/** A count that is unknown while the database is away: the other figures are wanted then most of all. */
function readSeldom(read: () => Promise<number>): () => Promise<number> {
  let last: { readonly atMs: number; readonly value: Promise<number> } | undefined
  return () => {
    const nowMs = performance.now()
    if (!last || nowMs - last.atMs > COUNT_EVERY_MS) {
      last = { atMs: nowMs, value: read().catch(() => Number.NaN) }
    }
    return last.value
  }
}
