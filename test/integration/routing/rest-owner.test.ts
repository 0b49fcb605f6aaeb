/** Who looks after a contact, through REST. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openRestDesk, type RestDesk, stepOver } from './rest-desk.ts'

let desk: RestDesk

beforeAll(async () => {
  desk = await openRestDesk()
})
afterAll(() => desk.close())
beforeEach(() => desk.reset())

const TO_OWNER = stepOver('all', { target: { kind: 'contact-owner' } })
const NOBODY = '0'.repeat(24)

describe('contact owner', () => {
  it('has what his contact writes, before anybody else', async () => {
    const { ana, ben } = desk
    await desk.channel({ steps: [TO_OWNER, stepOver('all')] })
    await desk.online(ana)
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBe(ana.id)
    const { status, body } = await desk.changeContact(desk.sue, 'c', { ownerId: ben.id })
    expect([status, body.ownerId]).toEqual([200, ben.id])
    expect(desk.inbox.events.filter(({ type }) => type === 'contact.updated')).toMatchObject([
      { contact: { ownerId: ben.id } },
    ])
    await desk.online(ben)
    await desk.patch(desk.sue, 'c', { status: 'resolved' })
    await desk.ok(desk.boss, 'patch', `/channels/${desk.channelId}`, {
      policy: { steps: [TO_OWNER, stepOver('all')], onReopen: 're-route' },
      version: 1,
    })
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBe(ben.id)
  })

  it('who is named while his contact waits gets it at once', async () => {
    await desk.channel({ steps: [TO_OWNER] })
    await desk.online(desk.ana, desk.ben)
    expect(await desk.write('c')).toMatchObject({ routing: { status: 'waiting' } })
    expect((await desk.why('c')).pieces.map(({ code }) => code)).toContain('no-members')
    await desk.changeContact(desk.ana, 'c', { ownerId: desk.ben.id })
    await desk.comesTo('c', desk.ben)
  })

  it('whose account was deactivated is passed over, and the trace says why', async () => {
    await desk.channel({ steps: [{ ...TO_OWNER, waitMs: 60_000 }, stepOver([desk.ana], { waitMs: 0 })] })
    await desk.online(desk.cid)
    await desk.write('c')
    await desk.changeContact(desk.sue, 'c', { ownerId: desk.cid.id })
    await desk.comesTo('c', desk.cid)
    const { version } = await cidNow()
    await desk.ok(desk.boss, 'patch', `/agents/${desk.cid.id}`, { deactivated: true, version })
    try {
      await desk.assign(desk.sue, 'c', { assigneeId: null })
      const { items } = await desk.until(
        () => decisionsOf('c'),
        ({ items: [last] }) => last?.candidates.some(({ excluded }) => excluded !== undefined) ?? false,
      )
      expect(items[0]?.candidates[0]).toMatchObject({ agentId: desk.cid.id, excluded: 'deactivated' })
      expect((await desk.why('c')).text).toContain('no active account')
      // It does not wait for him: the next step has begun.
      await desk.online(desk.ana)
      await desk.comesTo('c', desk.ana)
      await desk.changeContact(desk.sue, 'c', { ownerId: desk.cid.id })
      await desk.changeContact(desk.sue, 'c', { ownerId: null })
      expect(await desk.changeContact(desk.sue, 'c', { ownerId: desk.cid.id }, 400)).toMatchObject({
        body: { code: 'invalid-input', field: 'ownerId' },
      })
    } finally {
      await desk.ok(desk.boss, 'patch', `/agents/${desk.cid.id}`, {
        deactivated: false,
        version: (await cidNow()).version,
      })
    }
  })

  it.each([
    ['an agent nobody knows', NOBODY],
    ['an operator', { $ne: null }],
    ['a name', 'Ana'],
  ])('is not %s', async (_, ownerId) => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    expect(await desk.changeContact(desk.sue, 'c', { ownerId }, 400)).toMatchObject({
      body: { code: 'invalid-input', field: 'ownerId' },
    })
  })

  it('is taken away by null, and kept by a change that does not name him', async () => {
    await desk.channel({ steps: [] })
    await desk.write('c')
    await desk.changeContact(desk.sue, 'c', { ownerId: desk.ana.id })
    expect((await desk.changeContact(desk.sue, 'c', { tags: ['vip'] })).body).toMatchObject({
      ownerId: desk.ana.id,
    })
    expect((await desk.changeContact(desk.sue, 'c', { ownerId: null })).body).not.toHaveProperty('ownerId')
  })
})

interface Decision {
  readonly candidates: readonly { readonly agentId: string; readonly excluded?: string }[]
}
const cidNow = async (): Promise<{ readonly version: number }> => {
  const { items } = await desk.ok<{ items: { id: string; version: number }[] }>(
    desk.boss,
    'get',
    '/agents?limit=100',
  )
  const found = items.find(({ id }) => id === desk.cid.id)
  if (!found) throw new Error('Cid is listed')
  return found
}
const decisionsOf = async (who: string): Promise<{ items: Decision[] }> =>
  desk.ok(desk.boss, 'get', `/conversations/${(await desk.of(who)).id}/routing-decisions`)
