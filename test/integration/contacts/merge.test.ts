/** Two contacts become one and two again, by REST, with everything that hangs on them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ContactView, MergeView, Page } from '../../../src/domain/views.ts'
import { API, type PeopleServer, startPeopleServer } from './people-server.ts'

let server: PeopleServer

beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.events.length = 0
})

let count = 0
/** Ada twice: under an address with a tag, and under a number. */
async function twice() {
  count += 1
  const first = await server.person(`ada-${count}`, { displayName: 'Ada', email: `ada-${count}@example.com` })
  const second = await server.person(`number-${count}`, {
    displayName: 'A. Lovelace',
    phone: `+4930901${String(count).padStart(4, '0')}`,
  })
  const ada = await server.change(first.id, { attributes: { plan: 'gold', city: 'London' }, tags: ['vip'] })
  const number = await server.change(second.id, {
    attributes: { plan: 'silver', shoe: '38' },
    tags: ['vip', 'late'],
    ownerId: server.anna.profile.id,
  })
  return { ada, number, adaName: `ada-${count}`, numberName: `number-${count}` }
}

const withoutVersion = ({ version: _, ...contact }: ContactView) => contact
const sorted = (contact: ContactView) => ({
  ...withoutVersion(contact),
  identities: [...contact.identities].sort((one, other) => one.id.localeCompare(other.id)),
})

