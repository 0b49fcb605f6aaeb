/** Whom a policy chooses: targets, strategies, topics, kinds of work. Through REST; each test is named after its rule. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DAY, openRestDesk, type RestDesk, stepOver } from './rest-desk.ts'

let desk: RestDesk

beforeAll(async () => {
  desk = await openRestDesk()
})
afterAll(() => desk.close())
beforeEach(() => desk.reset())

const to = (target: object, change: object = {}) => stepOver('all', { target, ...change })
const countOf = (owners: readonly (string | undefined)[], id: string): number =>
  owners.filter((owner) => owner === id).length
const LETTERS = Array.from({ length: 9 }, (_, index) => `c${index}`)

describe('target', () => {
  it('none: nobody is chosen while the step waits, then the next begins', async () => {
    await desk.channel({ steps: [to({ kind: 'none' }, { waitMs: 2 * DAY }), stepOver('all')] })
    await desk.online(desk.ana)
    await desk.write('earlier')
    desk.passMs(DAY)
    expect(await desk.write('c')).toMatchObject({ routing: { status: 'waiting' } })
    desk.passMs(DAY)
    await desk.givenTo('earlier', desk.ana)
    expect(await desk.ownerOf('c')).toBeUndefined()
    desk.passMs(DAY)
    await desk.comesTo('c', desk.ana)
  })

  it('team only: the team is set, nobody owns it, and it stands in the team’s unassigned view', async () => {
    const team = await desk.make('teams', { memberIds: [desk.ana.id] })
    await desk.channel({ steps: [to({ kind: 'team', teamId: team.id }, { strategy: 'pick' })] })
    await desk.online(desk.ana)
    const conversation = await desk.write('c')
    expect(conversation).toMatchObject({ teamId: team.id, routing: { status: 'settled' } })
    expect(conversation).not.toHaveProperty('assigneeId')
    const listed = await desk.ok<{ items: { id: string }[] }>(
      desk.ana,
      'get',
      `/conversations?view=unassigned&teamId=${team.id}`,
    )
    expect(listed.items.map(({ id }) => id)).toEqual([conversation.id])
  })

  it('agents and teams: agents named and members of teams named, and nobody else', async () => {
    const team = await desk.make('teams', { memberIds: [desk.ben.id] })
    const target = { ...stepOver([desk.ana]).target, teamIds: [team.id] }
    await desk.channel({ steps: [to(target, { strategy: 'round-robin' })] })
    await desk.online(desk.ana, desk.ben, desk.cid)
    await desk.writeAll(...LETTERS.slice(0, 4))
    const owners = await desk.ownersOf(...LETTERS.slice(0, 4))
    expect([countOf(owners, desk.ana.id), countOf(owners, desk.ben.id)]).toEqual([2, 2])
  })

  it('agents and teams, primary-team members only: who is in the team beside another is left out', async () => {
    const team = await desk.make('teams', { memberIds: [desk.ana.id, desk.ben.id] })
    const other = await desk.make('teams', { memberIds: [desk.ana.id] })
    await desk.limit(desk.ana, { primaryTeamId: other.id })
    await desk.limit(desk.ben, { primaryTeamId: team.id })
    await desk.channel({ steps: [to({ ...stepOver([]).target, teamIds: [team.id], primaryTeamOnly: true })] })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('c', 'd')
    expect(await desk.ownersOf('c', 'd')).toEqual([desk.ben.id, desk.ben.id])
  })

  it('last agent: who last had a conversation of this contact', async () => {
    const policy = {
      steps: [to({ kind: 'last-agent' }), stepOver('all')],
      onReopen: 're-route',
      newConversationAfterMs: DAY,
    }
    await desk.channel(policy)
    await desk.online(desk.ana)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', { status: 'resolved' })
    await desk.online(desk.ben)
    await desk.writeAll('d', 'e')
    desk.passMs(2 * DAY)
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
  })

  it('fixed agent: always the same one, however much the others are free', async () => {
    await desk.channel({ steps: [to({ kind: 'fixed-agent', agentId: desk.ben.id })] })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('c', 'd', 'e')
    expect(await desk.ownersOf('c', 'd', 'e')).toEqual([desk.ben.id, desk.ben.id, desk.ben.id])
  })

  it('that this version does not know is refused', async () => {
    const { status, body } = await desk.boss.call<{ code: string }>('post', '/channels', {
      type: 'scripted',
      name: 'x',
      config: {},
      policy: { steps: [to({ kind: 'ai-agent' })] },
    })
    expect([status, body.code]).toEqual([400, 'invalid-input'])
  })

  it('unassigned is the last outcome: when every step found nobody it waits, and why is told', async () => {
    await desk.channel({ steps: [stepOver([desk.ana]), stepOver([desk.ben])] })
    expect(await desk.write('c')).toMatchObject({ routing: { status: 'waiting' } })
    expect((await desk.why('c')).text).toMatch(/^Nobody has it yet\. Step 1: .*away.*Step 2: .*away/s)
  })
})

describe('strategy', () => {
  it('pick is what a new channel has: nobody is chosen, and an agent takes it', async () => {
    const made = await desk.ok<{ policy: { steps: unknown[] } }>(desk.boss, 'post', '/channels', {
      type: 'scripted',
      name: 'New',
      config: {},
    })
    expect(made.policy.steps).toEqual([])
    await desk.channel({ steps: [] })
    await desk.online(desk.ana)
    expect(await desk.write('c')).toMatchObject({ routing: { status: 'settled' } })
    expect((await desk.assign(desk.ana, 'c', { assigneeId: desk.ana.id })).status).toBe(200)
    expect(await desk.ownerOf('c')).toBe(desk.ana.id)
  })

  it('round robin gives equal totals, also when somebody joins', async () => {
    await desk.channel({ steps: [stepOver('all', { strategy: 'round-robin' })] })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll(...LETTERS.slice(0, 4))
    await desk.online(desk.cid)
    await desk.writeAll(...LETTERS.slice(4))
    const owners = await desk.ownersOf(...LETTERS)
    const [ana, ben, cid] = [desk.ana, desk.ben, desk.cid].map(({ id }) => countOf(owners, id))
    expect([ana, ben].sort()).toEqual(cid === 2 ? [3, 4] : [4, 4])
    expect(cid).toBeGreaterThanOrEqual(1)
  })

  it('least open counts all that is open', async () => {
    await desk.channel({ steps: [stepOver([desk.ana])] })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('c', 'd')
    await desk.channel({ steps: [stepOver('all', { strategy: 'least-open' })] })
    await desk.writeAll('e', 'f')
    expect(await desk.ownersOf('e', 'f')).toEqual([desk.ben.id, desk.ben.id])
  })

  it('load balanced counts open ones of the same kind of work from the last 30 days', async () => {
    const mail = { type: 'letters' }
    await desk.channel({ steps: [stepOver([desk.ana])] }, mail)
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('mail1', 'mail2')
    const balanced = { steps: [stepOver('all', { strategy: 'load-balanced' })] }
    await desk.channel({ steps: [stepOver([desk.ben])] })
    await desk.write('chat1')
    await desk.channel(balanced)
    await desk.write('chat2')
    // Two letters are no chats: she has fewer of these.
    expect(await desk.ownerOf('chat2')).toBe(desk.ana.id)
  })

  it('load balanced forgets what was assigned more than 30 days ago', async () => {
    await desk.channel({ steps: [stepOver([desk.ben])] })
    await desk.online(desk.ana, desk.ben)
    await desk.writeAll('old1', 'old2')
    desk.passMs(31 * DAY)
    await desk.channel({ steps: [stepOver([desk.ana])] })
    await desk.write('new')
    await desk.channel({ steps: [stepOver('all', { strategy: 'load-balanced' })] })
    await desk.restLoads()
    await desk.until(
      async () => (await desk.inbox.core.stores.loads.list([desk.ben.id]))[0]?.recent.messaging ?? 0,
      (recent) => recent === 0,
    )
    await desk.write('next')
    expect(await desk.ownerOf('next')).toBe(desk.ben.id)
  })

  it('random gives to everybody sooner or later', async () => {
    await desk.channel({ steps: [stepOver([desk.ana, desk.ben], { strategy: 'random' })] })
    await desk.online(desk.ana, desk.ben)
    let owners: readonly (string | undefined)[] = []
    for (let number = 0; new Set(owners).size < 2 && number < 100; number += 1) {
      await desk.write(`r${number}`)
      owners = [...owners, await desk.ownerOf(`r${number}`)]
    }
    expect(new Set(owners)).toEqual(new Set([desk.ana.id, desk.ben.id]))
  })

  it('ties go to whoever waited longest since the last assignment', async () => {
    await desk.channel({ steps: [stepOver([desk.ana, desk.ben, desk.cid])] })
    await desk.online(desk.ana, desk.ben, desk.cid)
    await desk.writeAll('c', 'd', 'e')
    const [first, second] = await desk.ownersOf('c', 'd')
    expect(new Set(await desk.ownersOf('c', 'd', 'e')).size).toBe(3)
    for (const who of ['c', 'd', 'e']) await desk.patch(desk.sue, who, { status: 'resolved' })
    await desk.writeAll('f', 'g')
    expect(await desk.ownersOf('f', 'g')).toEqual([first, second])
  })
})

describe('category', () => {
  it('is stamped by the channel, and its policy goes before the channel’s', async () => {
    const topic = await desk.make('categories', { policy: { steps: [stepOver([desk.ben])] } })
    await desk.channel({ steps: [stepOver([desk.ana])] }, { categoryId: topic.id })
    await desk.online(desk.ana, desk.ben)
    expect(await desk.write('c')).toMatchObject({ categoryId: topic.id, assigneeId: desk.ben.id })
  })

  it.each([
    ['stays with its owner', false],
    ['is routed again', true],
  ])('changed by hand: what is owned %s', async (_, rerouteOnCategoryChange) => {
    const policy = { steps: [stepOver([desk.ben])], rerouteOnCategoryChange }
    const topic = await desk.make('categories', { policy })
    await desk.channel({ steps: [stepOver([desk.ana])] })
    await desk.online(desk.ana, desk.ben)
    await desk.write('c')
    await desk.patch(desk.ana, 'c', { categoryId: topic.id })
    await desk.comesTo('c', rerouteOnCategoryChange ? desk.ben : desk.ana)
    expect(await desk.linesOf('c')).toContain('category-changed')
  })

  it('changed by hand: what nobody owns goes through the new policy', async () => {
    const topic = await desk.make('categories', { policy: { steps: [stepOver([desk.ben])] } })
    await desk.channel({ steps: [stepOver([desk.ana])] })
    await desk.online(desk.ben)
    await desk.write('c')
    await desk.patch(desk.ben, 'c', { categoryId: topic.id })
    await desk.comesTo('c', desk.ben)
  })
})

describe('work type', () => {
  it('is set by the capabilities of the connector', async () => {
    await desk.channel({ steps: [] })
    expect(await desk.write('c')).toMatchObject({ workType: 'messaging' })
    await desk.channel({ steps: [] }, { type: 'letters' })
    expect(await desk.write('c')).toMatchObject({ workType: 'email' })
  })

  it('has a limit of its own', async () => {
    await desk.limit(desk.ana, { capacity: { perWorkType: { messaging: 1 } } })
    await desk.online(desk.ana)
    await desk.channel({ steps: [stepOver([desk.ana])] })
    await desk.writeAll('c', 'd')
    expect(await desk.ownersOf('c', 'd')).toEqual([desk.ana.id, undefined])
    expect((await desk.why('d')).text).toContain('1 of 1 messaging')
    await desk.channel({ steps: [stepOver([desk.ana])] }, { type: 'letters' })
    await desk.write('e')
    expect(await desk.ownerOf('e')).toBe(desk.ana.id)
  })
})
