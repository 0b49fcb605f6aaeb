/** Every field of every route gets what no honest client sends: generated from the routes' own schemas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { RouteDefinition } from '../../../src/http/route.ts'
import { type Agent, startTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let owner: Agent
let nobody: Agent

beforeAll(async () => {
  server = await startTestServer()
  owner = (await server.owner()).agent
  nobody = server.nobody()
})
afterAll(() => server.close())

interface JsonSchema {
  readonly type?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
}

function fieldsOf({ body }: RouteDefinition): readonly (readonly [string, JsonSchema])[] {
  if (!body) return []
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  return Object.entries(schema.properties ?? {})
}

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ['$ne', { $ne: null }],
  ['$gt', { $gt: '' }],
  ['$where', { $where: 'sleep(10000)' }],
  ['$regex', { $regex: '.*' }],
  ['an array of operators', [{ $ne: null }]],
  ['a number far out', 1e308],
  ['null', null],
  ['a prototype', JSON.parse('{"__proto__":{"polluted":1}}')],
  ['a constructor', { constructor: { prototype: { polluted: 1 } } }],
]

const pathOf = ({ path }: RouteDefinition): string =>
  `/api/v1${path
    .replace('/attachments/:id', `/attachments/${'0'.repeat(32)}`)
    .replace(':key', 'signing')
    .replace(/:\w+/g, '0'.repeat(24))}`

/** As the owner, whom every route lets in, and as nobody, who is refused before what he sends is looked at. */
const callersOf = ({ access }: RouteDefinition, index: number): readonly Agent[] =>
  access === 'public' || index === 0 ? [owner, nobody] : [owner]

const withBody = (): readonly RouteDefinition[] => server.routes.filter(({ body }) => body !== undefined)

/** A field where `null` or a free record is an honest value. */
const takes = (what: string, schema: JsonSchema): boolean =>
  (what === 'null' && schema.anyOf?.some(({ type }) => type === 'null') === true) ||
  (schema.type === 'object' && what === 'a constructor')

describe('hostile input', () => {
  it('is refused in every field of every body', async () => {
    let tried = 0
    for (const route of withBody()) {
      for (const [field, schema] of fieldsOf(route)) {
        for (const [index, [what, value]] of HOSTILE.entries()) {
          for (const caller of callersOf(route, index)) {
            const { status, body } = await caller[route.method](pathOf(route)).send({ [field]: value })
            const where = `${route.method} ${route.path} ${field}=${what}: ${status} ${JSON.stringify(body)}`
            tried += 1
            if (caller !== owner && route.access !== 'public') {
              expect(status, where).toBe(401)
              continue
            }
            // A command of one field may be whole with it.
            if (status === 200 && takes(what, schema)) continue
            expect([400, 404], where).toContain(status)
            if (status !== 400 || takes(what, schema)) continue
            const faults = (body.errors ?? [body]).map(
              (fault: { field: string }) => String(fault.field).split('.')[0],
            )
            expect([...faults, body.field], where).toContain(what === 'a prototype' ? '__proto__' : field)
          }
        }
      }
    }
    expect(tried).toBeGreaterThan(500)
  })

  it('is refused as a member that no command has', async () => {
    const extra = {
      id: '0'.repeat(24),
      _id: '0'.repeat(24),
      accountId: 'x',
      createdAt: '2020-01-01T00:00:00.000Z',
      isAdmin: true,
      founder: true,
      sessionEpoch: 0,
      passwordHash: 'x',
      permissions: ['agent.manage'],
      $set: { role: 'owner' },
      constructor: { prototype: { polluted: 1 } },
    }
    for (const route of withBody()) {
      for (const [name, value] of Object.entries(extra)) {
        const { status, body } = await owner[route.method](pathOf(route)).send({ [name]: value })
        const where = `${route.method} ${route.path} with ${name}: ${status} ${JSON.stringify(body)}`
        expect(status, where).toBe(400)
        expect(
          body.errors.map((fault: { field: string }) => fault.field),
          where,
        ).toContain(name)
      }
    }
  })

  it('is refused when a text is far too long', async () => {
    for (const route of withBody()) {
      for (const [field, schema] of fieldsOf(route)) {
        if (schema.type !== 'string') continue
        const { status, body } = await owner[route.method](pathOf(route)).send({
          [field]: 'x'.repeat(240_000),
        })
        const where = `${route.method} ${route.path} ${field}: ${status}`
        expect(status, where).toBe(400)
        expect(
          body.errors.map((fault: { field: string }) => fault.field),
          where,
        ).toContain(field)
      }
    }
  })

  it('is refused in addresses and queries', async () => {
    const ids = [
      '%7B%22%24ne%22%3Anull%7D',
      '[$ne]',
      '__proto__',
      '..%2F..%2Fetc',
      '%00',
      '0',
      'A'.repeat(24),
      '%E0%A4',
    ]
    const queries = [
      'a[$gt]=',
      'limit[$gt]=1',
      '__proto__[polluted]=1',
      'constructor.prototype.polluted=1',
      'x=1',
    ]
    for (const route of server.routes) {
      for (const id of route.path.includes(':') ? ids : []) {
        const path = `/api/v1${route.path.replace(/:\w+/g, id)}`
        const { status } = await owner[route.method](path).send({})
        expect([400, 404], `${route.method} ${path}: ${status}`).toContain(status)
      }
      if (route.method !== 'get') continue
      for (const query of queries) {
        const { status } = await owner.get(`${pathOf(route)}?${query}`)
        expect(status, `${route.path}?${query}`).toBe(400)
      }
      for (const name of Object.keys(route.query?.shape ?? {})) {
        const twice = await owner.get(`${pathOf(route)}?${name}=1&${name}=2`)
        expect(twice.status, `${route.path}?${name}`).toBe(400)
        const operator = await owner.get(`${pathOf(route)}?${name}[$ne]=1`)
        expect(operator.status, `${route.path}?${name}`).toBe(400)
      }
    }
  })

  it('is refused in headers and cookies', async () => {
    const cookies = [
      'tributary_session[$ne]=1',
      'tributary_session=j%3A%7B%22%24ne%22%3A1%7D',
      'tributary_session=s%3A.',
    ]
    for (const cookie of [...cookies, `tributary_session=${'x'.repeat(5_000)}`, 'tributary_session=%E0%A4']) {
      await server.nobody().get('/api/v1/session').set('Cookie', cookie).expect(401)
      expect(await server.core.authenticator.authenticateCookie(cookie)).toBeUndefined()
    }
    for (const value of ['Bearer {"$ne":null}', 'Bearer ', 'Basic b3duZXI6', `Bearer ${'x'.repeat(3_000)}`]) {
      await server.nobody().get('/api/v1/session').set('Authorization', value).expect(401)
    }
    await owner.post('/api/v1/agents').set('Idempotency-Key', 'x'.repeat(300)).send({}).expect(400)
    await owner
      .patch(`/api/v1/agents/${'0'.repeat(24)}`)
      .set('If-Match', '{"$ne":1}')
      .send({})
      .expect(400)
  })

  it('changed nothing, polluted nothing and was nobody’s fault', async () => {
    const { body } = await owner.get('/api/v1/agents').expect(200)
    expect(body.items).toMatchObject([{ role: 'owner', name: 'Olga', email: 'olga@example.com' }])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(server.logs()).not.toContain('a request failed')
  })
})
