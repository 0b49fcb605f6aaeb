/** The Web API's methods as far as messages go: same names, same fields, same errors. */
import { jsonAnswer, type ProviderAnswer, type ProviderCall } from '../provider/provider-server.ts'
import type { FakeChannel, FakeFile, FakeMessage, Workspace } from './workspace.ts'

export interface WebApiOptions {
  readonly botToken: string
  readonly appToken: string
  readonly scopes: () => readonly string[]
  readonly baseUrl: () => string
  readonly socketUrl: () => string
  /** Undefined = no limit. Slack allows one message a second in each channel. */
  readonly limit: () => { readonly perMs: number } | undefined
  readonly nowMs: () => number
  /** How many times a file is asked for before it says where it is shown. */
  readonly sharesAfter: () => number
  /** Whether what apps laid beside their messages is shown to nobody. */
  readonly hidesMetadata: () => boolean
  /** What the app has written, changed or taken away, as events of the workspace. */
  readonly onOwn: (change: OwnChange) => void
}

export type OwnChange =
  | { readonly kind: 'posted'; readonly channel: FakeChannel; readonly message: FakeMessage }
  | {
      readonly kind: 'changed'
      readonly channel: FakeChannel
      readonly message: FakeMessage
      readonly before: FakeMessage
    }
  | { readonly kind: 'deleted'; readonly channel: FakeChannel; readonly before: FakeMessage }

type Args = Readonly<Record<string, string>>
type Answer = Readonly<Record<string, unknown>>
type Method = (args: Args) => Answer

class Refusal extends Error {}
const refuse = (error: string): never => {
  throw new Refusal(error)
}

/** What an app needs to be told of a kind of conversation. */
const SCOPE_OF: Readonly<Record<string, string>> = {
  im: 'im:read',
  mpim: 'mpim:read',
  public_channel: 'channels:read',
  private_channel: 'groups:read',
}
const typeOf = ({ kind, isPrivate }: FakeChannel): string =>
  kind === 'channel' ? (isPrivate ? 'private_channel' : 'public_channel') : kind

