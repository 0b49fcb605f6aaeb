/** What holds for the whole workspace, by good and bad input. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Agent, startTestServer, type TestServer } from './test-server.ts'

const SETTINGS = '/api/v1/routing/settings'
const MADRID = { timeZone: 'Europe/Madrid', weekly: [], timeOff: [], holidays: [] }

let server: TestServer
let owner: Agent

beforeAll(async () => {
  server = await startTestServer()
  owner = (await server.owner()).agent
})
afterAll(() => server.close())

const patch = (body: object) => owner.patch(SETTINGS).send(body)
const read = async () => (await owner.get(SETTINGS).expect(200)).body

describe('the settings of routing', () => {
  it('begin with two minutes of grace and no limits, and change over their version', async () => {
    const before = await read()
    expect(before).toMatchObject({ countSnoozed: false, countPending: false, presenceGraceMs: 120_000 })
    const both = await Promise.all(
      [0, 1_800_000].map((presenceGraceMs) =>
        patch({ presenceGraceMs, countSnoozed: true, version: before.version }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
    const after = await read()
    expect(after).toMatchObject({ countSnoozed: true, countPending: false, version: before.version + 1 })
    expect([0, 1_800_000]).toContain(after.presenceGraceMs)
  })

  it.each([
    ['more than half an hour of grace', { presenceGraceMs: 1_800_001 }, 'presenceGraceMs'],
    ['less than none', { presenceGraceMs: -1 }, 'presenceGraceMs'],
    ['an operator', { countSnoozed: { $ne: true } }, 'countSnoozed'],
    ['an absurd capacity', { defaultCapacity: { total: 100_000 } }, 'defaultCapacity.total'],
    [
      'a calendar twice',
      {
        holidays: [
          { name: 'x', dates: [] },
          { name: 'x', dates: [] },
        ],
      },
      'holidays',
    ],
    [
      'more holidays than anybody has',
      { holidays: ['x', 'y'].map((name) => ({ name, dates: Array(251).fill('2026-12-25') })) },
      'holidays',
    ],
    ['no date', { holidays: [{ name: 'x', dates: ['Christmas'] }] }, 'holidays.0.dates.0'],
    [
      'a tag twice',
      {
        tagSkills: [
          { tag: 'x', skills: [] },
          { tag: 'x', skills: [] },
        ],
      },
      'tagSkills',
    ],
    [
      'a skill nobody knows',
      { tagSkills: [{ tag: 'x', skills: [{ skill: 'alchemy', level: 1, mode: 'require' }] }] },
      'tagSkills.0.skills.0.skill',
    ],
    [
      'hours that end before they begin',
      { schedule: { ...MADRID, weekly: [{ weekday: 0, fromMinute: 9, toMinute: 9 }] } },
      'schedule.weekly.0.toMinute',
    ],
  ])('are refused with %s', async (_what, change, field) => {
    const { version } = await read()
    const { body } = await patch({ ...change, version })
    expect(body).toMatchObject({ status: 400, code: 'invalid-input', field })
  })

  it('tell every node when something changed', async () => {
    const heard: string[] = []
    server.core.bus.onSignal(({ kind }) => heard.push(kind))
    await owner.post('/api/v1/teams').send({ name: 'Anybody' }).expect(201)
    expect(heard).toEqual(['routing-rules-changed', 'routing-wanted'])
  })
})
