import { describe, expect, it } from 'vitest'
import { createMetrics, type RealtimeFigures } from './metrics.ts'

const nothing: RealtimeFigures = {
  packetsSent: 0,
  linkUp: undefined,
  refusedHandshakes: {},
  refusedEvents: {},
  slowSocketsCut: 0,
}

function watched() {
  const metrics = createMetrics()
  const state = { realtime: nothing }
  metrics.watch({
    projectorDepth: () => 0,
    projectorLagMs: () => 0,
    journalPending: async () => 0,
    quarantined: async () => 0,
    outboxOpen: async () => 0,
    routingWaiting: async () => 0,
    agentSockets: () => 2,
    visitorSockets: () => 3,
    realtime: () => state.realtime,
  })
  const lines = async (): Promise<string[]> =>
    (await metrics.source.metrics()).split('\n').filter((line) => line.startsWith('tributary_'))
  return { state, lines }
}

describe('the figures of the router', () => {
  it('are decisions by outcome and trigger, waits, exclusions by reason, and drift', async () => {
    const metrics = createMetrics()
    const tally = { step: 0, strategy: 'round-robin' as const, members: 4, eligible: 1 }
    metrics.routed({
      outcome: 'assigned',
      trigger: 'capacity',
      durationMs: 0.4,
      waitedMs: 2_000,
      tallies: [{ ...tally, omitted: 0, excluded: { offline: 2, 'at-capacity': 1 } }],
    })
    metrics.drifted(3)
    const lines = (await metrics.source.metrics()).split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'tributary_routing_decisions_total{outcome="assigned",trigger="capacity"} 1',
        'tributary_routing_decision_seconds_count 1',
        'tributary_routing_wait_seconds_bucket{le="1"} 0',
        'tributary_routing_wait_seconds_bucket{le="5"} 1',
        'tributary_routing_exclusions_total{reason="offline"} 2',
        'tributary_routing_exclusions_total{reason="at-capacity"} 1',
        'tributary_routing_drift_total 3',
      ]),
    )
  })
})

describe('the figures of the live side', () => {
  it('are what it counted, at every scrape', async () => {
    const { state, lines } = watched()
    state.realtime = {
      packetsSent: 12,
      linkUp: true,
      refusedHandshakes: { 'invalid-token': 4, 'rate-limited': 1 },
      refusedEvents: { 'not-found': 2 },
      slowSocketsCut: 5,
    }
    const expected = [
      'tributary_socket_packets_total 12',
      'tributary_slow_sockets_cut_total 5',
      'tributary_socket_handshakes_refused_total{code="invalid-token"} 4',
      'tributary_socket_handshakes_refused_total{code="rate-limited"} 1',
      'tributary_socket_events_refused_total{code="not-found"} 2',
      'tributary_node_link_up 1',
    ]
    expect(await lines()).toEqual(expect.arrayContaining(expected))
    expect(await lines()).toEqual(expect.arrayContaining(expected))
    state.realtime = { ...state.realtime, linkUp: false, packetsSent: 13 }
    expect(await lines()).toEqual(
      expect.arrayContaining(['tributary_socket_packets_total 13', 'tributary_node_link_up 0']),
    )
  })

  it('say nothing of other nodes where there are none', async () => {
    const { lines } = watched()
    expect((await lines()).filter((line) => line.startsWith('tributary_node_link_up'))).toEqual([])
  })
})
