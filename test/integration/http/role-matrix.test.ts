/**
 * Calls every route as everybody. The table below is written by hand, not read from the routes: a route that is
 * missing here, or lets in other people than it says here, fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PERMISSIONS, type Permission, permissionsOf, ROLES } from '../../../src/domain/permissions.ts'
import type { Method } from '../../../src/http/route.ts'
import { type Agent, startTestServer, type TestServer } from './test-server.ts'

/** `everyone` needs no sign-in, `member` any session or token, `person` a session; else the permission. */
type Door = 'everyone' | 'member' | 'person' | Permission

const DOORS: Readonly<Record<string, Door>> = {
  'GET /set-up': 'everyone',
  'POST /set-up': 'everyone',
  'POST /session': 'everyone',
  'GET /session': 'member',
  'DELETE /session': 'everyone',
  'POST /invites/accept': 'everyone',
  'GET /profile': 'member',
  'PATCH /profile': 'person',
  'PUT /profile/password': 'person',
  'PUT /profile/availability': 'conversation.write',
  'PUT /profile/push-reachability': 'conversation.write',
  'POST /profile/second-factor': 'person',
  'POST /profile/second-factor/confirm': 'person',
  'DELETE /profile/second-factor': 'person',
  'GET /agents': 'agent.read',
  'POST /agents': 'agent.manage',
  'PATCH /agents/:id': 'agent.manage',
  'POST /agents/:id/invite': 'agent.manage',
  'GET /agents/:id/routing': 'agent.read',
  'PATCH /agents/:id/routing': 'routing.manage',
  'GET /teams': 'agent.read',
  'POST /teams': 'routing.manage',
  'PATCH /teams/:id': 'routing.manage',
  'DELETE /teams/:id': 'routing.manage',
  'GET /categories': 'conversation.read',
  'POST /categories': 'routing.manage',
  'PATCH /categories/:id': 'routing.manage',
  'DELETE /categories/:id': 'routing.manage',
  'GET /skills': 'agent.read',
  'POST /skills': 'routing.manage',
  'DELETE /skills/:id': 'routing.manage',
  'GET /routing/settings': 'agent.read',
  'PATCH /routing/settings': 'routing.manage',
  'GET /routing/presets': 'agent.read',
  'POST /routing/check': 'routing.manage',
  'POST /routing/dry-run': 'routing.manage',
  'GET /queue': 'routing.queue',
  'GET /channel-types': 'channel.read',
  'GET /channels': 'channel.read',
  'POST /channels': 'channel.manage',
  'GET /channels/:id': 'channel.manage',
  'PATCH /channels/:id': 'channel.manage',
  'DELETE /channels/:id': 'channel.manage',
  'GET /channels/:id/routing': 'routing.manage',
  'PATCH /channels/:id/routing': 'routing.manage',
  'POST /channels/:id/check': 'channel.manage',
  'POST /channels/:id/secrets/:key/rotate': 'channel.manage',
  'GET /api-tokens': 'person',
  'POST /api-tokens': 'person',
  'DELETE /api-tokens/:id': 'person',
  'GET /conversations': 'conversation.read',
  'POST /conversations': 'message.send',
  'GET /conversations/counts': 'conversation.read',
  'GET /conversations/:id': 'conversation.read',
  'PATCH /conversations/:id': 'conversation.write',
  'PUT /conversations/:id/assignment': 'conversation.write',
  'PUT /conversations/:id/contact': 'conversation.write',
  'POST /conversations/:id/read': 'conversation.write',
  'GET /conversations/:id/messages': 'conversation.read',
  'POST /conversations/:id/messages': 'message.send',
  'POST /conversations/:id/notes': 'conversation.write',
  'POST /conversations/:id/messages/:messageId/retry': 'message.send',
  'PATCH /messages/:id': 'message.send',
  'DELETE /messages/:id': 'message.send',
  'GET /channels/:id/templates': 'message.send',
  'GET /messages/:id/letter': 'conversation.read',
  'GET /messages/:id/source': 'conversation.read',
  'GET /messages/:id/report': 'conversation.read',
  'GET /messages/:id/images/:place': 'conversation.read',
  'GET /conversations/:id/routing-decisions': 'routing.read',
  'GET /conversations/:id/why': 'conversation.read',
  'POST /conversations/:id/send-back': 'conversation.write',
  'GET /contacts': 'contact.read',
  'GET /contacts/:id': 'contact.read',
  'PATCH /contacts/:id': 'contact.write',
  'GET /contacts/:id/conversations': 'conversation.read',
  'GET /contacts/:id/timeline': 'conversation.read',
  'GET /contacts/:id/reach': 'contact.read',
  'GET /contacts/:id/duplicates': 'contact.read',
  'PUT /contacts/:id/duplicates/:otherId/dismissal': 'contact.write',
  'DELETE /contacts/:id/duplicates/:otherId/dismissal': 'contact.write',
  'GET /contacts/:id/merge-preview': 'contact.write',
  'GET /contacts/:id/merges': 'contact.read',
  'POST /contacts/:id/merges': 'contact.write',
  'POST /contact-merges/:id/undo': 'contact.write',
  'GET /quarantine': 'quarantine.manage',
  'GET /quarantine/:id': 'quarantine.manage',
  'POST /quarantine/:id/replay': 'quarantine.manage',
  'DELETE /quarantine/:id': 'quarantine.manage',
  'POST /attachments': 'message.send',
  'GET /attachments/:id': 'conversation.read',
}

