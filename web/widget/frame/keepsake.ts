import type { AttachmentView } from '../../../src/domain/views.ts'

/** A message that the server has not taken yet. */
export interface PendingMessage {
  readonly clientMessageId: string
  readonly text: string
  readonly attachments: readonly AttachmentView[]
  readonly sentAtMs: number
  /** `accepted`: the server has it for good, its own view of it is on the way. */
  readonly state: 'sending' | 'accepted' | 'failed'
  readonly errorCode?: string
  /** What the site said of the visitor when he wrote it. */
  readonly writer: string
}

/** What the pre-chat form was told. */
export interface Profile {
  readonly name?: string
  readonly email?: string
}

/** Who this browser was at the last visit. */
export interface Remembered {
  readonly token: string
  readonly visitorId: string
  readonly verified: boolean
}

/** What survives a page: in local storage where that is allowed, else for as long as the frame lives. */
export interface Keepsake {
  visitor(): Remembered | undefined
  keepVisitor(visitor: Remembered): void
  profile(): Profile | undefined
  keepProfile(profile: Profile): void
  draft(): string
  keepDraft(text: string): void
  /** Oldest first. */
  pending(): readonly PendingMessage[]
  keepPending(message: PendingMessage): void
  dropPending(clientMessageId: string): void
  forget(): void
}

/** Every message has an entry of its own, so that two tabs never overwrite each other's. */
export function createKeepsake(channelId: string, storage: Storage): Keepsake {
  const prefix = `tributary:${channelId}:`
  const read = <T>(name: string): T | undefined => {
    try {
      const text = storage.getItem(prefix + name)
      return text === null ? undefined : (JSON.parse(text) as T)
    } catch {
      return undefined
    }
  }
  const write = (name: string, value: unknown): void => {
    try {
      storage.setItem(prefix + name, JSON.stringify(value))
    } catch {
      // Full or forbidden meanwhile: what is on the screen still goes out, it only does not outlive the page.
    }
  }
  const names = (): string[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length))

  return {
    visitor: () => read('visitor'),
    keepVisitor: (visitor) => write('visitor', visitor),
    profile: () => read('profile'),
    keepProfile: (profile) => write('profile', profile),
    draft: () => read('draft') ?? '',
    keepDraft: (text) => write('draft', text),
    pending: () =>
      names()
        .filter((name) => name.startsWith('out:'))
        .flatMap((name) => read<PendingMessage>(name) ?? [])
        .sort((one, two) => one.sentAtMs - two.sentAtMs),
    keepPending: (message) => write(`out:${message.clientMessageId}`, message),
    dropPending: (id) => storage.removeItem(`${prefix}out:${id}`),
    forget() {
      for (const name of names()) storage.removeItem(prefix + name)
    },
  }
}

/** The browser's own storage; undefined where it forbids that to frames of other sites. */
export function browserStorage(): Storage | undefined {
  try {
    const storage = window.localStorage
    storage.setItem('tributary', '1')
    storage.removeItem('tributary')
    return storage
  } catch {
    return undefined
  }
}

/** A storage in memory that tells of every change and can be filled with what was told before. */
export function memoryStorage(onChange: (text: string) => void): {
  readonly storage: Storage
  readonly fill: (text: string) => void
} {
  let entries = new Map<string, string>()
  const changed = (): void => onChange(JSON.stringify([...entries]))
  const storage: Storage = {
    get length() {
      return entries.size
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem(key, value) {
      entries.set(key, value)
      changed()
    },
    removeItem(key) {
      if (entries.delete(key)) changed()
    },
    clear: () => entries.clear(),
  }
  return {
    storage,
    fill(text) {
      try {
        entries = new Map(JSON.parse(text) as [string, string][])
      } catch {
        // Nothing was kept, or not by us.
      }
    },
  }
}
