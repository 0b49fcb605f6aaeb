/**
 * Knocks at every address of the widget as everybody. The table is written by hand: an address that is missing here,
 * or lets in others than it says here, fails.
 */
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWidgetRouter } from '../../../src/http/widget-router.ts'
import { startWidgetServer, type Visitor, type WidgetServer } from './widget-server.ts'

/** `everyone`, whoever holds a ticket of the channel, or its visitor. */
type Door = 'everyone' | 'ticket' | 'visitor'

const DOORS: Readonly<Record<string, Door>> = {
  'GET /loader.js': 'everyone',
  'GET /frame/:channelId': 'everyone',
  'GET /v1/:channelId/settings': 'everyone',
  'OPTIONS /v1/:channelId/settings': 'everyone',
  'POST /v1/:channelId/session': 'ticket',
  'GET /v1/:channelId/messages': 'visitor',
  'POST /v1/:channelId/attachments': 'visitor',
  'GET /v1/:channelId/attachments/:id': 'visitor',
}

let server: WidgetServer
let visitor: Visitor
/** What each caller shows. */
const callers: Record<string, Readonly<Record<string, string>>> = {}

beforeAll(async () => {
  server = await startWidgetServer()
  const owner = await server.owner()
  const [site, other] = [await server.channel(owner.agent), await server.channel(owner.agent)]
  visitor = await server.visitor(site.id)
  const stranger = await server.visitor(other.id)
  const signedIn = await server
    .nobody()
    .post('/api/v1/session')
    .send({ email: 'olga@example.com', password: 'correct horse battery' })
    .expect(200)
  const [cookie = ''] = (signedIn.headers['set-cookie'] as unknown as string[]).map(
    (one) => one.split(';')[0],
  )
  const made = await owner.agent.post('/api/v1/api-tokens').send({ name: 't', scopes: ['conversation.read'] })
  Object.assign(callers, {
    nobody: {},
    'a forged token': { authorization: `Bearer ${visitor.token.slice(0, -4)}AAAA` },
    'a visitor of another channel': { authorization: `Bearer ${stranger.token}` },
    'an agent’s session': { cookie },
    'an agent’s API token': { authorization: `Bearer ${made.body.secret}` },
    'the visitor himself': { authorization: `Bearer ${visitor.token}` },
  })
})
afterAll(() => server.close())

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> }
}

it('every address has a row, and every row an address', () => {
  const router = createWidgetRouter({ publicUrl: 'http://localhost', widgetFolder: tmpdir() } as never)
  const served = (router.stack as unknown as readonly Layer[]).flatMap(({ route }) =>
    route && !route.methods['_all']
      ? Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`)
      : [],
  )
  expect([...served].sort()).toEqual(Object.keys(DOORS).sort())
})

describe.each(Object.entries(DOORS))('%s', (address, door) => {
  it(`is open to ${door}`, async () => {
    const [method = '', path = ''] = address.split(' ')
    const place = path.replace(':channelId', visitor.channelId).replace(':id', '0'.repeat(32))
    for (const [name, headers] of Object.entries(callers)) {
      const answer = await fetch(`${server.url}/widget${place}`, {
        method,
        headers: { ...headers, ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) },
        ...(method === 'POST' ? { body: JSON.stringify({ ticket: 'forged' }) } : {}),
      })
      const text = await answer.text()
      const where = `${address} as ${name}: ${answer.status} ${text.slice(0, 200)}`
      expect(answer.status, where).toBeLessThan(500)
      expect(answer.headers.getSetCookie(), where).toEqual([])
      if (door === 'everyone') expect([200, 204], where).toContain(answer.status)
      else if (door === 'ticket') expect(answer.status, where).toBe(403)
      else if (name === 'the visitor himself') expect([200, 404, 415], where).toContain(answer.status)
      else expect(JSON.parse(text), where).toMatchObject({ status: 401, code: 'invalid-token' })
    }
  })
})
