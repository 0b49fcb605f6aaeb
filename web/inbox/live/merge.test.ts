import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { ListFilter, StampedPage } from './merge-list.ts'
import { belongs, byActivity, mergeList } from './merge-list.ts'
import { byAge, mergeThread, stillPending } from './merge-thread.ts'
import type { Overlay } from './overlay.ts'
import { absorb, EMPTY_OVERLAY } from './overlay.ts'

const ME = 'agent-1'
const PAGE = 3

/** One change: which conversation, and how it stands afterwards. */
interface Change {
  readonly which: number
  readonly status: 'open' | 'resolved'
  readonly assignee: string | undefined
  readonly activity: number
  readonly filed?: 'spam' | 'automatic' | undefined
}

const change: fc.Arbitrary<Change> = fc.record({
  which: fc.integer({ min: 0, max: 8 }),
  status: fc.constantFrom('open', 'resolved'),
  assignee: fc.constantFrom(ME, 'agent-2', undefined),
  activity: fc.integer({ min: 0, max: 5 }),
  filed: fc.constantFrom(undefined, undefined, 'spam' as const, 'automatic' as const),
})

function conversation(of: Change, version: number): ConversationView {
  return {
    id: `c${of.which}`,
    channelId: 'ch',
    contact: { id: 'p', name: 'P' },
    status: of.status,
    assigneeId: of.assignee,
    workType: 'messaging',
    priority: 'normal',
    tags: [],
    unreadCount: 0,
    ...(of.filed ? { filed: of.filed } : {}),
    lastActivityAt: `2026-01-01T00:00:0${of.activity}.000Z`,
    createdAt: '2026-01-01T00:00:00.000Z',
    routing: { status: 'settled' },
    version,
  } as unknown as ConversationView
}

const message = (which: number, version: number): MessageView =>
  ({
    id: `m${which}`,
    conversationId: 'c1',
    direction: 'outbound',
    kind: 'message',
    author: { kind: 'agent', name: 'A' },
    text: `v${version}`,
    attachments: [],
    clientMessageId: `k${which}`,
    createdAt: '2026-01-01T00:00:00.000Z',
    order: which % 4,
    version,
  }) as unknown as MessageView

const updated = (value: ConversationView): DomainEvent => ({
  type: 'conversation.updated',
  conversation: value,
})

/** The pages that a server answers with. */
function paged<T>(sorted: readonly T[], asOf: number, pages: number): StampedPage<T>[] {
  const answer: StampedPage<T>[] = []
  for (let page = 0; page < pages && (page === 0 || page * PAGE < sorted.length); page += 1) {
    const more = (page + 1) * PAGE < sorted.length
    answer.push({
      items: sorted.slice(page * PAGE, (page + 1) * PAGE),
      asOf,
      ...(more ? { nextCursor: 'x' } : {}),
    })
  }
  return answer
}

const served = (states: Iterable<ConversationView>, filter: ListFilter): ConversationView[] =>
  [...states].filter((state) => belongs(state, filter, ME)).sort(byActivity)

/** Plays a history: versions rise by one per conversation. */
function history(changes: readonly Change[]) {
  const states = new Map<string, ConversationView>()
  const events = changes.map((item) => {
    const next = conversation(item, (states.get(`c${item.which}`)?.version ?? 0) + 1)
    states.set(next.id, next)
    return updated(next)
  })
  return { states, events }
}

const filters: readonly ListFilter[] = [
  { view: 'mine', status: 'open' },
  { view: 'unassigned', status: 'open' },
  { view: 'all', status: 'resolved' },
  { view: 'spam', status: 'resolved' },
  { view: 'automatic', status: 'resolved' },
]

/** Some of the events, some twice, in any order, in packets. */
const disturbed = (events: readonly DomainEvent[]) =>
  fc
    .array(fc.array(fc.nat({ max: Math.max(0, events.length - 1) }), { maxLength: 4 }), { maxLength: 20 })
    .map((packets) => packets.map((packet) => packet.flatMap((index) => events[index] ?? [])))

const hear = (overlay: Overlay, packets: readonly (readonly DomainEvent[])[]): Overlay =>
  packets.reduce(absorb, overlay)

