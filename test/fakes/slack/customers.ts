/** What people do in the workspace, and the events that Slack makes of it. */
import type { OwnChange } from './web-api.ts'
import { makeFile } from './web-api.ts'
import type { FakeChannel, FakeEvent, FakeMessage, Workspace } from './workspace.ts'

/** How somebody writes. */
export interface Writing {
  /** Of the channel; the direct one with the app when left out. */
  readonly channel?: string
  readonly threadTs?: string
  readonly blocks?: unknown
  readonly files?: readonly { readonly name: string; readonly bytes: Buffer; readonly contentType?: string }[]
  /** Further fields of the message, such as a subtype. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** What was written, and what is told of it. */
export interface Written {
  readonly channel: string
  readonly ts: string
  readonly events: readonly FakeEvent[]
}

/** Makes the people of a workspace. @param baseUrl where its files are kept */
export function createCustomers(workspace: Workspace, baseUrl: () => string) {
  const { bot, teamId, channels } = workspace

  const envelope = (event: Readonly<Record<string, unknown>>): FakeEvent => ({
    body: {
      token: 'not used any more',
      team_id: teamId,
      api_app_id: bot.appId,
      type: 'event_callback',
      event_id: workspace.nextId('Ev'),
      event_time: Math.floor(Number(workspace.nextTs())),
      authorizations: [
        {
          enterprise_id: null,
          team_id: teamId,
          user_id: bot.userId,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: false,
      event,
    },
  })
  const typeOf = ({ kind, isPrivate }: FakeChannel): string =>
    kind === 'channel' && isPrivate ? 'group' : kind
  const eventOf = (channel: FakeChannel, message: FakeMessage): Readonly<Record<string, unknown>> => ({
    ...message,
    channel: channel.id,
    channel_type: typeOf(channel),
    event_ts: message.ts,
  })
  const channelOf = (id: string): FakeChannel => {
    const channel = channels.get(id)
    if (!channel) throw new Error(`there is no channel ${id}`)
    return channel
  }
  const messageOf = (channel: string, ts: string): FakeMessage => {
    const message = workspace.find(channel, ts)
    if (!message) throw new Error(`there is no message ${ts}`)
    return message
  }
  const changed = (channel: FakeChannel, message: FakeMessage, before: FakeMessage): FakeEvent => {
    const ts = workspace.nextTs()
    return envelope({
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      channel: channel.id,
      channel_type: typeOf(channel),
      message: { ...message },
      previous_message: { ...before },
      ts,
      event_ts: ts,
    })
  }
  const deleted = (channel: FakeChannel, before: FakeMessage): FakeEvent => {
    const ts = workspace.nextTs()
    return envelope({
      type: 'message',
      subtype: 'message_deleted',
      hidden: true,
      channel: channel.id,
      channel_type: typeOf(channel),
      deleted_ts: before.ts,
      previous_message: { ...before },
      ts,
      event_ts: ts,
    })
  }

  return {
    envelope,
    /** Somebody writes; a mention of the app in a channel is told twice. */
    says(user: string, text: string, writing: Writing = {}): Written {
      const channel = writing.channel ? channelOf(writing.channel) : workspace.directOf(user)
      const author = workspace.users.get(user)
      const files = (writing.files ?? []).map(({ name, bytes, contentType }) =>
        makeFile(workspace, baseUrl(), workspace.nextId('F'), name, bytes, user, contentType),
      )
      const message: FakeMessage = {
        type: 'message',
        ts: workspace.nextTs(),
        text,
        user,
        team: author?.teamId ?? teamId,
        client_msg_id: workspace.nextId('m'),
        ...(author && author.teamId !== teamId && { user_team: author.teamId, source_team: author.teamId }),
        ...(writing.threadTs && { thread_ts: writing.threadTs }),
        ...(writing.blocks !== undefined && { blocks: writing.blocks }),
        ...(files.length > 0 && { subtype: 'file_share', files }),
        ...writing.more,
      }
      channel.messages.push(message)
      const parent = message.thread_ts ? workspace.find(channel.id, message.thread_ts) : undefined
      if (parent) {
        parent.thread_ts = parent.ts
        parent.reply_count = (parent.reply_count ?? 0) + 1
        parent.latest_reply = message.ts
      }
      const event = eventOf(channel, message)
      const mentions = channel.kind === 'channel' && text.includes(`<@${bot.userId}>`)
      const { channel_type: _, subtype: __, ...mention } = event
      return {
        channel: channel.id,
        ts: message.ts,
        events: [...(mentions ? [envelope({ ...mention, type: 'app_mention' })] : []), envelope(event)],
      }
    },
    edits(channelId: string, ts: string, text: string): readonly FakeEvent[] {
      const message = messageOf(channelId, ts)
      const before = { ...message }
      message.text = text
      delete message.blocks
      message.edited = { user: message.user ?? '', ts: workspace.nextTs() }
      return [changed(channelOf(channelId), message, before)]
    },
    /** Slack itself puts the preview of a link below a message. */
    unfurls(channelId: string, ts: string): readonly FakeEvent[] {
      const message = messageOf(channelId, ts)
      const before = { ...message }
      message['attachments'] = [{ from_url: 'https://shop.example/', title: 'Shop', text: 'All we sell' }]
      return [changed(channelOf(channelId), message, before)]
    },
    deletes(channelId: string, ts: string): readonly FakeEvent[] {
      const channel = channelOf(channelId)
      const message = messageOf(channelId, ts)
      channel.messages.splice(channel.messages.indexOf(message), 1)
      return [deleted(channel, message)]
    },
    reacts(
      user: string,
      channel: string,
      ts: string,
      reaction: string,
      removed = false,
    ): readonly FakeEvent[] {
      return [
        envelope({
          type: removed ? 'reaction_removed' : 'reaction_added',
          user,
          reaction,
          item: { type: 'message', channel, ts },
          item_user: workspace.find(channel, ts)?.user ?? bot.userId,
          event_ts: workspace.nextTs(),
        }),
      ]
    },
    /** A private channel is shared with another organisation: from then on it has another id. */
    renames(channelId: string): { readonly channel: string; readonly events: readonly FakeEvent[] } {
      const channel = { ...channelOf(channelId), id: workspace.nextId('C') }
      channels.delete(channelId)
      channels.set(channel.id, channel)
      const event_ts = workspace.nextTs()
      const ids = { old_channel_id: channelId, new_channel_id: channel.id }
      return { channel: channel.id, events: [envelope({ type: 'channel_id_changed', ...ids, event_ts })] }
    },
    /** What the app does comes back to it. */
    echo(change: OwnChange): readonly FakeEvent[] {
      switch (change.kind) {
        case 'posted':
          return [envelope(eventOf(change.channel, change.message))]
        case 'changed':
          return [changed(change.channel, change.message, change.before)]
        case 'deleted':
          return [deleted(change.channel, change.before)]
      }
    },
  }
}
