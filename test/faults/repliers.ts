/** Agents who answer one after the other while the server comes and goes, and what became of what they wrote. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { MessageView, Page } from '../../src/domain/views.ts'
import type { Call } from '../harness/real-server.ts'

/** While a server starts it needs the processor more than those who ask. */
const RETRY_MS = 100

/** One reply after the other into a conversation, each again under its id until it is recorded. */
export async function answer(
  conversationId: string,
  call: Call,
  recorded: string[],
  options: { readonly pauseMs: number; readonly isOver: () => boolean },
): Promise<void> {
  for (let number = 0; !options.isOver(); number += 1) {
    const text = `${conversationId} ${String(number).padStart(6, '0')}`
    const command = { clientMessageId: `r${number}`, text, attachmentIds: [] }
    while (!(await isRecorded(call, conversationId, command))) await sleep(RETRY_MS)
    recorded.push(text)
    await sleep(options.pauseMs)
  }
}

async function isRecorded(call: Call, conversationId: string, command: object): Promise<boolean> {
  try {
    const { status, body } = await call('POST', `/conversations/${conversationId}/messages`, command)
    if (status === 200 || status === 201) return true
    if (status === 429 || status >= 500) return false
    throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  } catch (error) {
    // Cut off, refused, not there, or cut in the middle of the answer: asked again.
    if (error instanceof TypeError || error instanceof SyntaxError) return false
    throw error
  }
}

/** What agents wrote in a conversation, oldest first, once all of it has left us. */
export async function repliesThatLeft(call: Call, conversationId: string): Promise<MessageView[]> {
  for (;;) {
    const replies = await repliesOf(call, conversationId)
    if (replies.every(({ delivery }) => delivery?.state === 'done')) return replies
    const lost = replies.find(({ delivery }) => delivery?.state === 'dead' || delivery?.state === 'unknown')
    if (lost) throw new Error(`it did not leave for certain: ${JSON.stringify(lost)}`)
    await sleep(100)
  }
}

async function repliesOf(call: Call, conversationId: string): Promise<MessageView[]> {
  const newestFirst: MessageView[] = []
  let cursor: string | undefined
  do {
    const after: string = cursor === undefined ? '' : `&before=${cursor}`
    const page = (await call('GET', `/conversations/${conversationId}/messages?limit=100${after}`))
      .body as unknown as Page<MessageView>
    newestFirst.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return newestFirst.filter(({ direction, kind }) => direction === 'outbound' && kind === 'message').reverse()
}

/** What was recorded, by conversation, in its order. */
export function byConversation(
  recorded: readonly string[],
  conversationIds: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const wanted = new Map(conversationIds.map((id) => [id, [] as string[]]))
  for (const text of [...recorded].sort()) wanted.get(text.split(' ')[0] ?? '')?.push(text)
  return wanted
}