describe('mergeList', () => {
  it('equals REST after a refetch, whatever was heard before, in any order, twice or not at all', () => {
    const cases = fc
      .array(change, { maxLength: 30 })
      .chain((changes) => disturbed(history(changes).events).map((packets) => ({ changes, packets })))
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom(...filters),
        fc.integer({ min: 1, max: 4 }),
        (given, filter, pages) => {
          const { states } = history(given.changes)
          const overlay = hear(EMPTY_OVERLAY, given.packets)
          const rest = paged(served(states.values(), filter), overlay.seq, pages)
          expect(mergeList(rest, overlay.conversations, filter, ME)).toEqual(
            rest.flatMap((page) => page.items),
          )
        },
      ),
    )
  })

  it('equals REST without any refetch when every event arrives at least once', () => {
    const cases = fc
      .tuple(fc.array(change, { maxLength: 15 }), fc.array(change, { maxLength: 15 }))
      .chain(([before, after]) =>
        fc
          .shuffledSubarray(history([...before, ...after]).events, {
            minLength: before.length + after.length,
          })
          .chain((all) => disturbed(all).map((packets) => ({ before, after, packets: [...packets, all] }))),
      )
    fc.assert(
      fc.property(cases, fc.constantFrom(...filters), ({ before, after, packets }, filter) => {
        const old = served(history(before).states.values(), filter)
        const overlay = hear(EMPTY_OVERLAY, packets)
        const shown = mergeList([{ items: old, asOf: 0 }], overlay.conversations, filter, ME)
        expect(shown).toEqual(served(history([...before, ...after]).states.values(), filter))
      }),
    )
  })

  it('never shows a conversation twice, nor a version lower than one heard', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), fc.nat(20), (changes, cut) => {
        const { events } = history(changes)
        const filter: ListFilter = { view: 'all', status: 'open' }
        const overlay = hear(EMPTY_OVERLAY, [events])
        const stale = paged(served(history(changes.slice(0, cut)).states.values(), filter), 0, 2)
        const shown = mergeList(stale, overlay.conversations, filter, ME)
        expect(new Set(shown.map(({ id }) => id)).size).toBe(shown.length)
        for (const item of shown) {
          expect(item.version).toBeGreaterThanOrEqual(overlay.conversations.get(item.id)?.value.version ?? 0)
        }
      }),
    )
  })

  it('leaves what lies below the loaded pages to the page that will bring it', () => {
    const filter: ListFilter = { view: 'all', status: 'open' }
    const at = (which: number, activity: number) =>
      conversation({ which, status: 'open', assignee: undefined, activity }, 1)
    const pages = [{ items: [at(1, 5), at(2, 4)], asOf: 0, nextCursor: 'x' }]
    const overlay = hear(EMPTY_OVERLAY, [[updated(at(3, 1)), updated(at(4, 5))]])
    expect(mergeList(pages, overlay.conversations, filter, ME).map(({ id }) => id)).toEqual([
      'c4',
      'c1',
      'c2',
    ])
  })

  it('shows what is filed away in the view of its reason, and nowhere else, as soon as it is heard', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 30 }), (changes) => {
        const { states, events } = history(changes)
        const overlay = hear(EMPTY_OVERLAY, [events])
        const views = (['mine', 'unassigned', 'all', 'spam', 'automatic'] as const).map(
          (view) =>
            [
              view,
              (['open', 'resolved'] as const).flatMap((status) =>
                mergeList([{ items: [], asOf: 0 }], overlay.conversations, { view, status }, ME),
              ),
            ] as const,
        )
        for (const [view, shown] of views) {
          const reason = view === 'spam' || view === 'automatic' ? view : undefined
          expect(new Set(shown.map(({ filed }) => filed))).toEqual(new Set(shown.length > 0 ? [reason] : []))
        }
        const seen = views.flatMap(([view, shown]) => (view === 'mine' || view === 'unassigned' ? [] : shown))
        expect(seen.map(({ id }) => id).sort()).toEqual([...states.keys()].sort())
      }),
    )
  })

  it('adds nothing to a search, which only the server can judge', () => {
    const filter: ListFilter = { view: 'all', status: 'open', search: 'boat' }
    const fresh = conversation({ which: 1, status: 'open', assignee: undefined, activity: 1 }, 1)
    const overlay = hear(EMPTY_OVERLAY, [[updated(fresh)]])
    expect(mergeList([{ items: [], asOf: 0 }], overlay.conversations, filter, ME)).toEqual([])
  })
})

describe('mergeThread', () => {
  const versions = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 4 })), { maxLength: 30 })

  it('equals REST after a refetch', () => {
    fc.assert(
      fc.property(versions, fc.integer({ min: 1, max: 4 }), (heard, pages) => {
        const packets = heard.map(([which, version]): DomainEvent[] => [
          { type: 'message.updated', message: message(which, version), channelId: 'ch' as never },
        ])
        const overlay = hear(EMPTY_OVERLAY, packets)
        const stored = Array.from({ length: 10 }, (_, which) => message(which, 4))
          .sort(byAge)
          .reverse()
        const rest = paged(stored, overlay.seq, pages)
        const shown = mergeThread(rest, overlay.messages.get('c1'))
        expect(shown).toEqual(rest.flatMap((page) => page.items).reverse())
      }),
    )
  })

  it('keeps the highest version and shows each message once', () => {
    fc.assert(
      fc.property(versions, (heard) => {
        const packets = heard.map(([which, version]): DomainEvent[] => [
          { type: 'message.updated', message: message(which, version), channelId: 'ch' as never },
        ])
        const overlay = hear(EMPTY_OVERLAY, packets)
        const shown = mergeThread([{ items: [message(3, 2)], asOf: 0 }], overlay.messages.get('c1'))
        const highest = new Map<string, number>([['m3', 2]])
        for (const [which, version] of heard) {
          highest.set(`m${which}`, Math.max(highest.get(`m${which}`) ?? 0, version))
        }
        expect(new Map(shown.map(({ id, version }) => [id, version]))).toEqual(highest)
        expect(shown.length).toBe(highest.size)
      }),
    )
  })

  it('drops a pending bubble as soon as its message is there', () => {
    const pending = [{ clientMessageId: 'k1' }, { clientMessageId: 'k2' }]
    expect(stillPending(pending, [message(1, 1)])).toEqual([{ clientMessageId: 'k2' }])
  })
})