/** Someone who knocks. */
interface Caller {
  readonly name: string
  readonly permissions: readonly Permission[]
  readonly via: 'nothing' | 'session' | 'token'
  call(method: Method, path: string): ReturnType<Agent['get']>
}

let server: TestServer
const callers: Caller[] = []

const sessionOf = (name: string, agent: Agent, permissions: readonly Permission[]): Caller => ({
  name,
  permissions,
  via: 'session',
  call: (method, path) => agent[method](path),
})

async function tokenOf(name: string, maker: Agent, scopes: readonly Permission[]): Promise<Caller> {
  const { body } = await maker.post('/api/v1/api-tokens').send({ name, scopes }).expect(201)
  return {
    name,
    permissions: scopes,
    via: 'token',
    call: (method, path) => server.nobody()[method](path).set('Authorization', `Bearer ${body.secret}`),
  }
}

beforeAll(async () => {
  server = await startTestServer()
  const owner = await server.owner()
  callers.push(sessionOf('owner', owner.agent, permissionsOf('owner')))
  for (const role of ROLES.filter((candidate) => candidate !== 'owner')) {
    const { agent } = await server.someone(owner.agent, role, `${role}@example.com`)
    callers.push(sessionOf(role, agent, permissionsOf(role)))
    if (role === 'agent') callers.push(await tokenOf('an agent’s token', agent, permissionsOf(role)))
  }
  callers.push(await tokenOf('a token without scopes', owner.agent, []))
  callers.push(await tokenOf('a token with every scope', owner.agent, PERMISSIONS))
  const gone = await server.someone(owner.agent, 'admin', 'gone@example.com')
  await owner.agent
    .patch(`/api/v1/agents/${gone.profile.id}`)
    .send({ deactivated: true, version: gone.profile.version })
    .expect(200)
  const nothing = { permissions: [], via: 'nothing' } as const
  callers.push({ name: 'nobody', ...nothing, call: (method, path) => server.nobody()[method](path) })
  callers.push({ name: 'someone deactivated', ...nothing, call: (method, path) => gone.agent[method](path) })
  const forged = `Bearer trb_${'A'.repeat(43)}`
  callers.push({
    name: 'a forged token',
    ...nothing,
    call: (method, path) => server.nobody()[method](path).set('Authorization', forged),
  })
})
afterAll(() => server.close())

function expected(door: Door, { via, permissions }: Caller): 'in' | 401 | 403 {
  if (door === 'everyone') return 'in'
  if (via === 'nothing') return 401
  if (door === 'member') return 'in'
  if (door === 'person') return via === 'session' ? 'in' : 403
  return permissions.includes(door) ? 'in' : 403
}

const pathOf = (path: string): string =>
  `/api/v1${path
    .replace('/attachments/:id', `/attachments/${'0'.repeat(32)}`)
    .replace(':key', 'signing')
    .replace(':place', '0')
    .replace(/:\w+/g, '0'.repeat(24))}`

describe('every route', () => {
  it('has a row, and every row a route', () => {
    const served = server.routes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect([...served].sort()).toEqual(Object.keys(DOORS).sort())
    expect(new Set(served).size).toBe(served.length)
  })

  it.each(Object.entries(DOORS))('%s lets in those who may: %s', async (route, door) => {
    const [method = '', path = ''] = route.split(' ')
    for (const caller of callers) {
      // Signing out for real would end the caller's part in this play.
      const knocks = route === 'DELETE /session' && caller.via === 'session' ? server.nobody() : undefined
      const call = knocks
        ? knocks.delete(pathOf(path))
        : caller.call(method.toLowerCase() as Method, pathOf(path))
      const { status, body } = await (method === 'GET' ? call : call.send({}))
      const want = expected(door, caller)
      const where = `${route} as ${caller.name}: ${status} ${JSON.stringify(body).slice(0, 200)}`
      if (want === 'in') {
        expect(status, where).toBeLessThan(500)
        // Two public routes answer a wrong link as unauthenticated; what stands behind them is tested by itself.
        if (door !== 'everyone') expect([401, 403], where).not.toContain(status)
      } else {
        expect(status, where).toBe(want)
        const codes = want === 403 ? ['permission-denied'] : ['sign-in-required', 'invalid-token']
        expect(codes, where).toContain(body.code)
      }
    }
  })

  it('is described in the OpenAPI document, with every name it refers to', async () => {
    const { body } = await server.nobody().get('/api/v1/openapi.json').expect(200)
    expect(body.openapi).toBe('3.1.0')
    for (const { method, path, responses } of server.routes) {
      const operation = body.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method]
      expect(operation, `${method} ${path}`).toBeDefined()
      for (const status of Object.keys(responses)) expect(operation.responses).toHaveProperty(status)
    }
    const ids = Object.values(body.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (item) => Object.values(item).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, name = ''] of JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(body.components.schemas, name).toHaveProperty(name)
    }
  })
})
