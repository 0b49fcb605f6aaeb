/** Who may be the same person as another: only by what is proven, or was typed by one of us. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API, type PeopleServer, startPeopleServer } from './people-server.ts'

let server: PeopleServer

beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())

const idsOf = async (id: string, ...rest: []) =>
  (await server.duplicates(id, ...rest)).map(({ contact }) => contact.id)

describe('a suggestion', () => {
  it('names who has the same number or proven address, the newest first, with what they share', async () => {
    const first = await server.person('s-1', { phone: '+49 30 901820', email: 'Ada@Example.com' })
    expect(first).toMatchObject({ phones: ['+4930901820'], emails: ['ada@example.com'] })
    const second = await server.person('s-2', { phone: '+4930901820' })
    const third = await server.person('s-3', { email: 'ada@example.com' }, server.closedChannelId)
    await server.person('s-4', { phone: '+4930901821' })
    const found = await server.duplicates(first.id)
    expect(found.map(({ contact, because }) => [contact.id, because])).toEqual([
      [third.id, [{ kind: 'email', value: 'ada@example.com' }]],
      [second.id, [{ kind: 'phone', value: '+4930901820' }]],
    ])
    // Nothing merged by itself.
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
    // Anna has no access to the channel of the third.
    const seen = await server.duplicates(first.id, server.anna.agent)
    expect(seen.map(({ contact }) => contact.id)).toEqual([second.id])
  })

  it('never rests on what somebody only claims', async () => {
    const proven = await server.person('c-1', { email: 'grace@example.com', phone: '+4930901900' })
    const claims = await server.person('c-2', {
      verified: false,
      displayName: 'grace@example.com',
      email: 'grace@example.com',
      phone: '+4930901900',
    })
    expect(claims.attributes['claimed email']).toBe('grace@example.com')
    expect(claims).toMatchObject({ emails: [], phones: [] })
    expect(await idsOf(proven.id)).toEqual([])
    expect(await idsOf(claims.id)).toEqual([])
    // An agent who knows says so, and then it counts.
    await server.change(claims.id, { emails: ['GRACE@example.com'] })
    expect(await idsOf(proven.id)).toEqual([claims.id])
    expect(await idsOf(claims.id)).toEqual([proven.id])
  })

  it('never rests on a number without its country, which is somebody else’s elsewhere', async () => {
    const one = await server.person('n-1', { phone: '030 901950', email: 'n@example.com' })
    const other = await server.person('n-2', { phone: '030 901950' })
    expect([one.phones, other.phones]).toEqual([['030 901950'], ['030 901950']])
    expect(await idsOf(one.id)).toEqual([])
    expect(await idsOf(other.id)).toEqual([])
    const third = await server.person('n-3', { phone: '030 901950', email: 'N@example.com' })
    expect((await server.duplicates(one.id)).map(({ contact, because }) => [contact.id, because])).toEqual([
      [third.id, [{ kind: 'email', value: 'n@example.com' }]],
    ])
    // Nothing stays behind of an address that was taken away beside such a number.
    await server.change(third.id, { emails: [] })
    expect(await idsOf(one.id)).toEqual([])
  })

  it('comes with a number that a known identity proves later', async () => {
    const one = await server.person('l-1', { phone: '+4930902000' })
    const other = await server.person('l-2')
    expect(await idsOf(one.id)).toEqual([])
    expect((await server.person('l-2', { phone: '+49 30 902000' })).phones).toEqual(['+4930902000'])
    expect(await idsOf(one.id)).toEqual([other.id])
    await server.change(other.id, { phones: [] })
    expect(await idsOf(one.id)).toEqual([])
  })

  it('goes when somebody says that they are two people, for both of them, and comes back', async () => {
    const one = await server.person('d-1', { phone: '+4930902100' })
    const other = await server.person('d-2', { phone: '+4930902100' })
    const address = `${API}/contacts/${one.id}/duplicates/${other.id}/dismissal`
    await server.anna.agent.put(address).expect(204)
    await server.anna.agent.put(address).expect(204)
    expect([await idsOf(one.id), await idsOf(other.id)]).toEqual([[], []])
    await server.anna.agent.delete(address).expect(204)
    expect([await idsOf(one.id), await idsOf(other.id)]).toEqual([[other.id], [one.id]])
    const self = `${API}/contacts/${one.id}/duplicates/${one.id}/dismissal`
    await server.anna.agent.put(self).expect(400)
    const hidden = await server.person('d-3', {}, server.closedChannelId)
    const unseen = `${API}/contacts/${one.id}/duplicates/${hidden.id}/dismissal`
    await server.anna.agent.put(unseen).expect(404)
  })

  it('is one of at most twenty', async () => {
    const one = await server.person('m-0', { phone: '+4930902200' })
    for (let index = 1; index <= 22; index += 1) await server.person(`m-${index}`, { phone: '+4930902200' })
    expect(await idsOf(one.id)).toHaveLength(20)
  })
})

describe('a number that an agent types', () => {
  it('is kept as everybody writes it, once', async () => {
    const { id } = await server.person('p-1')
    const { phones } = await server.change(id, { phones: ['+49 (0)30 901-820', '0049 30 901820'] })
    expect(phones).toEqual(['+4930901820'])
  })

  it('needs its country, and is refused with the field at fault', async () => {
    const { id, version } = await server.person('p-2')
    const send = (phones: readonly string[]) =>
      server.owner.agent.patch(`${API}/contacts/${id}`).send({ phones, version })
    const { body } = await send(['+49 30 901820', '030 901820']).expect(400)
    expect(body).toMatchObject({ code: 'invalid-input', field: 'phones.1' })
    expect(body.detail).toContain('does not say its country')
    expect((await send(['+999 1234567']).expect(400)).body.field).toBe('phones.0')
  })
})
