/** How much the live router gives to one agent, over real stores; each test is named after its rule. */
import { beforeEach, describe, expect, it } from 'vitest'
import { freshDatabase } from '../../harness/database.ts'
import { type Desk, everybody, openDesk } from '../../harness/routing-desk.ts'

const MINUTE = 60_000

const database = freshDatabase()
let desk: Desk

beforeEach(() => {
  desk = openDesk(database.stores, everybody('round-robin'))
})

describe('capacity', () => {
  it('of all work together is never passed by the router, and what is left waits', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 2 } })
    await desk.write('a', 'b', 'c')
    expect(await Promise.all(['a', 'b', 'c'].map((who) => desk.ownerOf(who)))).toEqual([ana, ana, undefined])
    expect(await desk.of('c')).toMatchObject({ routing: { status: 'waiting' } })
  })

  it('of one work type leaves the others free', async () => {
    const ana = await desk.hire('Ana', { capacity: { perWorkType: { messaging: 1, email: 5 } } })
    await desk.write('a', 'b')
    expect([await desk.ownerOf('a'), await desk.ownerOf('b')]).toEqual([ana, undefined])
  })

  it('may be passed by hand, with a warning', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.write('a', 'b')
    expect(await desk.give('b', ana)).toMatchObject({ warning: 'over-capacity' })
    expect(await desk.counted()).toEqual(new Map([[ana, 2]]))
    await desk.write('c')
    expect(await desk.ownerOf('c')).toBeUndefined()
  })

  it('has a default of the workspace', async () => {
    await database.stores.routingSettings.replace({
      ...(await database.stores.routingSettings.read()),
      defaultCapacity: { total: 1 },
    })
    await desk.hire('Ana')
    await desk.write('a', 'b')
    expect(await desk.ownerOf('b')).toBeUndefined()
  })
})

describe.each([
  ['resolve', { status: 'resolved' }],
  ['snooze', { status: 'snoozed', snoozedUntil: '2027-06-01T00:00:00Z' }],
  ['wait for the customer', { status: 'pending' }],
])('to %s', (_, command) => {
  it('frees a place, and the next by arrival gets it', async () => {
    const ana = await desk.hire('Ana', { capacity: { total: 1 } })
    await desk.write('a')
    desk.passMs(1_000)
    await desk.write('b')
    desk.passMs(1_000)
    await desk.write('c')
    await desk.patch('a', command)
    expect(desk.signals).toContain('routing-wanted')
    await desk.work()
    expect([await desk.ownerOf('b'), await desk.ownerOf('c')]).toEqual([ana, undefined])
    expect(await desk.counted()).toEqual(new Map([[ana, 1]]))
  })
})

describe('the fair cap', () => {
  it('gives nobody more than so many within the window', async () => {
    const ana = await desk.hire('Ana', { fairCap: { most: 2, windowMs: 10 * MINUTE } })
    await desk.write('a', 'b', 'c')
    expect(await Promise.all(['a', 'b', 'c'].map((who) => desk.ownerOf(who)))).toEqual([ana, ana, undefined])
    for (const who of ['a', 'b']) await desk.patch(who, { status: 'resolved' })
    await desk.work()
    expect(await desk.ownerOf('c')).toBeUndefined()
    desk.passMs(10 * MINUTE + 1)
    await desk.work()
    expect(await desk.ownerOf('c')).toBe(ana)
  })
})
