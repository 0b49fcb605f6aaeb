/** What a workspace holds: people, channels, messages and files. */

/** A message as Slack keeps it; fields that a test does not need are left out. */
export interface FakeMessage {
  type: 'message'
  subtype?: string
  ts: string
  text: string
  user?: string
  bot_id?: string
  app_id?: string
  username?: string
  team?: string
  thread_ts?: string
  reply_count?: number
  latest_reply?: string
  blocks?: unknown
  files?: readonly FakeFile[]
  metadata?: unknown
  edited?: { user: string; ts: string }
  [field: string]: unknown
}

export interface FakeFile {
  readonly id: string
  readonly name: string
  readonly mimetype: string
  readonly size: number
  readonly url_private: string
  readonly url_private_download: string
  readonly user: string
  shares: { public: Record<string, { ts: string }[]> }
}

export interface FakeUser {
  readonly id: string
  readonly name: string
  readonly teamId: string
  readonly email?: string
  readonly emailConfirmed: boolean
}

export interface FakeChannel {
  readonly id: string
  readonly name: string
  readonly kind: 'im' | 'mpim' | 'channel'
  readonly isPrivate?: boolean
  /** Of a direct channel: the person. */
  readonly user?: string
  isMember: boolean
  isArchived: boolean
  readonly messages: FakeMessage[]
}

/** Everything in one workspace, and who our app is there. */
export interface Workspace {
  readonly teamId: string
  readonly bot: { readonly userId: string; readonly botId: string; readonly appId: string }
  readonly users: Map<string, FakeUser>
  readonly channels: Map<string, FakeChannel>
  readonly files: Map<string, { readonly file: FakeFile; bytes: Buffer }>
  /** An instant that no other message has. */
  nextTs(): string
  nextId(letter: string): string
  /** The direct channel of a person; made when it is first asked for. */
  directOf(user: string): FakeChannel
  find(channel: string, ts: string): FakeMessage | undefined
}

/** Makes an empty workspace. */
export function createWorkspace(nowMs: () => number): Workspace {
  let ids = 0
  let last = 0
  const nextId = (letter: string): string => {
    ids += 1
    return `${letter}${ids.toString(36).toUpperCase().padStart(9, '0')}`
  }
  const channels = new Map<string, FakeChannel>()
  return {
    teamId: 'T0HOME0001',
    bot: { userId: 'U0BOT00001', botId: 'B0BOT00001', appId: 'A0APP00001' },
    users: new Map(),
    channels,
    files: new Map(),
    nextTs() {
      last = Math.max(last + 1, nowMs() * 1_000)
      return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`
    },
    nextId,
    directOf(user) {
      const known = [...channels.values()].find((one) => one.user === user)
      if (known) return known
      const made: FakeChannel = {
        id: nextId('D'),
        name: '',
        kind: 'im',
        user,
        isMember: true,
        isArchived: false,
        messages: [],
      }
      channels.set(made.id, made)
      return made
    },
    find: (channel, ts) => channels.get(channel)?.messages.find((message) => message.ts === ts),
  }
}

/** What Slack sends for one event; the event id is the same at every delivery. */
export interface FakeEvent {
  readonly body: Readonly<Record<string, unknown>> & { readonly event_id: string }
}
