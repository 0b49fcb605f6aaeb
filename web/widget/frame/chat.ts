import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import type { HostState, ToFrame, ToHost, WidgetEventName } from '../link.ts'
import type { VisitorApi } from './api.ts'
import type { ChatState, ChatStore } from './chat-state.ts'
import { needsPreChat } from './chat-state.ts'
import { claimsOf, identityOf } from './claims.ts'
import type { Keepsake, PendingMessage, Profile, Remembered } from './keepsake.ts'
import type { Live, LiveDeps } from './live.ts'
import { createOutbox } from './outbox.ts'
import type { Receipt } from './receipts.ts'
import { createReceiptBook } from './receipts.ts'
import { joinNewest, mergeMessages, stillPending } from './timeline.ts'
import type { Visit } from './visit.ts'
import { createVisit } from './visit.ts'

const TYPING_HOLDS_MS = 6_000
const SOCKET_PATIENCE_MS = 1_500
const RETRY_HISTORY_MS = 4_000
const LOOK_EVERY_MS = 8_000
/** So many looks later the site is asked anew whether anybody is there to answer. */
const LOOKS_PER_QUESTION = 8

/** What the screen may do. */
export interface Chat {
  readonly store: ChatStore
  hear(message: ToFrame): void
  send(text: string, attachments: readonly AttachmentView[]): void
  retry(clientMessageId: string): void
  discard(clientMessageId: string): void
  readOlder(): void
  typing(): void
  /** The newest messages are, or are no longer, before the visitor's eyes. */
  look(atNewest: boolean): void
  introduce(profile: Profile): void
  close(): void
  report(code: string, detail: string): void
  /** Runs a request again with a new session when the old one ran out meanwhile. */
  renewing<T>(request: () => Promise<T>): Promise<T>
}

/** What a chat needs. */
export interface ChatDeps {
  readonly store: ChatStore
  readonly keepsake: Keepsake
  readonly channelId: string
  readonly createApi: (token: () => string | undefined) => VisitorApi
  readonly createLive: (deps: LiveDeps) => Live
  readonly tellHost: (message: ToHost) => void
  readonly isVisible: () => boolean
  readonly newId: () => string
}

