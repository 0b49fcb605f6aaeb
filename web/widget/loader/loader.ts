import type {
  VisitorIdentityClaim,
  VisitorSettings,
  WidgetSettingsAnswer,
} from '../../../src/domain/visitor.ts'
import type { HostState, ToFrame, ToHost } from '../link.ts'
import type { Panel } from './panel.ts'
import { createPanel } from './panel.ts'

/** `window.tributarySettings`, read once before anything else. */
interface PageSettings {
  channelId?: string
  baseUrl?: string
  locale?: string
  colorScheme?: string
  /** Goes before the channel's own settings of the same names: title, greeting, color, position … */
  look?: Partial<VisitorSettings>
  zIndex?: number
  hideLauncher?: boolean
  user?: VisitorIdentityClaim
  attributes?: Record<string, unknown>
}

type Listener = (detail: unknown) => void
type Commands = Record<string, (...given: never[]) => unknown>
/** The snippet's queue until we are here, then ourselves: a function with every command as a method too. */
type Entrance = ((name: string, ...given: unknown[]) => unknown) & {
  q?: ArrayLike<unknown>[]
  open?: unknown
}

const page = window as unknown as { tributary?: Entrance; tributarySettings?: PageSettings }
const script = document.currentScript as HTMLScriptElement | null
const PREFIX = 'tributary:'
const TICKET_LIFE_MS = 240_000

function start(given: PageSettings): void {
  const base = (given.baseUrl ?? new URL('../', script?.src ?? location.href).href).replace(/\/$/, '')
  const channelId = given.channelId ?? script?.dataset['channel'] ?? ''
  const origin = new URL(base).origin
  const mark = PREFIX + channelId
  const listeners: [name: string, listener: Listener, hear: EventListener][] = []
  const waiting: ToFrame[] = []
  let answer: WidgetSettingsAnswer | undefined
  let answeredAt = 0
  let panel: Panel | undefined
  let linked = false
  let over = false
  let unread = 0
  let hidden = given.hideLauncher
  let state: Omit<HostState, 'page' | 'kept'> = {
    open: false,
    attributes: given.attributes ?? {},
    identity: given.user,
    locale: given.locale,
    colorScheme: given.colorScheme,
  }

  /** A page may forbid storage; then an earlier visit is simply not known. */
  const visited = (value?: string): string | undefined => {
    try {
      if (value !== undefined) localStorage[mark] = value
      return localStorage[mark]
    } catch {
      // The visit is new then.
    }
    return undefined
  }

  const emit = (name: string, detail: unknown = {}): unknown =>
    dispatchEvent(new CustomEvent(PREFIX + name, { detail }))

  const post = (message: ToFrame): void => {
    if (linked) panel?.frame()?.postMessage(message, origin)
    else waiting.push(message)
  }

  const tell = (): void => {
    if (!linked) return
    const url = location.href.split('#')[0] ?? ''
    post({ type: 'state', state: { ...state, page: { url, title: document.title }, kept: visited() } })
  }

  const render = (): void => {
    if (!panel || over) return
    if (state.open || waiting.length || visited()) panel.mount(`${base}/widget/frame/${channelId}`)
    panel.update(state.open, hidden, unread)
  }

  const setHidden = (now: boolean): void => {
    hidden = now
    render()
  }

  const change = (part: Partial<HostState>): void => {
    state = { ...state, ...part }
    render()
    tell()
  }

  const setOpen = (open: boolean): void => {
    if (open === state.open || over) return
    change({ open })
    panel?.focus(open)
    emit(open ? 'opened' : 'closed')
  }

  /** Asks for settings and a fresh ticket; on network trouble again and again, each time a little later. */
  const ask = async (delayMs = 2_000): Promise<void> => {
    try {
      const response = await fetch(`${base}/widget/v1/${channelId}/settings`)
      const body = (await response.json()) as WidgetSettingsAnswer & { code: string; title: string }
      if (response.ok) {
        answer = { ...body, settings: { ...body.settings, ...given.look } }
        answeredAt = Date.now()
        return shown(answer)
      }
      const { code, title } = body
      if (response.status < 500 && response.status !== 429) {
        // For whoever builds the site; asking again would not help him.
        console.error('Tributary:', title, location.origin)
        emit('error', { code })
        return post({ type: 'refused', code })
      }
    } catch {
      // The network was away: asked again below.
    }
    if (!over) setTimeout(() => void ask(Math.min(delayMs * 2, 60_000)), delayMs)
  }

  const shown = (fresh: WidgetSettingsAnswer): void => {
    if (over) return
    if (panel) return post({ type: 'ticket', answer: fresh })
    // "Chat" is the word in all our languages but one.
    const arabic = /^ar/.test(state.locale ?? navigator.language)
    const label = fresh.settings.title || (arabic ? 'الدردشة' : 'Chat')
    panel = createPanel(fresh.settings, label, given.zIndex, commands.toggle)
    render()
    emit('ready')
  }

  const heard = ({ data, origin: from, source }: MessageEvent<ToHost>): void => {
    if (from !== origin || source !== panel?.frame()) return
    const { type } = data
    const greets = type === 'hello'
    if (greets) linked = true
    if (greets || type === 'page') tell()
    if (type === 'close') setOpen(false)
    if (type === 'keep') visited(data.text)
    if (greets && answer && Date.now() - answeredAt < TICKET_LIFE_MS) post({ type: 'ticket', answer })
    else if (greets || type === 'ticket') void ask()
    if (greets) waiting.splice(0).forEach(post)
    if (type === 'event') {
      if (data.name === 'unread') unread = (data.detail as { count: number }).count
      if (data.name === 'message:sent') visited(visited() || '1')
      render()
      emit(data.name, data.detail)
    }
  }

  const commands = {
    open: () => setOpen(true),
    close: () => setOpen(false),
    toggle: (open = !state.open) => setOpen(open),
    isOpen: () => state.open,
    show: () => setHidden(false),
    hide: () => setHidden(true),
    setUser: (id: string | VisitorIdentityClaim, more?: VisitorIdentityClaim) =>
      change({ identity: typeof id === 'object' ? id : { ...more, id: `${id}` } }),
    setAttributes: (attributes: object) => change({ attributes: { ...state.attributes, ...attributes } }),
    setLocale: (locale: string) => change({ locale }),
    setColorScheme: (colorScheme: string) => change({ colorScheme }),
    prefill(text: string) {
      post({ type: 'prefill', text })
      setOpen(true)
    },
    sendMessage(text: string) {
      post({ type: 'send', text })
      render()
    },
    reset() {
      if (visited() || linked) post({ type: 'reset' })
      setOpen(false)
      change({ identity: undefined, attributes: {} })
      visited('')
    },
    shutdown() {
      setOpen(false)
      over = true
      panel?.remove()
      removeEventListener('message', heard)
      delete page.tributary
    },
    on(name: string, listener: Listener) {
      const hear = (event: Event): void => listener((event as CustomEvent).detail)
      listeners.push([name, listener, hear])
      addEventListener(PREFIX + name, hear)
    },
    off(name: string, listener?: Listener) {
      for (const [of, known, hear] of listeners) {
        if (of === name && (listener ?? known) === known) removeEventListener(PREFIX + name, hear)
      }
    },
  } satisfies Commands

  const call = (name: string, ...rest: unknown[]): unknown =>
    (commands as Commands)[name]?.(...(rest as never[]))
  const queued = page.tributary?.q ?? []
  page.tributary = Object.assign(call, commands)
  addEventListener('message', heard)
  for (const each of queued) call(...(each as [string]))
  void ask()
}

if (!page.tributary?.open) start(page.tributarySettings ?? {})
