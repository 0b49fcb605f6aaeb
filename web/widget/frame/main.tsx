import { render } from 'preact'
import { createVisitorApi } from './api.ts'
import { createChat } from './chat.ts'
import { createChatStore } from './chat-state.ts'
import { createFileCache } from './file-cache.ts'
import type { HostLink } from './host-link.ts'
import { linkToHost } from './host-link.ts'
import { browserStorage, createKeepsake, memoryStorage } from './keepsake.ts'
import { createLive } from './live.ts'
import './styles/frame.css'
import './styles/thread.css'
import './styles/composer.css'
import { App } from './view/app.tsx'

const channelId = decodeURIComponent(location.pathname.split('/').filter(Boolean).at(-1) ?? '')
const host: { link?: HostLink } = {}
const memory = memoryStorage((text) => host.link?.post({ type: 'keep', text }))
const own = browserStorage()
const keepsake = createKeepsake(channelId, own ?? memory.storage)
const store = createChatStore({
  online: true,
  verified: false,
  connected: true,
  messages: [],
  pending: [],
  historyRead: false,
  readingOlder: false,
  unread: 0,
})

const chat = createChat({
  store,
  keepsake,
  channelId,
  createApi: (token) => createVisitorApi(channelId, token),
  createLive,
  tellHost: (message) => host.link?.post(message),
  isVisible: () => document.visibilityState === 'visible',
  newId,
})
const files = createFileCache((id) => chat.renewing(() => chat.api.file(id)))

render(<App chat={chat} api={chat.api} files={files} keepsake={keepsake} />, document.body)
addEventListener('online', chat.wake)
host.link = linkToHost((message) => {
  // The page's first word brings what it kept for us.
  if (message.type === 'state' && !store.get().host) {
    if (!own) memory.fill(message.state.kept ?? '')
    store.set({ pending: keepsake.pending(), profile: keepsake.profile() })
  }
  chat.hear(message)
})

/** `crypto.randomUUID` is missing on pages served over plain http. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
