import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { ContactView, ConversationView } from '../../../src/domain/views.ts'
import { said } from '../../harness/scripted-channel.ts'
import { at, type InboxServer, startInboxServer } from './inbox-server.ts'

let inbox: InboxServer

beforeAll(async () => {
  inbox = await startInboxServer()
})
afterAll(() => inbox.close())
beforeEach(() => {
  inbox.events.length = 0
})

const rename = async ({ contact }: ConversationView, name: string): Promise<ContactView> => {
  const address = `/api/v1/contacts/${contact.id}`
  const { body } = await inbox.owner.agent.get(address).expect(200)
  return (await inbox.owner.agent.patch(address).send({ name, version: body.version }).expect(200)).body
}
const nameOf = async (conversation: ConversationView): Promise<string> =>
  (await inbox.owner.agent.get(at(conversation)).expect(200)).body.contact.name
const found = async (search: string): Promise<ConversationView[]> =>
  (await inbox.owner.agent.get('/api/v1/conversations').query({ search }).expect(200)).body.items
const told = (name: string): Extract<DomainEvent, { type: 'conversation.updated' }>[] =>
  inbox.events.flatMap((event) =>
    event.type === 'conversation.updated' && event.conversation.contact.name === name ? [event] : [],
  )
/** A customer whose messages go to a thread of their own each, as letters do. */
const writesIn = (who: string, thread: string, displayName?: string) =>
  inbox.deliver([
    said(who, `${who}-${thread}-${Math.random()}`, {
      threadKey: thread,
      identity: { externalId: who, verified: false, ...(displayName === undefined ? {} : { displayName }) },
    }),
  ])

describe('the name that a sender gives himself', () => {
  it('is one line that turns nothing around, and follows him as long as no agent wrote another', async () => {
    const before = await inbox.customer('Hello', inbox.channelId, ' Mallory\n\u202Egnp.exe\u0000 ')
    expect(await nameOf(before)).toBe('Mallory gnp.exe')
    expect((await rename(before, 'Mallory gnp.exe')).name).toBe('Mallory gnp.exe')
  })
})

describe('a contact’s new name', () => {
  it('stands in the list, in the search, on the thread and on every screen', async () => {
    const before = await inbox.customer('Hello', inbox.channelId, 'Mary Old')
    await rename(before, 'Mary Newer')
    expect(await nameOf(before)).toBe('Mary Newer')
    expect((await found('newer')).map(({ contact }) => contact.name)).toEqual(['Mary Newer'])
    expect(await found('mary old')).toEqual([])
    const [event] = told('Mary Newer')
    expect(event?.conversation.id).toBe(before.id)
    expect(event?.conversation.version).toBeGreaterThan(before.version)
  })

  it('changes no version when it is the old one', async () => {
    const before = await inbox.customer('Hello', inbox.channelId, 'Same Same')
    await rename(before, 'Same Same')
    expect((await inbox.owner.agent.get(at(before))).body.version).toBe(before.version)
    expect(told('Same Same')).toEqual([])
  })

  it('reaches all of many conversations, and the latest hundred live', async () => {
    for (let thread = 0; thread < 110; thread += 1) await writesIn('many', `t${thread}`, 'Many Letters')
    const latest = await inbox.readOf('t109')
    inbox.events.length = 0
    await rename(latest, 'Many Renamed')
    const events = told('Many Renamed')
    expect(events).toHaveLength(100)
    expect(events.map(({ conversation }) => conversation.id)).toContain(latest.id)
    for (const thread of ['t0', 't50', 't109']) {
      expect((await inbox.readOf(thread)).contact.name).toBe('Many Renamed')
    }
  })

  it('is the last one wherever it stands when several rename at the same moment', async () => {
    const before = await inbox.customer('Hello', inbox.channelId, 'Busy Body')
    const names = Array.from({ length: 12 }, (_, index) => `Busy ${index}`)
    const again = async (name: string): Promise<void> => {
      for (;;) {
        const address = `/api/v1/contacts/${before.contact.id}`
        const { body } = await inbox.owner.agent.get(address)
        const { status } = await inbox.owner.agent.patch(address).send({ name, version: body.version })
        if (status === 200) return
      }
    }
    await Promise.all(names.map(again))
    const { body } = await inbox.owner.agent.get(`/api/v1/contacts/${before.contact.id}`)
    expect(names).toContain(body.name)
    expect(await nameOf(before)).toBe(body.name)
  })
})

describe('a name that the customer gives', () => {
  it('stands everywhere too, also on his other conversations, and the contact is told of', async () => {
    await writesIn('guest', 'g1')
    await writesIn('guest', 'g2')
    const [one, two] = [await inbox.readOf('g1'), await inbox.readOf('g2')]
    expect(one.contact.name).toMatch(/^Visitor /)
    inbox.events.length = 0
    await writesIn('guest', 'g2', 'Gwen Guest')
    expect(await nameOf(one)).toBe('Gwen Guest')
    expect(await nameOf(two)).toBe('Gwen Guest')
    expect((await inbox.readOf('g2')).unreadCount).toBe(2)
    expect(told('Gwen Guest').map(({ conversation }) => conversation.id)).toContain(one.id)
    const contacts = inbox.events.filter(({ type }) => type === 'contact.updated')
    expect(contacts).toMatchObject([{ contact: { id: one.contact.id, name: 'Gwen Guest' } }])
  })

  it('never replaces one that an agent gave', async () => {
    await writesIn('named', 'n1', 'Customer Says')
    const conversation = await inbox.readOf('n1')
    await rename(conversation, 'Agent Says')
    await writesIn('named', 'n1', 'Customer Says Again')
    expect(await nameOf(conversation)).toBe('Agent Says')
  })

  it('stands at last when a run that learned it ended before it was spread', async () => {
    await writesIn('torn', 'torn')
    const { contact } = await inbox.readOf('torn')
    const { contacts } = inbox.core.stores
    const [known] = await contacts.findContacts([contact.id])
    if (!known) throw new Error('there is a contact')
    await contacts.updateContact(known.id, known.version, { ...known, name: 'Learned Late' })
    await writesIn('torn', 'torn')
    expect((await inbox.readOf('torn')).contact.name).toBe('Learned Late')
    expect((await inbox.readOf('torn')).unreadCount).toBe(2)
  })
})
