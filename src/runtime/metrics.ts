import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

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
}

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
    help: 'Routing runs, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const routingSeconds = new Histogram({
    name: 'tributary_routing_decision_seconds',
    help: 'Duration of one pure decision',
    buckets: [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1],
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
    routed: (outcome: string, durationMs: number) => {
      routing.inc({ outcome })
      routingSeconds.observe(durationMs / 1_000)
    },
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
      gauge('tributary_journal_pending', 'Journal entries not projected yet', gauges.journalPending)
      gauge('tributary_quarantine_size', 'Journal entries in quarantine', gauges.quarantined)
      gauge('tributary_outbox_open', 'Outbound messages not settled yet', gauges.outboxOpen)
      gauge('tributary_routing_waiting', 'Conversations waiting for an agent', gauges.routingWaiting)
      gauge('tributary_agent_sockets', 'Connected agent sockets', gauges.agentSockets)
      gauge('tributary_visitor_sockets', 'Connected visitor sockets', gauges.visitorSockets)
    },
  }
}
