import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationView, MessageView, Page } from '../../src/domain/views.ts'
import type { Call } from '../harness/real-server.ts'
import type { Acknowledged } from './customers.ts'

/** What is wrong with what the server holds, measured by what it acknowledged. All empty when all is well. */
export interface Balance {
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly inWrongConversation: readonly string[]
  readonly outOfOrder: readonly string[]
  readonly miscounted: readonly string[]
  readonly conversations: number
  readonly quarantined: number
}

/** The balance of a server on which all is well. */
export const ALL_WELL = {
  lost: [],
  doubled: [],
  inWrongConversation: [],
  outOfOrder: [],
  miscounted: [],
  quarantined: 0,
} as const

async function everything<T>(call: Call, path: string, cursorName: string): Promise<T[]> {
  const items: T[] = []
  for (let after = ''; ; ) {
    const { status, body } = await call('GET', `${path}${after}`)
    if (status === 429) {
      // A long run reads more than its quota allows at once.
      await sleep(2_000)
      continue
    }
    if (status !== 200) throw new Error(`${path}${after} answered ${status}: ${JSON.stringify(body)}`)
    const page = body as unknown as Page<T>
    items.push(...page.items)
    if (page.nextCursor === undefined) return items
    after = `&${cursorName}=${page.nextCursor}`
  }
}

/** Waits until the journal is empty, then compares what is there with what was acknowledged. */
export async function takeBalance(
  server: { readonly url: string },
  call: Call,
  acknowledged: readonly Acknowledged[],
): Promise<Balance> {
  // The gauges are counted once a second at most: nothing waits when two counts in a row say so.
  for (let quiet = 0; quiet < 2; ) {
    quiet = (await waiting(server.url)) === 0 ? quiet + 1 : 0
    await sleep(quiet === 0 ? 100 : 1_100)
  }
  const path = '/conversations?view=all&status=open&limit=100'
  return compare(call, await everything<ConversationView>(call, path, 'cursor'), acknowledged)
}

/** Entries that are not projected yet. */
async function waiting(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const gauge = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 1)
  return gauge('tributary_journal_pending') + gauge('tributary_projector_depth')
}

async function compare(
  call: Call,
  conversations: readonly ConversationView[],
  acknowledged: readonly Acknowledged[],
): Promise<Balance> {
  const seen = new Map<string, number>()
  const inWrongConversation: string[] = []
  const outOfOrder: string[] = []
  const miscounted: string[] = []
  for (const { id, unreadCount, lastMessage } of conversations) {
    const path = `/conversations/${id}/messages?limit=200`
    const newestFirst = await everything<MessageView>(call, path, 'before')
    const texts = newestFirst
      .filter(({ direction, kind }) => direction === 'inbound' && kind === 'message')
      .map(({ text }) => text)
      .reverse()
    for (const text of texts) seen.set(text, (seen.get(text) ?? 0) + 1)
    const writers = new Set(texts.map((text) => text.split(' ')[0]))
    if (writers.size > 1) inWrongConversation.push(id)
    if ([...texts].sort().join() !== texts.join()) outOfOrder.push(id)
    const answered = newestFirst.some(({ direction, kind }) => direction === 'outbound' && kind === 'message')
    const lastSaid = newestFirst.find(({ kind }) => kind === 'message')
    if ((!answered && unreadCount !== texts.length) || lastMessage?.id !== lastSaid?.id) miscounted.push(id)
  }
  const quarantine = (await call('GET', '/quarantine')).body as unknown as Page<unknown>
  return {
    lost: acknowledged.map(({ text }) => text).filter((text) => !seen.has(text)),
    doubled: [...seen].filter(([, count]) => count > 1).map(([text]) => text),
    inWrongConversation,
    outOfOrder,
    miscounted,
    conversations: conversations.length,
    quarantined: quarantine.items.length,
  }
}