/** Makes the API over a workspace. */
export function createWebApi(workspace: Workspace, options: WebApiOptions) {
  const { bot, teamId, channels, files, users } = workspace
  const lastPost = new Map<string, number>()
  const uploads = new Map<string, { name: string; length: number; bytes?: Buffer }>()
  const asked = new Map<string, number>()
  const state = { limited: 0 }

  const channelOf = ({ channel = '' }: Args): FakeChannel => {
    const id = users.has(channel) ? workspace.directOf(channel).id : channel
    const found = channels.get(id) ?? refuse('channel_not_found')
    if (!found.isMember) refuse('not_in_channel')
    return found
  }
  const openOf = (args: Args): FakeChannel => {
    const channel = channelOf(args)
    if (channel.isArchived) refuse('is_archived')
    return channel
  }
  const json = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

  const add = (channel: FakeChannel, message: FakeMessage): FakeMessage => {
    channel.messages.push(message)
    const parent = message.thread_ts ? workspace.find(channel.id, message.thread_ts) : undefined
    if (parent && parent !== message) {
      parent.thread_ts = parent.ts
      parent.reply_count = (parent.reply_count ?? 0) + 1
      parent.latest_reply = message.ts
    }
    options.onOwn({ kind: 'posted', channel, message })
    return message
  }
  const own = (args: Args, more: Partial<FakeMessage>): FakeMessage => ({
    type: 'message',
    ts: workspace.nextTs(),
    text: '',
    user: bot.userId,
    bot_id: bot.botId,
    app_id: bot.appId,
    team: teamId,
    bot_profile: { id: bot.botId, app_id: bot.appId, name: 'tributary', team_id: teamId },
    ...(args['thread_ts'] && { thread_ts: args['thread_ts'] }),
    ...more,
  })
  const ownMessage = (channel: FakeChannel, ts: string, error: string): FakeMessage => {
    const message = workspace.find(channel.id, ts) ?? refuse('message_not_found')
    if (message.bot_id !== bot.botId) refuse(error)
    return message
  }
  const shown = (message: FakeMessage, withMetadata: boolean): FakeMessage => {
    const { metadata, ...rest } = message
    return (withMetadata && metadata !== undefined ? { ...rest, metadata } : rest) as FakeMessage
  }
  const page = (list: readonly FakeMessage[], args: Args): Answer => {
    const oldest = Number(args['oldest'] ?? 0)
    const within = list.filter(({ ts }) => Number(ts) > oldest)
    const from = Number(args['cursor'] ?? 0)
    const limit = Number(args['limit'] ?? 100)
    const next = from + limit < within.length ? String(from + limit) : ''
    const withMetadata = args['include_all_metadata'] === 'true' && !options.hidesMetadata()
    return {
      messages: within.slice(from, from + limit).map((message) => shown(message, withMetadata)),
      has_more: next !== '',
      response_metadata: { next_cursor: next },
    }
  }
  const infoOf = (channel: FakeChannel): Answer => ({
    id: channel.id,
    ...(channel.kind === 'im'
      ? { is_im: true, user: channel.user }
      : { is_channel: true, is_mpim: channel.kind === 'mpim', name: channel.name }),
    is_member: channel.isMember,
    is_archived: channel.isArchived,
  })

  const methods: Readonly<Record<string, Method>> = {
    'auth.test': () => ({
      url: 'https://home.slack.example/',
      team: 'Home',
      user: 'tributary',
      team_id: teamId,
      user_id: bot.userId,
      bot_id: bot.botId,
    }),
    'chat.postMessage': (args) => {
      const channel = openOf(args)
      const text = args['text'] ?? ''
      if (text === '' && args['blocks'] === undefined) refuse('no_text')
      if (text.length > 40_000) refuse('msg_too_long')
      if (args['thread_ts'] && !workspace.find(channel.id, args['thread_ts'])) refuse('thread_not_found')
      const message = add(
        channel,
        own(args, {
          text,
          blocks: json(args['blocks']),
          metadata: json(args['metadata']),
          ...(args['username'] && { username: args['username'], subtype: 'bot_message' }),
        }),
      )
      return { channel: channel.id, ts: message.ts, message: shown(message, false) }
    },
    'chat.update': (args) => {
      const channel = channelOf(args)
      const message = ownMessage(channel, args['ts'] ?? '', 'cant_update_message')
      const before = { ...message }
      message.text = args['text'] ?? ''
      message.blocks = json(args['blocks'])
      message.edited = { user: bot.userId, ts: workspace.nextTs() }
      options.onOwn({ kind: 'changed', channel, message, before })
      return { channel: channel.id, ts: message.ts, text: message.text }
    },
    'chat.delete': (args) => {
      const channel = channelOf(args)
      const message = ownMessage(channel, args['ts'] ?? '', 'cant_delete_message')
      channel.messages.splice(channel.messages.indexOf(message), 1)
      options.onOwn({ kind: 'deleted', channel, before: message })
      return { channel: channel.id, ts: message.ts }
    },
    'conversations.open': (args) => {
      const user = args['users'] ?? ''
      if (user === bot.userId) refuse('cannot_dm_bot')
      if (!users.has(user)) refuse('user_not_found')
      return { channel: { id: workspace.directOf(user).id } }
    },
    'conversations.history': (args) => {
      const { messages } = channelOf(args)
      return page(messages.filter(({ ts, thread_ts = ts }) => thread_ts === ts).toReversed(), args)
    },
    'conversations.replies': (args) => {
      const { messages } = channelOf(args)
      const root = args['ts'] ?? ''
      const [parent] = messages.filter(({ ts }) => ts === root)
      if (!parent) refuse('thread_not_found')
      const answers = messages.filter(({ ts, thread_ts }) => thread_ts === root && ts !== root)
      const { messages: found, ...rest } = page(answers, args)
      return { messages: [parent, ...(found as FakeMessage[])], ...rest }
    },
    'conversations.info': (args) => {
      const channel = channels.get(args['channel'] ?? '') ?? refuse('channel_not_found')
      return { channel: infoOf(channel) }
    },
    'users.conversations': ({ types = 'public_channel' }) => {
      const wanted = types.split(',')
      // One scope that lacks, and nothing is told of the others either.
      if (wanted.some((type) => !options.scopes().includes(SCOPE_OF[type] ?? ''))) refuse('missing_scope')
      return {
        channels: [...channels.values()]
          .filter((channel) => channel.isMember && wanted.includes(typeOf(channel)))
          .map(infoOf),
        response_metadata: { next_cursor: '' },
      }
    },
    'conversations.list': () => ({
      channels: [...channels.values()].map(infoOf),
      response_metadata: { next_cursor: '' },
    }),
    'users.info': (args) => {
      const user = users.get(args['user'] ?? '') ?? refuse('user_not_found')
      const knowsEmail = options.scopes().includes('users:read.email') && user.email !== undefined
      return {
        user: {
          id: user.id,
          team_id: user.teamId,
          real_name: user.name,
          tz: 'Europe/Berlin',
          is_email_confirmed: user.emailConfirmed,
          profile: {
            display_name: user.name,
            real_name: user.name,
            team: user.teamId,
            title: 'Customer',
            image_192: `${options.baseUrl()}/avatars/${user.id}.png`,
            ...(knowsEmail && { email: user.email }),
          },
        },
      }
    },
    'files.getUploadURLExternal': (args) => {
      const id = workspace.nextId('F')
      uploads.set(id, { name: args['filename'] ?? '', length: Number(args['length']) })
      return { upload_url: `${options.baseUrl()}/upload/v1/${id}`, file_id: id }
    },
    'files.completeUploadExternal': (args) => {
      const channel = openOf({ channel: args['channel_id'] ?? '' })
      const named = json(args['files']) as { id: string; title?: string }[]
      const made = named.map(({ id }): FakeFile => {
        const upload = uploads.get(id)
        if (!upload?.bytes || upload.bytes.length !== upload.length) return refuse('file_not_found')
        const file = makeFile(workspace, options.baseUrl(), id, upload.name, upload.bytes, bot.userId)
        return file
      })
      const message = add(
        channel,
        own(args, { subtype: 'file_share', text: args['initial_comment'] ?? '', files: made }),
      )
      for (const file of made) file.shares.public[channel.id] = [{ ts: message.ts }]
      return { files: made.map(({ id, name }) => ({ id, title: name })) }
    },
    'files.info': (args) => {
      const id = args['file'] ?? ''
      const { file } = files.get(id) ?? refuse('file_not_found')
      const times = (asked.get(id) ?? 0) + 1
      asked.set(id, times)
      return { file: times > options.sharesAfter() ? file : { ...file, shares: {} } }
    },
    'apps.connections.open': () => ({ url: options.socketUrl() }),
  }

  const isLimited = (method: string, { channel = '' }: Args): boolean => {
    const limit = options.limit()
    if (!limit || method !== 'chat.postMessage') return false
    const now = options.nowMs()
    if (now - (lastPost.get(channel) ?? -limit.perMs) < limit.perMs) {
      state.limited += 1
      return true
    }
    lastPost.set(channel, now)
    return false
  }

  const answer = (method: string, call: ProviderCall): ProviderAnswer => {
    const args = Object.fromEntries(new URLSearchParams(call.body.toString('utf8')))
    const token = (call.headers['authorization'] ?? '').replace(/^Bearer /, '')
    const wanted = method.startsWith('apps.') ? options.appToken : options.botToken
    if (token !== wanted) return jsonAnswer(200, { ok: false, error: token ? 'invalid_auth' : 'not_authed' })
    const run = methods[method]
    if (!run) return jsonAnswer(200, { ok: false, error: 'unknown_method' })
    if (isLimited(method, args))
      return {
        ...jsonAnswer(429, { ok: false, error: 'ratelimited' }),
        headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
      }
    try {
      return {
        ...jsonAnswer(200, { ok: true, ...run(args) }),
        headers: { 'Content-Type': 'application/json', 'x-oauth-scopes': options.scopes().join(',') },
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return jsonAnswer(200, { ok: false, error: error.message })
    }
  }

  /** As the whole body, or as a part of a form: Slack takes both. */
  const upload = async (id: string, { body, headers }: ProviderCall): Promise<ProviderAnswer> => {
    const known = uploads.get(id)
    if (!known) return { status: 404 }
    const contentType = headers['content-type'] ?? ''
    known.bytes = contentType.startsWith('multipart/') ? await partOf(body, contentType) : body
    return { status: 200, body: `OK - ${known.bytes.length}` }
  }

  /** A file's content: with the token from another host, without it a page that asks to sign in. */
  const download = (id: string, call: ProviderCall, redirect: boolean): ProviderAnswer => {
    const known = files.get(id)
    if (!known) return { status: 404 }
    if (call.headers['authorization'] !== `Bearer ${options.botToken}`)
      return { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Sign in</html>' }
    if (redirect) return { status: 302, headers: { Location: `${options.baseUrl()}/cdn/${id}` } }
    return { status: 200, headers: { 'Content-Type': known.file.mimetype }, body: known.bytes }
  }

  return { answer, upload, download, state }
}

async function partOf(body: Buffer, contentType: string): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': contentType },
  }).formData()
  for (const value of form.values())
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return Buffer.alloc(0)
}

/** Lays a file down in the workspace. */
export function makeFile(
  { files }: Workspace,
  baseUrl: string,
  id: string,
  name: string,
  bytes: Buffer,
  user: string,
  mimetype = 'application/octet-stream',
): FakeFile {
  const file: FakeFile = {
    id,
    name,
    mimetype,
    size: bytes.length,
    url_private: `${baseUrl}/files-pri/${id}/${encodeURIComponent(name)}`,
    url_private_download: `${baseUrl}/files-pri/${id}/download/${encodeURIComponent(name)}`,
    user,
    shares: { public: {} },
  }
  files.set(id, { file, bytes })
  return file
}
