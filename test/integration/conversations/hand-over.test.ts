/** Giving conversations to teams, with a note, beyond the limit, and changing their topic. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Someone } from '../http/test-server.ts'
import { at, type InboxServer, startInboxServer } from './inbox-server.ts'

const API = '/api/v1'
const NOBODY = '0'.repeat(24)

let inbox: InboxServer
let teamId: string
let otherTeamId: string

beforeAll(async () => {
  inbox = await startInboxServer()
  teamId = (await manage('/teams', { name: 'Billing', memberIds: [inbox.anna.profile.id] })).id
  otherTeamId = (await manage('/teams', { name: 'Sales' })).id
})
afterAll(() => inbox.close())

const manage = async (path: string, body: object) =>
  (await inbox.owner.agent.post(`${API}${path}`).send(body).expect(201)).body
const give = (by: Someone, { id, version }: ConversationView, body: object) =>
  by.agent.put(at({ id }, '/assignment')).send({ assigneeId: null, version, ...body })
const change = (by: Someone, { id, version }: ConversationView, body: object) =>
  by.agent.patch(at({ id })).send({ version, ...body })
/** The conversation once the router is done with it. */
const settled = ({ id }: ConversationView): Promise<ConversationView> =>
  inbox.until(
    async () => (await inbox.owner.agent.get(at({ id })).expect(200)).body,
    ({ routing }) => routing.status === 'settled',
  )
/** The thread, oldest first, without what the customer wrote. */
const linesOf = async (conversation: ConversationView): Promise<readonly MessageView[]> => {
  const { body } = await inbox.owner.agent.get(at(conversation, '/messages')).expect(200)
  return body.items.filter(({ direction }: MessageView) => direction === 'outbound').reverse()
}

describe('a conversation', () => {
  it('is given to a team, which stays with it whoever owns it, until it is taken from the team', async () => {
    const fresh = await settled(await inbox.customer())
    const { body: given } = await give(inbox.supervisor, fresh, { teamId }).expect(200)
    expect(given).toMatchObject({ teamId, teamByHand: true })
    expect(given).not.toHaveProperty('assigneeId')
    const assigneeId = inbox.anna.profile.id
    const { body: owned } = await give(inbox.supervisor, await settled(fresh), { assigneeId }).expect(200)
    expect(owned).toMatchObject({ teamId, teamByHand: true, assigneeId })
    const { body: freed } = await give(inbox.anna, owned, { assigneeId, teamId: null }).expect(200)
    expect(freed).toMatchObject({ assigneeId })
    expect(freed).not.toHaveProperty('teamId')
    expect(freed).not.toHaveProperty('teamByHand')
    const told = (await linesOf(fresh)).map(({ event }) => event)
    expect(told).toMatchObject([
      { name: 'team-changed', value: 'Billing' },
      { name: 'assigned' },
      { name: 'team-changed', value: '' },
    ])
  })

  it('stands in the list of its team', async () => {
    const [mine, other] = [await settled(await inbox.customer()), await settled(await inbox.customer())]
    await give(inbox.supervisor, mine, { teamId }).expect(200)
    await give(inbox.supervisor, other, { teamId: otherTeamId, assigneeId: inbox.anna.profile.id }).expect(
      200,
    )
    const listed = async (query: string): Promise<readonly string[]> => {
      const { body } = await inbox.anna.agent.get(`${API}/conversations?${query}`).expect(200)
      return body.items.map(({ id }: ConversationView) => id)
    }
    expect(await listed(`view=unassigned&teamId=${teamId}`)).toContain(mine.id)
    expect(await listed(`teamId=${teamId}`)).not.toContain(other.id)
    expect(await listed(`teamId=${otherTeamId}`)).toEqual([other.id])
    expect(await listed(`view=unassigned&teamId=${otherTeamId}`)).toEqual([])
    expect(await listed(`teamId=${NOBODY}`)).toEqual([])
    await inbox.anna.agent.get(`${API}/conversations?teamId[$ne]=1`).expect(400)
    await change(inbox.supervisor, await settled(other), { status: 'resolved' }).expect(200)
  })

  it('goes from an agent to a team with a note in one step', async () => {
    const fresh = await settled(await inbox.customer())
    const { body: own } = await give(inbox.boris, fresh, { assigneeId: inbox.boris.profile.id }).expect(200)
    inbox.events.length = 0
    const { body } = await give(inbox.boris, own, { teamId, note: 'She paid twice.' }).expect(200)
    expect(body).toMatchObject({ teamId, teamByHand: true })
    expect(body).not.toHaveProperty('assigneeId')
    expect(await settled(fresh)).toMatchObject({ teamId })
    const lines = await linesOf(fresh)
    expect(lines.slice(1).map(({ kind, text, event }) => event?.name ?? [kind, text])).toEqual([
      'unassigned',
      'team-changed',
      ['note', 'She paid twice.'],
    ])
    expect(inbox.events.map(({ type }) => type)).toContain('conversation.unassigned')
  })

  it('takes a note when it goes to an agent, and none when the change is refused', async () => {
    const fresh = await settled(await inbox.customer())
    const note = 'Yours, please.'
    const assigneeId = inbox.anna.profile.id
    const stale = await give(inbox.supervisor, { ...fresh, version: 0 }, { assigneeId, note })
    expect(stale.body).toMatchObject({ status: 409, code: 'version-conflict' })
    expect(await linesOf(fresh)).toEqual([])
    const { body } = await give(inbox.supervisor, fresh, { assigneeId, note }).expect(200)
    expect(body.version).toBe((await settled(fresh)).version)
    expect((await linesOf(fresh)).map(({ kind }) => kind)).toEqual(['event', 'note'])
  })

  it('is not given to teams by agents who do not own it', async () => {
    const fresh = await settled(await inbox.customer())
    const refused = await give(inbox.anna, fresh, { teamId, note: 'Mine to give?' })
    expect(refused.body).toMatchObject({ status: 403, code: 'permission-denied' })
    expect(await linesOf(fresh)).toEqual([])
    const taking = { assigneeId: inbox.anna.profile.id, teamId }
    expect((await give(inbox.anna, fresh, taking).expect(200)).body).toMatchObject(taking)
  })

  it.each([
    ['a team nobody knows', { teamId: NOBODY }, 'teamId'],
    ['an operator for a team', { teamId: { $ne: 1 } }, 'teamId'],
    ['an operator for an agent', { assigneeId: { $ne: null } }, 'assigneeId'],
    ['an agent nobody knows', { assigneeId: NOBODY, teamId: null }, 'assigneeId'],
    ['an empty note', { note: '' }, 'note'],
    ['a note that is none', { note: { $gt: '' } }, 'note'],
  ])('is not given to %s', async (_what, body, field) => {
    const fresh = await settled(await inbox.customer())
    const refused = await give(inbox.supervisor, fresh, body)
    expect(refused.body).toMatchObject({ status: 400, code: 'invalid-input', field })
    expect(await settled(fresh)).toEqual(fresh)
  })

  it('keeps its team from being removed until it is resolved', async () => {
    const fresh = await settled(await inbox.customer())
    const { body: given } = await give(inbox.supervisor, fresh, { teamId: otherTeamId }).expect(200)
    const removal = () => inbox.owner.agent.delete(`${API}/teams/${otherTeamId}?version=1`)
    expect((await removal()).body).toMatchObject({ status: 409, code: 'in-use' })
    const current = await settled(fresh)
    expect(current.version).toBeGreaterThanOrEqual(given.version)
    await change(inbox.supervisor, current, { status: 'resolved' }).expect(200)
    await removal().expect(204)
  })
})

