import { Router } from 'express'
import type { SendMessageCommand, StartConversationCommand } from '../../../src/domain/commands.ts'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { pageOf, problem } from './answers.ts'
import { addMessage } from './messages.ts'
import { partsOf, refusedReason } from './messengers-router.ts'
import { effectiveCapacity, loadOf } from './routing-facts.ts'
import { beginConversation, bodyOf, refusalOf, sentLetter } from './sent-letters.ts'
import type { FakeState } from './state.ts'

const RECEIPTS_AFTER_MS = [250, 700, 1_400]

const lower = (text: string | undefined): string => (text ?? '').toLowerCase()

/** Conversations and their messages, spoken as the real server speaks them. */
export function conversationRouter(state: FakeState): Router {
  const router = Router()
  const me = () => state.agents[0] as FakeState['agents'][number]
  const all = () =>
    [...state.conversations.values()].sort(
      (one, other) =>
        other.lastActivityAt.localeCompare(one.lastActivityAt) || other.id.localeCompare(one.id),
    )
  const inView = (conversation: ConversationView, view: unknown) => {
    if (view === 'spam' || view === 'automatic') return conversation.filed === view
    return !conversation.filed && (view === 'all' || isOwnOrFree(conversation, view))
  }
  const isOwnOrFree = (conversation: ConversationView, view: unknown) =>
    view === 'mine' ? conversation.assigneeId === me().id : conversation.assigneeId === undefined
  const find = (id: string | undefined) => state.conversations.get(id ?? '')
  const changed = (conversation: Writable<ConversationView>) => {
    conversation.version += 1
    state.publish([{ type: 'conversation.updated', conversation: { ...conversation } }])
  }
  const eventLine = (conversation: Writable<ConversationView>, event: MessageView['event']) => {
    const author = { kind: 'agent', id: me().id, name: me().name } as const
    const message = addMessage(state, conversation, {
      kind: 'event',
      direction: 'outbound',
      author,
      ...(event ? { event } : {}),
    })
    conversation.version += 1
    state.publish([{ type: 'message.created', message, conversation: { ...conversation } }])
  }

  const leaveNote = (conversation: Writable<ConversationView>, text: string) => {
    const author = { kind: 'agent', id: me().id, name: me().name } as const
    const message = addMessage(state, conversation, { kind: 'note', direction: 'outbound', author, text })
    conversation.version += 1
    state.publish([{ type: 'message.created', message, conversation: { ...conversation } }])
  }

  router.get('/conversations', ({ query }, response) => {
    const { view, status, channelId, teamId, search, cursor, limit } = query
    const words = lower(typeof search === 'string' ? search : '')
    const found = all().filter(
      (item) =>
        item.status === status &&
        inView(item, view) &&
        (!channelId || item.channelId === channelId) &&
        (!teamId || item.teamId === teamId) &&
        (words === '' ||
          lower(`${item.contact.name} ${item.subject} ${item.lastMessage?.preview}`).includes(words)),
    )
    response.json(pageOf(found, cursor, limit))
  })
  router.get('/conversations/counts', (_request, response) => {
    const open = all().filter(({ status }) => status === 'open')
    const count = (view: string) => open.filter((item) => inView(item, view)).length
    response.json({ mine: count('mine'), unassigned: count('unassigned'), all: open.length })
  })
  router.get('/conversations/:id', ({ params }, response) => {
    const conversation = find(params.id)
    if (!conversation) return problem(response, 'not-found')
    response.json(conversation)
  })
  router.patch('/conversations/:id', ({ params, body }, response) => {
    const conversation = find(params.id)
    if (!conversation) return problem(response, 'not-found')
    if (body.version !== conversation.version) return problem(response, 'version-conflict')
    const { version: _seen, categoryId, filed, ...change } = body
    const before = conversation.status
    Object.assign(conversation, change)
    if (filed) Object.assign(conversation, { filed, status: 'resolved' })
    if (filed === null) {
      delete conversation.filed
      conversation.status = 'open'
    }
    if (filed !== undefined) eventLine(conversation, { name: filed ? 'filed-spam' : 'unfiled' })
    if (categoryId) conversation.categoryId = categoryId
    if (categoryId === null) delete conversation.categoryId
    if (conversation.status !== 'snoozed') delete conversation.snoozedUntil
    changed(conversation)
    if (change.status && change.status !== before) {
      const name = change.status === 'open' ? (before === 'resolved' ? 'reopened' : 'opened') : change.status
      eventLine(conversation, { name, value: change.snoozedUntil })
    }
    response.json(conversation)
  })
  router.put('/conversations/:id/assignment', ({ params, body }, response) => {
    const conversation = find(params.id)
    if (!conversation) return problem(response, 'not-found')
    if (body.version !== conversation.version) return problem(response, 'version-conflict')
    const before = conversation.assigneeId
    if (body.assigneeId) conversation.assigneeId = body.assigneeId
    else delete conversation.assigneeId
    if (body.teamId) Object.assign(conversation, { teamId: body.teamId, teamByHand: true })
    if (body.teamId === null) delete conversation.teamId
    changed(conversation)
    const agent = state.agents.find(({ id }) => id === body.assigneeId)
    if (before !== conversation.assigneeId) {
      eventLine(
        conversation,
        agent ? { name: 'assigned', agentName: agent.name, value: 'by hand' } : { name: 'unassigned' },
      )
    }
    if (body.teamId !== undefined) {
      const team = state.teams.find(({ id }) => id === body.teamId)
      eventLine(conversation, { name: 'team-changed', value: team?.name ?? '' })
    }
    if (body.note) leaveNote(conversation, body.note)
    const over = agent && loadOf(state, agent.id).total > (effectiveCapacity(state, agent.id).total ?? 1_000)
    response.json(over ? { ...conversation, warning: 'over-capacity' } : conversation)
  })
  router.post('/conversations/:id/send-back', ({ params, body }, response) => {
    const conversation = find(params.id)
    if (!conversation) return problem(response, 'not-found')
    if (body.version !== conversation.version) return problem(response, 'version-conflict')
    delete conversation.assigneeId
    state.waitingSince.set(conversation.id, new Date().toISOString())
    changed(conversation)
    eventLine(conversation, { name: 'sent-back' })
    if (body.note) leaveNote(conversation, body.note)
    response.json(conversation)
  })
  router.post('/conversations/:id/read', ({ params }, response) => {
    const conversation = find(params.id)
    if (!conversation) return problem(response, 'not-found')
    if (conversation.unreadCount > 0) {
      conversation.unreadCount = 0
      changed(conversation)
    }
    response.json(conversation)
  })

  router.get('/conversations/:id/messages', ({ params, query }, response) => {
    const messages = state.messages.get(params.id)
    if (!messages) return problem(response, 'not-found')
    const before = query['before'] ? messages.findIndex(({ id }) => id === query['before']) : messages.length
    const limit = Number(query['limit'] ?? 25)
    const from = Math.max(0, before - limit)
    const items = messages.slice(from, before).reverse()
    response.json(from > 0 ? { items, nextCursor: items.at(-1)?.id } : { items })
  })
  const write = (kind: 'message' | 'note') => (id: string, body: SendMessageCommand) => {
    const conversation = find(id)
    if (!conversation) return undefined
    const seen = state.messages
      .get(id)
      ?.find(({ clientMessageId }) => clientMessageId === body.clientMessageId)
    if (seen) return { message: seen, status: 200 }
    const attachments = (body.attachmentIds ?? []).flatMap((fileId) => {
      const file = state.files.get(fileId)
      return file
        ? [
            {
              id: fileId as never,
              name: file.name,
              contentType: file.contentType,
              sizeBytes: file.bytes.length,
            },
          ]
        : []
    })
    const message = addMessage(state, conversation, {
      kind,
      direction: 'outbound',
      author: { kind: 'agent', id: me().id, name: me().name },
      text: body.text,
      attachments,
      clientMessageId: body.clientMessageId,
      ...(kind === 'message' ? { status: 'queued', delivery: { state: 'queued', attempts: 0 } } : {}),
      ...(body.letter ? { letter: sentLetter(state, conversation, body.letter) } : {}),
      ...partsOf(state, conversation, body),
    })
    if (body.letter) state.letters.set(message.id, bodyOf(body.text, body.letter))
    if (kind === 'message') state.sent.push(body)
    conversation.version += 1
    state.publish([{ type: 'message.created', message: { ...message }, conversation: { ...conversation } }])
    if (kind === 'message') deliver(message, conversation)
    return { message, status: 201 }
  }
  const deliver = (message: Writable<MessageView>, conversation: ConversationView) => {
    for (const [index, status] of (['sent', 'delivered', 'read'] as const).entries()) {
      setTimeout(() => {
        message.status = status
        message.delivery = { state: 'done', attempts: 1 }
        message.version += 1
        state.publish([
          { type: 'message.updated', message: { ...message }, channelId: conversation.channelId },
        ])
      }, RECEIPTS_AFTER_MS[index]).unref()
    }
  }
  router.post('/conversations', ({ body }, response) => {
    const command: StartConversationCommand = body
    const refused = refusalOf(command)
    if (refused) return problem(response, 'invalid-input', { errors: [refused] })
    const conversation = beginConversation(state, command)
    const written = write('message')(conversation.id, command)
    if (!written) return problem(response, 'not-found')
    response.status(201).json({ conversation, message: written.message })
  })
  router.post('/conversations/:id/messages', ({ params, body }, response) => {
    const conversation = find(params.id)
    const reason = conversation && refusedReason(state, conversation, body)
    if (reason) return problem(response, 'message-refused', { reason })
    const written = write('message')(params.id, body)
    if (!written) return problem(response, 'not-found')
    response.status(written.status).json({ items: [written.message] })
  })
  router.post('/conversations/:id/notes', ({ params, body }, response) => {
    const written = write('note')(params.id, body)
    if (!written) return problem(response, 'not-found')
    response.status(written.status).json(written.message)
  })
  router.post('/conversations/:id/messages/:messageId/retry', ({ params }, response) => {
    const conversation = find(params.id)
    const message = state.messages.get(params.id)?.find(({ id }) => id === params.messageId)
    if (!conversation || !message) return problem(response, 'not-found')
    message.status = 'queued'
    message.delivery = { state: 'queued', attempts: 0 }
    message.version += 1
    deliver(message, conversation)
    response.json(message)
  })
  router.get('/conversations/:id/routing-decisions', ({ params }, response) => {
    response.json({ items: state.decisions.get(params.id) ?? [] })
  })

  router.get('/contacts', ({ query }, response) => {
    const words = lower(String(query['search'] ?? ''))
    const found = [...state.contacts.values()].filter(({ name, emails }) =>
      [name, ...emails].some((one) => lower(one).startsWith(words)),
    )
    response.json(pageOf(found, query['cursor'], query['limit']))
  })
  router.get('/contacts/:id', ({ params }, response) => {
    const contact = state.contacts.get(params.id)
    if (!contact) return problem(response, 'not-found')
    response.json(contact)
  })
  router.patch('/contacts/:id', ({ params, body }, response) => {
    const contact = state.contacts.get(params.id)
    if (!contact) return problem(response, 'not-found')
    if (body.version !== contact.version) return problem(response, 'version-conflict')
    Object.assign(contact, body, { version: contact.version + 1 })
    state.publish([{ type: 'contact.updated', contact: { ...contact } }])
    response.json(contact)
  })
  router.get('/contacts/:id/conversations', ({ params }, response) => {
    response.json({ items: all().filter(({ contact }) => contact.id === params.id) })
  })
  return router
}