describe('merging two contacts', () => {
  it('makes exactly what the preview said: facts, conflicts, ids and conversations', async () => {
    const { ada, number, numberName } = await twice()
    const preview = await server.preview(ada.id, number.id)
    expect(preview).toMatchObject({
      taken: {
        emails: [],
        phones: number.phones,
        tags: ['late'],
        attributes: ['shoe'],
        ownerId: server.anna.profile.id,
        identities: number.identities.map(({ id }) => id),
      },
      conflicts: [{ key: 'plan', stays: 'gold', goes: 'silver' }],
      conversations: 1,
    })
    const { contact, merge } = await server.merge(ada.id, number.id)
    expect(sorted(contact)).toEqual(sorted(preview.result))
    expect(contact.version).toBe(preview.result.version)
    expect(contact).toMatchObject({
      id: ada.id,
      name: 'Ada',
      emails: ada.emails,
      phones: number.phones,
      attributes: { plan: 'gold', city: 'London', shoe: '38' },
      tags: ['vip', 'late'],
      ownerId: server.anna.profile.id,
    })
    expect(merge).toMatchObject({
      contactId: ada.id,
      absorbed: { id: number.id, name: number.name },
      undoable: true,
    })
    const moved = await server.readOf(numberName)
    expect(moved.contact).toEqual({ id: ada.id, name: 'Ada' })
    expect((await server.conversationsOf(ada.id)).map(({ id }) => id)).toContain(moved.id)
  })

  it('leaves nothing of the other one in lists, searches and suggestions; its address leads on', async () => {
    const { ada, number } = await twice()
    await server.merge(ada.id, number.id)
    const all = await server.get<Page<ContactView>>('/contacts?limit=100')
    expect(all.items.map(({ id }) => id)).not.toContain(number.id)
    const found = await server.get<Page<ContactView>>(
      `/contacts?search=${encodeURIComponent(number.phones[0] ?? '')}`,
    )
    expect(found.items.map(({ id }) => id)).toEqual([ada.id])
    expect((await server.contact(number.id)).id).toBe(ada.id)
    expect((await server.conversationsOf(number.id)).length).toBe(2)
    await server.owner.agent
      .patch(`${API}/contacts/${number.id}`)
      .send({ name: 'Ghost', version: 99 })
      .expect(409)
    expect(await server.duplicates(ada.id)).toEqual([])
  })

  it('tells every screen: both contacts, and each conversation that moved', async () => {
    const { ada, number } = await twice()
    server.events.length = 0
    await server.merge(ada.id, number.id)
    const contacts = server.events.flatMap((event) =>
      event.type === 'contact.updated' ? [event.contact] : [],
    )
    expect(contacts.find(({ id }) => id === ada.id)?.identities).toHaveLength(2)
    const gone = contacts.find(({ id }) => id === number.id)
    expect(gone).toMatchObject({ mergedInto: ada.id })
    // By the channels that it had, for nobody else would hear of it.
    expect(gone?.identities.map(({ channelId }) => channelId)).toEqual([server.channelId])
    const moved = server.events.flatMap((event) =>
      event.type === 'conversation.updated' ? [event.conversation.contact.id] : [],
    )
    expect(moved).toContain(ada.id)
  })

  it('brings what is written later on either channel to the one that stayed', async () => {
    const { ada, number, numberName } = await twice()
    await server.merge(ada.id, number.id)
    const later = await server.writes(numberName, {
      displayName: 'A. Lovelace',
      email: `new-${count}@example.com`,
    })
    expect(later.contact.id).toBe(ada.id)
    expect((await server.contact(ada.id)).emails).toContain(`new-${count}@example.com`)
  })

  it('asks again whoever has not seen one of the two as it is, and refuses a contact with itself', async () => {
    const { ada, number } = await twice()
    const post = (body: object) => server.owner.agent.post(`${API}/contacts/${ada.id}/merges`).send(body)
    const wanted = { contactId: number.id, version: ada.version, contactVersion: number.version }
    const stale = await post({ ...wanted, version: ada.version - 1 }).expect(409)
    expect(stale.body.code).toBe('version-conflict')
    await post({ ...wanted, contactVersion: number.version - 1 }).expect(409)
    const self = await post({ ...wanted, contactId: ada.id, contactVersion: ada.version }).expect(400)
    expect(self.body.field).toBe('contactId')
    await post({ ...wanted, contactId: '0'.repeat(24) }).expect(404)
    await post(wanted).expect(201)
    await post(wanted).expect(409)
    expect(await server.get(`/contacts/${ada.id}/merges`)).toMatchObject({ items: [{ undoable: true }] })
  })

  it('lets one of many who merge the same two at once do it', async () => {
    const { ada, number } = await twice()
    const call = (into: ContactView, other: ContactView) =>
      server.owner.agent.post(`${API}/contacts/${into.id}/merges`).send({
        contactId: other.id,
        version: into.version,
        contactVersion: other.version,
      })
    const statuses = (
      await Promise.all([call(ada, number), call(number, ada), call(ada, number), call(number, ada)])
    ).map(({ status }) => status)
    expect(statuses.filter((status) => status === 201).length).toBeLessThanOrEqual(1)
    expect(statuses.filter((status) => status !== 201).every((status) => status === 409)).toBe(true)
    const [one, other] = await Promise.all([server.contact(ada.id), server.contact(number.id)])
    // Where both were claimed by each other nothing happened, and it can be done now.
    if (!statuses.includes(201)) expect((await server.merge(ada.id, number.id)).contact.id).toBe(ada.id)
    else expect(one.id).toBe(other.id)
  })

  it('refuses more than a contact can have, in words', async () => {
    const { ada, number } = await twice()
    const emails = (name: string, most: number) =>
      Array.from({ length: most }, (_, index) => `${name}${index}@example.org`)
    await server.change(ada.id, { emails: emails('x', 12) })
    await server.change(number.id, { emails: emails('y', 12) })
    const { body } = await server.owner.agent
      .get(`${API}/contacts/${ada.id}/merge-preview?with=${number.id}`)
      .expect(400)
    expect(body.detail).toContain('24 email addresses')
  })

  it('needs both contacts in sight', async () => {
    const hidden = await server.person(`hidden-${count}`, {}, server.closedChannelId)
    const { ada } = await twice()
    const wanted = { contactId: hidden.id, version: ada.version, contactVersion: hidden.version }
    await server.anna.agent.post(`${API}/contacts/${ada.id}/merges`).send(wanted).expect(404)
    await server.anna.agent.get(`${API}/contacts/${ada.id}/merge-preview?with=${hidden.id}`).expect(404)
    const { merge } = await server.merge(hidden.id, ada.id, server.boris.agent)
    // Anna sees the person by the channel that she has, and nothing of the other one.
    const seen = await server.contact(hidden.id, server.anna.agent)
    expect(seen.identities.map(({ channelId }) => channelId)).toEqual([server.channelId])
    await server.undo(merge.id)
    await server.anna.agent.get(`${API}/contacts/${hidden.id}`).expect(404)
    await server.anna.agent.post(`${API}/contact-merges/${merge.id}/undo`).expect(404)
  })
})

