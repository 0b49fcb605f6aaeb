import { Router } from 'express'
import type { SendMessageCommand } from '../../../src/domain/commands.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { problem } from './answers.ts'
import { closesAtMs, reachOf } from './reach.ts'
import type { FakeState } from './state.ts'

/** What of a sent message is neither its text nor its files. */
export function partsOf(
  state: FakeState,
  conversation: ConversationView,
  { template, replyToId }: SendMessageCommand,
): Partial<MessageView> {
  const known = state.templates.get(conversation.channelId)?.find(({ id }) => id === template?.id)
  const about = state.messages.get(conversation.id)?.find(({ id }) => id === replyToId)
  return {
    ...(template && known
      ? {
          text: known.body.replaceAll(
            /\{\{([^{}]+)\}\}/gu,
            (_, key: string) => template.variables[key] ?? '',
          ),
          template: { id: template.id, name: template.name },
        }
      : {}),
    ...(about ? { replyTo: { id: about.id, authorName: about.author.name, preview: about.text } } : {}),
  }
}

/** Why the real server would not take it. */
export function refusedReason(
  state: FakeState,
  conversation: ConversationView,
  { template }: SendMessageCommand,
): string | undefined {
  const channel = state.channels.find(({ id }) => id === conversation.channelId)
  if (channel?.deletedAt) return 'channel-deleted'
  return template || !closesAtMs(state, conversation).closed ? undefined : 'reply-window-closed'
}

/** Approved messages, changes of what was sent, ways to reach somebody, and channels that go. */
export function messengersRouter(state: FakeState): Router {
  const router = Router()
  router.get('/channels/:id/templates', ({ params }, response) => {
    const items = state.templates.get(params.id)
    if (!items) return problem(response, 'not-found')
    response.json({ items })
  })
  const find = (id: string | undefined): Writable<MessageView> | undefined =>
    [...state.messages.values()].flat().find((message) => message.id === id)
  const changed = (message: Writable<MessageView>) => {
    message.version += 1
    const channelId = state.conversations.get(message.conversationId)?.channelId as never
    state.publish([{ type: 'message.updated', message: { ...message }, channelId }])
    return message
  }
  router.patch('/messages/:id', ({ params, body }, response) => {
    const message = find(params.id)
    if (!message) return problem(response, 'not-found')
    if (message.version !== body.version) return problem(response, 'version-conflict')
    Object.assign(message, { text: body.text, editedAt: new Date().toISOString() })
    response.json(changed(message))
  })
  router.delete('/messages/:id', ({ params, query }, response) => {
    const message = find(params.id)
    if (!message) return problem(response, 'not-found')
    if (String(message.version) !== query['version']) return problem(response, 'version-conflict')
    Object.assign(message, { deletedAt: new Date().toISOString() })
    response.json(changed(message))
  })
  router.get('/contacts/:id/reach', ({ params }, response) => {
    const contact = state.contacts.get(params.id)
    if (!contact) return problem(response, 'not-found')
    response.json({ items: reachOf(state, contact) })
  })
  router.delete('/channels/:id', ({ params }, response) => {
    const channel = state.channels.find(({ id }) => id === params.id)
    if (!channel) return problem(response, 'not-found')
    channel.deletedAt ??= new Date().toISOString() as never
    channel.paused = true
    channel.version += 1
    state.publish([{ type: 'channel.updated', channel: { ...channel } }])
    response.json({ channel })
  })
  return router
}
