/** Updates of a bot: kept for a poller or pushed to a webhook, as the real server does. */
import { setTimeout as sleep } from 'node:timers/promises'
import { badRequest, Refused } from './bot-answer.ts'

export interface Update {
  readonly update_id: number
  readonly [kind: string]: unknown
}

export interface Webhook {
  readonly url: string
  readonly secret: string
  readonly allowed: readonly string[] | undefined
}

/** One call of the webhook. */
export interface WebhookCall {
  readonly updateId: number
  /** 0 when the line broke. */
  readonly status: number
  readonly body: string
}

export interface QueueOptions {
  readonly firstUpdateId: number
  readonly firstRetryMs: number
  readonly longestRetryMs: number
}

/** Left out unless asked for by name. */
const NOT_BY_ITSELF = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export type UpdateQueue = ReturnType<typeof createUpdateQueue>

export function createUpdateQueue(options: QueueOptions) {
  let nextId = options.firstUpdateId
  let pending: { readonly update: Update; readonly chat: string }[] = []
  let webhook: Webhook | undefined
  let allowed: readonly string[] | undefined
  let poller: { readonly end: (error: Refused) => void } | undefined
  let closed = false
  let lastError: { readonly at: number; readonly words: string } | undefined
  const calls: WebhookCall[] = []
  const errors: string[] = []
  /** Chats whose queue is being worked off. */
  const busy = new Map<string, Promise<void>>()
  const arrivals = new Set<() => void>()

  const isWanted = (kind: string): boolean =>
    allowed && allowed.length > 0 ? allowed.includes(kind) : !NOT_BY_ITSELF.has(kind)

  /** @returns the update, or undefined where nobody asked for its kind */
  const add = (kind: string, payload: object, chat: string): Update | undefined => {
    if (!isWanted(kind)) return undefined
    const update: Update = { update_id: nextId, [kind]: payload }
    nextId += 1
    pending.push({ update, chat })
    for (const wake of arrivals) wake()
    if (webhook) work(chat)
    return update
  }

  const work = (chat: string): void => {
    if (busy.has(chat) || closed) return
    const done = workOff(chat).finally(() => {
      busy.delete(chat)
      if (webhook && pending.some((one) => one.chat === chat)) work(chat)
    })
    busy.set(chat, done)
  }

  /** One chat's updates go one after the other: what is not taken holds up the rest of its chat only. */
  const workOff = async (chat: string): Promise<void> => {
    for (let failures = 0; !closed && webhook; ) {
      const next = pending.find((one) => one.chat === chat)
      if (!next) return
      const { status, body, retryAfterMs } = await post(webhook, next.update)
      calls.push({ updateId: next.update.update_id, status, body })
      if (status >= 200 && status < 300) {
        if (/"method"\s*:/.test(body))
          errors.push(`an answer would have been carried out: ${body.slice(0, 200)}`)
        pending = pending.filter((one) => one !== next)
        failures = 0
        continue
      }
      failures += 1
      lastError = { at: Math.floor(Date.now() / 1_000), words: `Wrong response from the webhook: ${status}` }
      // At once the first time, then ever more slowly.
      const waitMs =
        failures === 1 ? 0 : Math.min(options.longestRetryMs, options.firstRetryMs * 2 ** (failures - 2))
      await sleep(Math.max(waitMs, retryAfterMs), undefined, { ref: false })
    }
  }

  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const wake = (): void => {
        arrivals.delete(wake)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      arrivals.add(wake)
    })

  return {
    add,
    calls,
    errors,
    get webhook(): Webhook | undefined {
      return webhook
    },
    get lastError() {
      return lastError
    },
    get pending(): readonly Update[] {
      return pending.map(({ update }) => update)
    },
    /** What happens after a week of silence. */
    restartAt(id: number): void {
      nextId = id
    },
    setWebhook(next: Webhook, dropPending: boolean): void {
      if (!/^[A-Za-z0-9_-]{0,256}$/.test(next.secret))
        throw badRequest('secret token contains unallowed characters')
      if (!/^https?:\/\//.test(next.url))
        throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
      webhook = next
      allowed = next.allowed ?? allowed
      lastError = undefined
      if (dropPending) pending = []
      poller?.end(terminated('setWebhook request'))
      for (const chat of new Set(pending.map((one) => one.chat))) work(chat)
    },
    deleteWebhook(dropPending: boolean): void {
      webhook = undefined
      if (dropPending) pending = []
    },
    async getUpdates(ask: {
      readonly offset: number | undefined
      readonly limit: number
      readonly timeoutMs: number
      readonly allowed: readonly string[] | undefined
    }): Promise<readonly Update[]> {
      if (webhook) {
        throw new Refused(
          409,
          "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        )
      }
      poller?.end(terminated('getUpdates request'))
      allowed = ask.allowed ?? allowed
      let ended: Refused | undefined
      const mine = {
        end: (error: Refused): void => {
          ended = error
          for (const wake of arrivals) wake()
        },
      }
      poller = mine
      forgetBelow(ask.offset)
      const untilMs = performance.now() + ask.timeoutMs
      while (pending.length === 0 && !ended && !closed && performance.now() < untilMs) {
        await wait(untilMs - performance.now())
      }
      if (ended) throw ended
      poller = undefined
      return pending.slice(0, ask.limit).map(({ update }) => update)
    },
    /** Resolves when the webhook has taken all there is. */
    async settled(): Promise<void> {
      while (webhook && pending.length > 0 && !closed) await (busy.values().next().value ?? sleep(5))
    },
    close(): void {
      closed = true
      for (const wake of arrivals) wake()
    },
  }

  /** An offset far beyond what there is belongs to another count and confirms nothing. */
  function forgetBelow(offset: number | undefined): void {
    if (offset === undefined || offset <= 0 || offset > nextId + 10) return
    pending = pending.filter(({ update }) => update.update_id >= offset)
  }
}

const terminated = (by: string): Refused =>
  new Refused(409, `Conflict: terminated by other ${by}; make sure that only one bot instance is running`)

async function post(
  { url, secret }: Webhook,
  update: Update,
): Promise<{ readonly status: number; readonly body: string; readonly retryAfterMs: number }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(secret === '' ? {} : { 'X-Telegram-Bot-Api-Secret-Token': secret }),
      },
      body: JSON.stringify(update),
      redirect: 'manual',
    })
    const retryAfterMs = Math.min(3_600, Number(response.headers.get('retry-after') ?? 0) || 0) * 1_000
    return { status: response.status, body: await response.text(), retryAfterMs }
  } catch {
    return { status: 0, body: '', retryAfterMs: 0 }
  }
}