describe('a merge of somebody on a channel out of sight', () => {
  /** Ada, whom Anna sees, and somebody whose only name is an address on a channel that she does not see. */
  async function seenAndHidden() {
    const { ada, number } = await twice()
    const address = `hidden-${count}@example.com`
    const hidden = await server.person(address, { email: address }, server.closedChannelId)
    expect(hidden.name).toBe(address)
    return { ada, number, hidden }
  }
  const mergesOf = (id: string, agent = server.owner.agent) =>
    server.get<{ items: MergeView[] }>(`/contacts/${id}/merges`, agent)

  it('is not told of, and can be undone by nobody who sees one of the two only', async () => {
    const { ada, number, hidden } = await seenAndHidden()
    const { merge: first } = await server.merge(ada.id, number.id)
    const { merge } = await server.merge(ada.id, hidden.id, server.boris.agent)
    expect((await mergesOf(ada.id, server.boris.agent)).items.map(({ id }) => id)).toEqual([
      merge.id,
      first.id,
    ])
    const told = await mergesOf(ada.id, server.anna.agent)
    expect(told.items.map(({ id, undoable }) => [id, undoable])).toEqual([[first.id, false]])
    expect(JSON.stringify(told)).not.toContain(hidden.name)
    const undo = (id: string) => server.anna.agent.post(`${API}/contact-merges/${id}/undo`)
    const { body } = await undo(first.id).expect(409)
    expect(body.detail).toBe('Somebody was merged into it since: undo that first.')
    await undo(merge.id).expect(404)
    expect((await server.contact(hidden.id)).id).toBe(ada.id)
    await server.undo(merge.id, server.boris.agent)
  })

  it('is refused before anything is done where the one that stays would be out of sight afterwards', async () => {
    const { ada, hidden } = await seenAndHidden()
    const { merge } = await server.merge(hidden.id, ada.id, server.boris.agent)
    await server.anna.agent.get(`${API}/contacts/${hidden.id}`).expect(200)
    await server.anna.agent.post(`${API}/contact-merges/${merge.id}/undo`).expect(404)
    expect((await server.contact(ada.id)).id).toBe(hidden.id)
    expect((await mergesOf(hidden.id)).items).toMatchObject([{ id: merge.id, undoable: true }])
  })
})

