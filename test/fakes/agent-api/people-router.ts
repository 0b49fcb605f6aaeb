import { Router } from 'express'
import type { ContactId } from '../../../src/domain/ids.ts'
import { type ContactFacts, mergeFacts, withoutTaken } from '../../../src/domain/merge-contacts.ts'
import type {
  ContactView,
  DuplicateView,
  MergePreviewView,
  MergeView,
  TimelineEntryView,
} from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { pageOf, problem } from './answers.ts'
import type { FakeState } from './state.ts'

interface Done {
  readonly merge: Writable<MergeView>
  readonly before: readonly [ContactView, ContactView]
  readonly conversations: readonly string[]
}

const factsOf = (contact: ContactView): ContactFacts => ({ ...contact, ownerId: contact.ownerId ?? null })

/** People as the real server has them: who may be the same, merging and undoing it, what was said with them. */
export function peopleRouter(state: FakeState): Router {
  const router = Router()
  const done = new Map<string, Done>()
  const dismissed = new Set<string>()
  const conversationsOf = (id: string) =>
    [...state.conversations.values()].filter(({ contact }) => contact.id === id)

  router.get('/contacts/:id/duplicates', ({ params }, response) => {
    const contact = state.contacts.get(params.id)
    if (!contact) return problem(response, 'not-found')
    const items = [...state.contacts.values()].flatMap((other): DuplicateView[] => {
      const because = [
        ...contact.emails
          .filter((value) => other.emails.includes(value))
          .map((value) => ({ kind: 'email' as const, value })),
        ...contact.phones
          .filter((value) => other.phones.includes(value))
          .map((value) => ({ kind: 'phone' as const, value })),
      ]
      if (other.id === contact.id || because.length === 0) return []
      return dismissed.has([contact.id, other.id].sort().join()) ? [] : [{ contact: other, because }]
    })
    response.json({ items })
  })
  router.put('/contacts/:id/duplicates/:otherId/dismissal', ({ params }, response) => {
    dismissed.add([params.id, params.otherId].sort().join())
    response.status(204).end()
  })
  router.get('/contacts/:id/merge-preview', ({ params, query }, response) => {
    const [contact, other] = [state.contacts.get(params.id), state.contacts.get(String(query['with']))]
    if (!contact || !other) return problem(response, 'not-found')
    response.json(previewOf(contact, other))
  })
  router.get('/contacts/:id/merges', ({ params }, response) => {
    const items = [...done.values()]
      .map(({ merge }) => merge)
      .filter(({ contactId }) => contactId === params.id)
    response.json({ items: items.reverse() })
  })
  router.post('/contacts/:id/merges', ({ params, body }, response) => {
    const [contact, other] = [state.contacts.get(params.id), state.contacts.get(body.contactId)]
    if (!contact || !other) return problem(response, 'not-found')
    if (contact.version !== body.version) return problem(response, 'version-conflict')
    const before = [structuredClone(contact), structuredClone(other)] as const
    const moved = conversationsOf(other.id)
    const merge: Writable<MergeView> = {
      id: `${done.size + 1}`.padStart(24, '0'),
      contactId: contact.id,
      absorbed: { id: other.id, name: other.name },
      by: { id: (state.agents[0] as FakeState['agents'][number]).id, name: 'Ana Lindqvist' },
      at: new Date().toISOString(),
      undoable: true,
    }
    done.set(merge.id, { merge, before, conversations: moved.map(({ id }) => id) })
    Object.assign(contact, previewOf(contact, other).result)
    state.contacts.delete(other.id)
    for (const conversation of moved) {
      Object.assign(conversation, { contact: { id: contact.id, name: contact.name } })
      conversation.version += 1
    }
    tell(contact, moved)
    response.status(201).json({ merge, contact })
  })
  router.post('/contact-merges/:id/undo', ({ params }, response) => {
    const found = done.get(params.id)
    const contact = found && state.contacts.get(found.merge.contactId)
    if (!found || !contact) return problem(response, 'not-found')
    const [was, other] = found.before
    const { taken } = mergeFacts(factsOf(was), factsOf(other))
    const { ownerId: _, ...facts } = withoutTaken(factsOf(contact), taken)
    Object.assign(contact, {
      emails: facts.emails,
      phones: facts.phones,
      tags: facts.tags,
      attributes: facts.attributes,
      identities: was.identities,
      version: contact.version + 1,
    })
    state.contacts.set(other.id, { ...other, version: other.version + 2 })
    const moved = found.conversations.flatMap((id) => state.conversations.get(id) ?? [])
    for (const conversation of moved) {
      Object.assign(conversation, { contact: { id: other.id, name: other.name } })
      conversation.version += 1
    }
    Object.assign(found.merge, { undoneAt: new Date().toISOString(), undoable: false })
    tell(contact, moved)
    response.json({ merge: found.merge, contact })
  })
  router.get('/contacts/:id/timeline', ({ params, query }, response) => {
    const entries = conversationsOf(params.id).flatMap((conversation) =>
      (state.messages.get(conversation.id) ?? [])
        .filter(({ kind }) => kind !== 'event')
        .map(
          (message): TimelineEntryView => ({
            message,
            channelId: conversation.channelId,
            conversation: {
              id: conversation.id,
              status: conversation.status,
              ...(conversation.subject === undefined ? {} : { subject: conversation.subject }),
            },
          }),
        ),
    )
    entries.sort((one, next) => next.message.createdAt.localeCompare(one.message.createdAt))
    response.json(pageOf(entries, query['before'], query['limit']))
  })

  function previewOf(contact: ContactView, other: ContactView): MergePreviewView {
    const { facts, taken, conflicts } = mergeFacts(factsOf(contact), factsOf(other))
    const { ownerId, ...rest } = facts
    const { attributes, ...others } = taken
    return {
      result: {
        ...contact,
        emails: rest.emails,
        phones: rest.phones,
        tags: rest.tags,
        attributes: rest.attributes,
        identities: [...contact.identities, ...other.identities],
        ...(ownerId ? { ownerId } : {}),
        version: contact.version + 1,
      },
      taken: {
        ...others,
        attributes: Object.keys(attributes),
        identities: other.identities.map(({ id }) => id),
      },
      conflicts,
      conversations: conversationsOf(other.id).length,
      version: contact.version,
      contactVersion: other.version,
    }
  }
  function tell(contact: ContactView, moved: ReturnType<typeof conversationsOf>): void {
    state.publish([
      { type: 'contact.updated', contact: { ...contact } },
      ...moved.map((conversation) => ({
        type: 'conversation.updated' as const,
        conversation: { ...conversation },
      })),
    ])
  }
  return router
}

/** Lets two contacts, and nobody else, have one number, as if one person had written on two channels. */
export function shareNumber(state: FakeState, one: ContactId, other: ContactId, number: string): void {
  for (const id of [one, other]) {
    const contact = state.contacts.get(id)
    if (!contact) throw new Error('there is no such contact')
    Object.assign(contact, { phones: [number], version: contact.version + 1 })
  }
}