describe('the limit of an agent', () => {
  it('may be passed by hand, and the answer says so', async () => {
    const { id } = inbox.boris.profile
    const routing = (await inbox.owner.agent.get(`${API}/agents/${id}/routing`)).body
    const owned = (await inbox.owner.agent.get(`${API}/conversations?view=all`)).body.items.filter(
      ({ assigneeId }: ConversationView) => assigneeId === id,
    ).length
    await inbox.owner.agent
      .patch(`${API}/agents/${id}/routing`)
      .send({
        capacity: { total: owned + 2, perWorkType: { messaging: owned + 1 } },
        version: routing.version,
      })
      .expect(200)
    const toBoris = async () => {
      const { body } = await give(inbox.supervisor, await settled(await inbox.customer()), {
        assigneeId: id,
      }).expect(200)
      return body
    }
    expect(await toBoris()).not.toHaveProperty('warning')
    expect(await toBoris()).toMatchObject({ assigneeId: id, warning: 'over-capacity' })
    const snoozed = await settled(await inbox.customer())
    const soon = new Date(Date.now() + 3_600_000).toISOString()
    const { body } = await change(inbox.supervisor, snoozed, { status: 'snoozed', snoozedUntil: soon })
    const sleeping = await give(inbox.supervisor, body, { assigneeId: id }).expect(200)
    expect(sleeping.body).not.toHaveProperty('warning')
  })
})

describe('a category', () => {
  it('is stamped on what arrives, changed and taken away, and the thread says so', async () => {
    const billing = await manage('/categories', { name: 'Billing' })
    const returns = await manage('/categories', { name: 'Returns' })
    const channels = (await inbox.owner.agent.get(`${API}/channels/${inbox.channelId}`)).body
    await inbox.owner.agent
      .patch(`${API}/channels/${inbox.channelId}`)
      .send({ categoryId: billing.id, version: channels.version })
      .expect(200)
    const fresh = await settled(await inbox.customer())
    expect(fresh.categoryId).toBe(billing.id)
    const { body: moved } = await change(inbox.anna, fresh, { categoryId: returns.id }).expect(200)
    expect(moved.categoryId).toBe(returns.id)
    const same = await change(inbox.anna, await settled(moved), { categoryId: returns.id }).expect(200)
    const { body: bare } = await change(inbox.anna, await settled(same.body), { categoryId: null }).expect(
      200,
    )
    expect(bare).not.toHaveProperty('categoryId')
    expect((await linesOf(fresh)).map(({ event }) => event)).toMatchObject([
      { name: 'category-changed', value: 'Returns' },
      { name: 'category-changed', value: '' },
    ])
  })

  it.each([
    ['nobody knows', NOBODY],
    ['is an operator', { $ne: null }],
    ['is no id', 'billing'],
  ])('that %s is refused', async (_what, categoryId) => {
    const fresh = await settled(await inbox.customer())
    const { body } = await change(inbox.anna, fresh, { categoryId, priority: 'urgent' })
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', field: 'categoryId' })
    expect(await settled(fresh)).toMatchObject({ priority: 'normal', version: fresh.version })
  })
})