describe('undoing a merge', () => {
  it('gives the one that goes again what was learned by its ids since, and leaves none of it behind', async () => {
    const { ada, number, adaName, numberName } = await twice()
    const { merge } = await server.merge(ada.id, number.id)
    const phone = number.phones[0] ?? ''
    const attributes = { shoe: '40', 'claimed name': 'Lovelace' }
    const late = { email: `late-${count}@example.com`, phone, attributes }
    await server.writes(numberName, { displayName: 'A. Lovelace', ...late })
    await server.writes(adaName, { displayName: 'Ada', email: `own-${count}@example.com` })
    const both = await server.contact(ada.id)
    expect(both.emails).toEqual([...ada.emails, late.email, `own-${count}@example.com`])
    expect(both.attributes).toMatchObject(attributes)
    const { contact } = await server.undo(merge.id)
    expect(contact).toMatchObject({ emails: [...ada.emails, `own-${count}@example.com`], phones: [] })
    expect(contact.attributes).toEqual(ada.attributes)
    const parted = await server.contact(number.id)
    expect(parted).toMatchObject({ emails: [late.email], phones: [phone] })
    expect(parted.attributes).toEqual({ ...number.attributes, ...attributes })
    expect(await server.duplicates(ada.id)).toEqual([])
    const found = await server.get<Page<ContactView>>(`/contacts?search=${late.email}`)
    expect(found.items.map(({ id }) => id)).toEqual([number.id])
  })

  it('does so through a chain of merges', async () => {
    const { ada, number, numberName } = await twice()
    const top = await server.person(`chain-${count}`, { displayName: 'Top' })
    const { merge: lower } = await server.merge(ada.id, number.id)
    const { merge: upper } = await server.merge(top.id, ada.id)
    const email = `chained-${count}@example.com`
    expect((await server.writes(numberName, { email })).contact.id).toBe(top.id)
    expect((await server.contact(top.id)).emails).toContain(email)
    await server.undo(upper.id)
    expect((await server.contact(top.id)).emails).toEqual([])
    expect((await server.contact(ada.id)).emails).toEqual([...ada.emails, email])
    await server.undo(lower.id)
    expect((await server.contact(ada.id)).emails).toEqual(ada.emails)
    expect((await server.contact(number.id)).emails).toEqual([email])
  })

  it('makes both what they were, with what was written since on their own channels', async () => {
    const { ada, number, numberName, adaName } = await twice()
    const { merge } = await server.merge(ada.id, number.id)
    const current = await server.readOf(numberName)
    await server.owner.agent
      .patch(`${API}/conversations/${current.id}`)
      .send({ status: 'resolved', version: current.version })
      .expect(200)
    const later = await server.writes(numberName, { displayName: 'A. Lovelace' }, server.closedChannelId)
    const { contact, merge: undone } = await server.undo(merge.id)
    expect(sorted(contact)).toEqual(sorted(ada))
    expect(undone).toMatchObject({ undoable: false, undoneAt: expect.any(String) })
    expect(sorted(await server.contact(number.id))).toEqual(sorted(number))
    expect((await server.readOf(numberName)).contact).toEqual({ id: number.id, name: number.name })
    expect((await server.readOf(adaName)).contact.id).toBe(ada.id)
    // On a channel where he was nobody at the merge he is a contact of his own.
    expect([ada.id, number.id]).not.toContain(later.contact.id)
    expect((await server.conversationsOf(ada.id)).map(({ contact: { id } }) => id)).toEqual([ada.id])
    const found = await server.get<Page<ContactView>>(
      `/contacts?search=${encodeURIComponent(number.phones[0] ?? '')}`,
    )
    expect(found.items.map(({ id }) => id)).toEqual([number.id])
  })

  it('leaves what an agent changed since, and is done once however often it is asked for', async () => {
    const { ada, number } = await twice()
    const { merge } = await server.merge(ada.id, number.id)
    await server.change(ada.id, {
      attributes: { plan: 'gold', city: 'London', shoe: '39' },
      tags: ['late', 'new'],
      ownerId: server.boris.profile.id,
    })
    const answers = await Promise.all([1, 2, 3].map(() => server.undo(merge.id)))
    expect(answers.every(({ merge: { id } }) => id === merge.id)).toBe(true)
    await server.undo(merge.id)
    expect(await server.contact(ada.id)).toMatchObject({
      attributes: { plan: 'gold', city: 'London', shoe: '39' },
      tags: ['new'],
      phones: [],
      ownerId: server.boris.profile.id,
    })
  })

  it('goes from the last one back, and says so otherwise', async () => {
    const { ada, number } = await twice()
    const third = await server.person(`third-${count}`, { displayName: 'Third' })
    const top = await server.person(`top-${count}`, { displayName: 'Top' })
    const { merge: one } = await server.merge(ada.id, number.id)
    const { merge: two } = await server.merge(ada.id, third.id)
    const { merge: three } = await server.merge(top.id, ada.id)
    expect((await server.contact(number.id)).id).toBe(top.id)
    const undo = (id: string) => server.owner.agent.post(`${API}/contact-merges/${id}/undo`)
    expect((await undo(two.id).expect(409)).body.detail).toContain('merged into another one')
    expect((await server.undo(three.id)).contact.id).toBe(top.id)
    expect((await undo(one.id).expect(409)).body.detail).toBe(
      'Third was merged into it since: undo that first.',
    )
    const { items } = await server.get<{ items: MergeView[] }>(`/contacts/${ada.id}/merges`)
    expect(items.map(({ id, undoable }) => [id, undoable])).toEqual([
      [two.id, true],
      [one.id, false],
    ])
    await server.undo(two.id)
    await server.undo(one.id)
    expect(sorted(await server.contact(number.id))).toEqual(sorted(number))
    expect(sorted(await server.contact(ada.id))).toEqual(sorted(ada))
    // And once more, for what was undone can be done again.
    expect((await server.merge(ada.id, number.id)).merge.undoable).toBe(true)
  })

  it('is for nothing that is not there', async () => {
    await server.owner.agent.post(`${API}/contact-merges/${'0'.repeat(24)}/undo`).expect(404)
    await server.owner.agent.post(`${API}/contact-merges/x/undo`).expect(400)
  })
})
