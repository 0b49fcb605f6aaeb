/** A Bot API server on this machine, with people who write to its bot. It keeps to what the real one promises. */
import {
  type Fault,
  type ProviderAnswer,
  type ProviderCall,
  type ProviderServer,
  startProvider,
} from '../provider/provider-server.ts'
import { Refused, readParameters, refusalAnswer, succeeded } from './bot-answer.ts'
import { createMethods, type SeenEvent } from './bot-methods.ts'
import { type ChatMessage, createChats, type User } from './chats.ts'
import { type Customer, createCustomer } from './customers.ts'
import { createFloodControl, type FloodLimit } from './flood-control.ts'
import { createUpdateQueue, type Update, type Webhook, type WebhookCall } from './update-queue.ts'

export interface FakeTelegramOptions {
  /** Of the bot; its number is the bot's id. */
  readonly token?: string
  readonly port?: number
  readonly firstUpdateId?: number
  /** The second wait after a failed delivery, doubled from then on; the real one is 2 seconds, up to 60–120. */
  readonly firstRetryMs?: number
  readonly longestRetryMs?: number
  /** Refuses with 429 what is faster; absent = no limit. The real ones are 1 a second and 30 a second. */
  readonly floodPerChat?: FloodLimit
  readonly floodOverall?: FloodLimit
  /** What the server takes for the present, for limits that count in days. */
  readonly now?: () => number
}

export interface FakeTelegram {
  /** For the setting `apiBaseUrl`. */
  readonly url: string
  readonly port: number
  /** For the setting `botToken`. */
  readonly token: string
  readonly botId: number
  /** Every call that came in; `misbehave` makes some of them fail. */
  readonly server: ProviderServer
  /** Makes the calls of one method fail, as often as said. */
  failNext(method: string, fault: Fault, times?: number): void
  /** Somebody with a private chat; he has written nothing yet. */
  customer(change?: Partial<User>): Customer
  /** A group with the bot in it. @returns its chat id */
  group(title: string): number
  /** A topic is opened in a group, which says so. @returns its number */
  topic(chatId: number, name: string): number
  closeTopic(chatId: number, topicId: number): void
  /** The group becomes a supergroup, and says so. @returns the new chat id */
  upgradeGroup(chatId: number): number
  /** All that the bot sent, in every chat, also what it took back. */
  sent(): readonly ChatMessage[]
  messages(chatId: number): readonly ChatMessage[]
  /** What customers saw the bot do, in order. */
  readonly log: readonly SeenEvent[]
  /** Pressed buttons that still wait for an answer. */
  readonly unansweredButtons: ReadonlySet<string>
  /** How often flood control refused. */
  readonly floodRefusals: number
  /** Every call of the webhook. */
  readonly webhookCalls: readonly WebhookCall[]
  /** What the real server would have done something unexpected for; empty while all is well. */
  readonly errors: readonly string[]
  readonly webhook: Webhook | undefined
  /** Updates that nobody has taken yet. */
  readonly pending: readonly Update[]
  /** Puts any update into the queue. */
  push(kind: string, payload: object, chatId: number): Update | undefined
  /** After a week of silence the numbers begin somewhere else. */
  restartUpdateIds(at: number): void
  /** Resolves when the webhook has taken everything. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** Starts it. */
export async function startFakeTelegram(options: FakeTelegramOptions = {}): Promise<FakeTelegram> {
  const { token = '700100200:AAfake-token_of-a-bot-for-tests-00000', now = Date.now } = options
  const bot: User = {
    id: Number(token.split(':', 1)[0]),
    is_bot: true,
    first_name: 'Shop',
    username: 'shop_help_bot',
  }
  const chats = createChats(bot)
  const queue = createUpdateQueue({
    firstUpdateId: options.firstUpdateId ?? 500_000,
    firstRetryMs: options.firstRetryMs ?? 20,
    longestRetryMs: options.longestRetryMs ?? 1_000,
  })
  const flood = createFloodControl({
    ...(options.floodPerChat ? { perChat: options.floodPerChat } : {}),
    ...(options.floodOverall ? { overall: options.floodOverall } : {}),
  })
  const buttons = new Set<string>()
  const log: SeenEvent[] = []
  const methods = createMethods({ bot, chats, queue, flood, buttons, log, now })
  let numbers = 0
  const nextNumber = (): number => {
    numbers += 1
    return numbers
  }

  const answer = async (call: ProviderCall): Promise<ProviderAnswer> => {
    const [, kind, asked, rest = ''] = /^\/(file\/)?bot([^/]+)\/([^?]*)/.exec(call.url) ?? []
    if (asked !== token) return refusalAnswer(new Refused(401, 'Unauthorized'))
    if (kind !== undefined) return fileAnswer(decodeURIComponent(rest))
    const method = Object.entries(methods).find(([name]) => name.toLowerCase() === rest.toLowerCase())?.[1]
    if (!method) return refusalAnswer(new Refused(404, 'Not Found'))
    try {
      return succeeded(await method(await readParameters(call)))
    } catch (error) {
      if (error instanceof Refused) return refusalAnswer(error)
      return refusalAnswer(new Refused(400, `Bad Request: ${String(error)}`))
    }
  }

  const fileAnswer = (path: string): ProviderAnswer => {
    const file = [...chats.files.values()].find((one) => one.path === path)
    if (!file) return refusalAnswer(new Refused(404, 'Not Found'))
    return { status: 200, headers: { 'Content-Type': 'application/octet-stream' }, body: file.bytes }
  }

  const server = await startProvider(answer, options.port === undefined ? {} : { port: options.port })
  return {
    url: server.url,
    port: server.port,
    token,
    botId: bot.id,
    server,
    failNext(method, fault, times = 1) {
      let left = times
      server.misbehave((call) => {
        if (left === 0 || !call.url.split('?')[0]?.endsWith(`/${method}`)) return undefined
        left -= 1
        return fault
      })
    },
    customer(change = {}) {
      const number = nextNumber()
      const user = { id: 1_000 + number, is_bot: false, first_name: 'Ada', language_code: 'en', ...change }
      return createCustomer(user, { chats, queue, buttons, bot, nextNumber })
    },
    group(title) {
      const id = -(5_000 + nextNumber())
      chats.open({ id, type: 'group', title })
      return id
    },
    topic(chatId, name) {
      const opened = chats.add(chatId, bot, { forum_topic_created: { name, icon_color: 7_322_096 } })
      chats.setTopic(chatId, opened.messageId, 'open')
      queue.add('message', opened.wire, String(chatId))
      return opened.messageId
    },
    closeTopic: (chatId, topicId) => chats.setTopic(chatId, topicId, 'closed'),
    upgradeGroup(chatId) {
      const to = -1_000_000_000_000 - nextNumber()
      chats.move(chatId, to)
      const old = chats.add(chatId, bot, { migrate_to_chat_id: to })
      queue.add('message', old.wire, String(chatId))
      const fresh = chats.add(to, bot, { migrate_from_chat_id: chatId })
      queue.add('message', fresh.wire, String(to))
      return to
    },
    sent: () => chats.all().filter(({ byBot }) => byBot),
    messages: chats.messages,
    log,
    unansweredButtons: buttons,
    get floodRefusals() {
      return flood.refusals
    },
    webhookCalls: queue.calls,
    errors: queue.errors,
    get webhook() {
      return queue.webhook
    },
    get pending() {
      return queue.pending
    },
    push: (kind, payload, chatId) => queue.add(kind, payload, String(chatId)),
    restartUpdateIds: queue.restartAt,
    settled: queue.settled,
    async close() {
      queue.close()
      await server.close()
    },
  }
}
