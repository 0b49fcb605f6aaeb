/** What an agent does at his page, the whole way to the server of a platform. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ConversationView, Page } from '../../../src/domain/views.ts'
import {
  delivery,
  INBOUND_SECRET,
  OUTBOUND_SECRET,
  type Partner,
  startPartner,
} from '../../fakes/custom/partner.ts'
import { deliverAll } from '../../fakes/provider/provider-server.ts'
import { type AgentScreen, openAgentScreen } from '../../harness/agent-screen.ts'
import type { ServerUnderTest } from '../../harness/real-server.ts'
import { openDatabase, startIngressServer, type TestDatabase } from './ingress-server.ts'

let database: TestDatabase
let server: ServerUnderTest
let partner: Partner
let screen: AgentScreen

beforeAll(async () => {
  database = await openDatabase()
  partner = await startPartner()
  server = await startIngressServer(database)
  screen = await openAgentScreen(server.url, server.cookie)
}, 120_000)
afterAll(async () => {
  screen.close()
  await server.stop()
  await partner.close()
  await database.close()
})

/** A customer's conversation on a channel of its own. */
async function conversationOn(settings: object): Promise<ConversationView> {
  const config = {
    outboundUrl: partner.endpoint,
    inboundSecret: INBOUND_SECRET,
    outboundSecret: OUTBOUND_SECRET,
    ...settings,
  }
  const { status, body } = await server.call('POST', '/channels', { type: 'custom', name: 'Partner', config })
  expect(status).toBe(201)
  const written = { type: 'message', id: 'm-1', from: { id: 'ada' }, thread: 't-1', text: 'Hello' }
  expect(await deliverAll([delivery(`${server.url}/ingress/${body['id']}`, written)])).toEqual([202])
  const list = `/conversations?view=all&status=open&channelId=${body['id']}&limit=10`
  const items = async (): Promise<readonly ConversationView[]> =>
    ((await server.call('GET', list)).body as unknown as Page<ConversationView>).items
  await expect.poll(items).toHaveLength(1)
  const [conversation] = await items()
  if (!conversation) throw new Error('it is there')
  return conversation
}

const reply = (id: string, text: string) =>
  server.call('POST', `/conversations/${id}/messages`, { clientMessageId: 'r1', text, attachmentIds: [] })

const taken = (type: string) => partner.taken.filter((post) => post.type === type)

it('an agent who types is shown to the customer of a platform that can, and that is all that it is told', async () => {
  const mute = await conversationOn({ typing: false })
  const told = await conversationOn({ typing: true })
  expect(await screen.types(mute.id)).toEqual({ ok: true })
  expect(await Promise.all([screen.types(told.id), screen.types(told.id)])).toEqual([
    { ok: true },
    { ok: true },
  ])
  await expect.poll(() => taken('typing')).toHaveLength(1)
  expect(taken('typing')[0]).toMatchObject({ to: { id: 'ada' }, thread: 't-1' })
  await reply(mute.id, 'last')
  await expect.poll(() => taken('message')).toHaveLength(1)
  expect(taken('typing')).toHaveLength(1)
})
