import type { Twilio } from 'twilio'
import type {
  MessageInstance,
  MessageListInstancePageOptions,
} from 'twilio/lib/rest/api/v2010/account/message.js'

/** Messages as Twilio lists them, page by page, the newest first; `whole` when there was nothing beyond. */
export interface MessageList {
  readonly messages: readonly MessageInstance[]
  readonly whole: boolean
}

type Page = Pick<Awaited<ReturnType<Twilio['messages']['page']>>, 'instances' | 'nextPageUrl'> & {
  nextPage(): Promise<Page> | undefined
}

/**
 * Lists messages until nothing more comes.
 * @param options.keep which of them are wanted; the others are not held in memory
 * @param options.enough stops after a page of which it is true
 */
export async function listMessages(
  client: Twilio,
  filter: MessageListInstancePageOptions,
  options: {
    readonly mostPages: number
    readonly signal: AbortSignal
    readonly keep: (message: MessageInstance) => boolean
    readonly enough?: (page: readonly MessageInstance[]) => boolean
  },
): Promise<MessageList> {
  const messages: MessageInstance[] = []
  let page: Page = await client.messages.page(filter)
  for (let pages = 1; ; pages += 1) {
    messages.push(...page.instances.filter(options.keep))
    if (page.nextPageUrl === undefined || options.enough?.(page.instances)) return { messages, whole: true }
    if (pages >= options.mostPages || options.signal.aborted) return { messages, whole: false }
    const next = await page.nextPage()
    if (!next) return { messages, whole: true }
    page = next
  }
}

/** Milliseconds since the epoch; 0 of what is no instant. */
export function instantOf(value: unknown): number {
  const atMs = value instanceof Date ? value.getTime() : Number.NaN
  return Number.isFinite(atMs) ? atMs : 0
}