export function createChat(deps: ChatDeps): Chat & { readonly api: VisitorApi; readonly wake: () => void } {
  const { store, keepsake, tellHost } = deps
  const { get, set } = store
  const book = createReceiptBook()
  let atNewest = true
  let reading: 'no' | 'once' | 'again' = 'no'
  let typingTimer: ReturnType<typeof setTimeout> | undefined

  const emit = (name: WidgetEventName, detail: object): void => tellHost({ type: 'event', name, detail })
  const setUnread = (count: number): void => {
    if (count === get().unread) return
    set({ unread: count })
    emit('unread', { count })
  }

  const api = deps.createApi(() => visit.token())
  const visit: Visit = createVisit({
    api,
    keepsake,
    identity: () => identityOf(get().host),
    askForTicket: () => tellHost({ type: 'ticket' }),
    onEntered: entered,
    onRefused: (code) => {
      set({ refusal: code })
      emit('error', { code })
    },
    onError: (code, detail) => emit('error', { code, detail }),
  })
  const live = deps.createLive({
    channelId: deps.channelId,
    token: () => visit.token(),
    onMessages: (messages) => arrive(messages),
    onTyping: showTyping,
    onSync() {
      visit.settled()
      set({ connected: true })
      void readNewest()
      wake()
    },
    onLost: () => set({ connected: false }),
    onRefused: () => visit.renewLater(),
  })
  const outbox = createOutbox<PendingMessage>({
    next: () => (visit.token() ? get().pending.find(({ state }) => state === 'sending') : undefined),
    post: ({ clientMessageId, text, attachments, sentAtMs }) =>
      api.post({
        type: 'message',
        clientMessageId,
        text,
        ...(attachments.length > 0 && { attachmentIds: attachments.map(({ id }) => id) }),
        sentAtMs,
        ...claimsOf(get().host, get().profile),
      }),
    renew: () => visit.renew(),
    onAccepted(message) {
      keepsake.dropPending(message.clientMessageId)
      settle(message.clientMessageId, { state: 'accepted' })
      emit('message:sent', { clientMessageId: message.clientMessageId })
    },
    onRefused(message, errorCode) {
      const failed: PendingMessage = { ...message, state: 'failed', errorCode }
      keepsake.keepPending(failed)
      settle(message.clientMessageId, failed)
      emit('error', { code: errorCode })
    },
    random: Math.random,
  })
  const receipts = createOutbox<Receipt>({
    next: () => (visit.token() ? book.next() : undefined),
    post: (receipt) => api.post(receipt),
    renew: () => visit.renew(),
    onAccepted: (receipt) => book.settle(receipt),
    // Nothing the visitor could mend: a receipt the server will not have is forgotten.
    onRefused: (receipt) => book.settle(receipt),
    random: Math.random,
  })
  const wake = (): void => {
    outbox.wake()
    receipts.wake()
  }

  function entered(visitor: Remembered, earlier: Remembered | undefined): void {
    const same = earlier?.visitorId === visitor.visitorId
    // What one person wrote and could not send must never go out under the name of another.
    if (!same && (earlier?.verified || visitor.verified)) {
      const pending = get().pending.filter((each) => each.writer && each.writer === writer())
      for (const { clientMessageId } of keepsake.pending()) keepsake.dropPending(clientMessageId)
      pending.forEach(keepsake.keepPending)
      set({ pending })
    }
    if (!same) clearThread()
    set({ refusal: undefined, verified: visitor.verified })
    live.restart()
    setTimeout(() => void (get().historyRead || readNewest()), SOCKET_PATIENCE_MS)
    wake()
  }

  /** Empty while the site has not said who the visitor is. */
  function writer(): string {
    const identity = identityOf(get().host)
    return identity ? JSON.stringify(identity) : ''
  }

  function clearThread(): void {
    book.clear()
    set({ messages: [], historyRead: false, olderCursor: undefined })
    setUnread(0)
  }

  function settle(clientMessageId: string, part: Partial<PendingMessage>): void {
    const pending = get().pending.map((message) =>
      message.clientMessageId === clientMessageId ? { ...message, ...part } : message,
    )
    set({ pending: stillPending(pending, get().messages) })
  }

  async function readNewest(): Promise<void> {
    if (reading !== 'no') {
      reading = 'again'
      return
    }
    reading = 'once'
    const token = visit.token()
    try {
      const page = await renewing(() => api.history())
      if (visit.token() === token) {
        const first = !get().historyRead
        const { messages, replaced } = joinNewest(get().messages, page.items, page.nextCursor === undefined)
        if (first || replaced) set({ olderCursor: page.nextCursor })
        const before = new Set(get().messages.map(({ id }) => id))
        show(messages)
        set({ historyRead: true })
        setUnread(isLooking() ? 0 : page.unreadCount)
        if (!first) announce(page.items.filter(({ id }) => !before.has(id)))
      }
    } catch {
      setTimeout(() => void (visit.token() && readNewest()), RETRY_HISTORY_MS)
    }
    const again = (reading as string) === 'again'
    reading = 'no'
    if (again) void readNewest()
  }

  function arrive(arrived: readonly VisitorMessageView[]): void {
    const known = new Set(get().messages.map(({ id }) => id))
    const fresh = arrived.filter(({ id, from }) => !known.has(id) && from === 'agent')
    show(mergeMessages(get().messages, arrived))
    if (fresh.length === 0) return
    showTyping(undefined)
    if (!isLooking()) setUnread(get().unread + fresh.length)
    announce(fresh)
  }

  function announce(messages: readonly VisitorMessageView[]): void {
    for (const { id, from, authorName } of messages) {
      if (from === 'agent') emit('message:received', { id, authorName })
    }
  }

  function show(messages: readonly VisitorMessageView[]): void {
    for (const { clientMessageId } of messages) if (clientMessageId) keepsake.dropPending(clientMessageId)
    set({ messages, pending: stillPending(get().pending, messages) })
    tellSeen()
  }

  function isLooking(): boolean {
    return !!get().host?.open && atNewest && deps.isVisible()
  }

  function tellSeen(): void {
    const looking = isLooking()
    if (looking) setUnread(0)
    if (book.note(get().messages, looking ? 'read' : 'delivered')) receipts.wake()
  }

  function showTyping(name: string | undefined): void {
    clearTimeout(typingTimer)
    set({ typingName: name, ...(name !== undefined && { online: true }) })
    if (name !== undefined) typingTimer = setTimeout(() => showTyping(undefined), TYPING_HOLDS_MS)
  }

  async function renewing<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request()
    } catch (error) {
      if (isProblem(error, 'invalid-token') && (await visit.renew())) return request()
      throw error
    }
  }

  function send(text: string, attachments: readonly AttachmentView[]): void {
    const message: PendingMessage = {
      clientMessageId: deps.newId(),
      text,
      attachments,
      sentAtMs: Date.now(),
      state: 'sending',
      writer: writer(),
    }
    keepsake.keepPending(message)
    set({ pending: [...get().pending, message] })
    tellHost({ type: 'page' })
    outbox.wake()
  }

  function hearState(host: HostState): void {
    const before: ChatState['host'] = get().host
    set({ host })
    if (before && JSON.stringify(before.identity) !== JSON.stringify(host.identity)) void visit.renew()
    // Opened again after a while: is anybody there now?
    if (before && host.open && !before.open) tellHost({ type: 'ticket' })
    tellSeen()
  }

  // Where web sockets are blocked, or the line is down, an open chat reads from time to time. While the line stands it
  // asks who is there: every minute, and soon after it was out of sight or cut off.
  let looks = -1
  setInterval(() => {
    const { connected, host } = get()
    const inUse = host?.open && deps.isVisible() && visit.token()
    if (inUse && !connected) void readNewest()
    looks = inUse && connected ? (looks + 1) % LOOKS_PER_QUESTION : -1
    if (!looks) tellHost({ type: 'ticket' })
  }, LOOK_EVERY_MS)

  return {
    store,
    api,
    wake,
    hear(message) {
      if (message.type === 'state') hearState(message.state)
      else if (message.type === 'ticket') {
        set({ settings: message.answer.settings, online: message.answer.online })
        void visit.present(message.answer)
      } else if (message.type === 'refused') set({ refusal: message.code })
      else if (message.type === 'prefill') set({ prefill: { text: `${message.text}` } })
      else if (message.type === 'reset') {
        visit.leave()
        live.stop()
        clearThread()
        set({ pending: [], profile: undefined, prefill: { text: '' } })
        void visit.renew()
      } else {
        const text = `${message.text}`.trim()
        if (needsPreChat(get())) set({ prefill: { text } })
        else if (text) send(text, [])
      }
    },
    send,
    retry(clientMessageId) {
      settle(clientMessageId, { state: 'sending' })
      const message = get().pending.find((each) => each.clientMessageId === clientMessageId)
      if (message) keepsake.keepPending(message)
      outbox.wake()
    },
    discard(clientMessageId) {
      keepsake.dropPending(clientMessageId)
      set({ pending: get().pending.filter((each) => each.clientMessageId !== clientMessageId) })
    },
    readOlder() {
      const { olderCursor, readingOlder } = get()
      if (olderCursor === undefined || readingOlder) return
      set({ readingOlder: true })
      const token = visit.token()
      renewing(() => api.history(olderCursor))
        .then((page) => {
          if (visit.token() !== token) return
          set({ olderCursor: page.nextCursor })
          show(mergeMessages(get().messages, page.items))
        })
        .catch(() => undefined)
        .finally(() => set({ readingOlder: false }))
    },
    typing: () => live.typing(),
    look(now) {
      atNewest = now
      tellSeen()
    },
    introduce(profile) {
      keepsake.keepProfile(profile)
      set({ profile })
    },
    close: () => tellHost({ type: 'close' }),
    report: (code, detail) => emit('error', { code, detail }),
    renewing,
  }
}
