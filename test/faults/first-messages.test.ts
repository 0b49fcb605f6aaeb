import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { ConversationView, MessageView, Page } from '../../src/domain/views.ts'
import { openAgentScreen } from '../harness/agent-screen.ts'
import { startServer, temporaryFolder } from '../harness/real-server.ts'
import { takeBalance } from './balance.ts'
import { post } from './customers.ts'
import { LONG, TIMEOUT_MS } from './fault-run.ts'

/** As many as one sender may write at once; in the long form more, which wait for their turn. */
const MESSAGES = LONG ? 200 : 60

it(
  'many first messages of one visitor at the same moment meet in one conversation, given out once',
  async () => {
    const folder = await temporaryFolder()
    const server = await startServer(folder.path)
    const screen = await openAgentScreen(server.url, server.cookie)
    expect((await server.call('PUT', '/profile/availability', { availability: 'online' })).status).toBe(200)
    // A page is connected a moment before its agent counts as present: a run in between would find nobody.
    await expect.poll(async () => (await server.call('GET', '/profile')).body['present']).toBe(true)
    const visitorId = 'anon:00000000000000000000000000000200'
    const expiresAtMs = Date.now() + 3_600_000
    const token = issueToken({ visitorId, verified: false, expiresAtMs }, server.visitorSecret)
    const acknowledged = await Promise.all(
      Array.from({ length: MESSAGES }, async (_, number) => {
        const text = `${visitorId} ${number}`
        const body = JSON.stringify({ type: 'message', clientMessageId: `m${number}`, text })
        // Beyond the sender's quota it is answered 429, and asked again.
        while (!(await post(server, token, body))) await sleep(500)
        return { visitorId, text }
      }),
    )
    const balance = await takeBalance(server, server.call, acknowledged)
    expect(balance).toMatchObject({ lost: [], doubled: [], miscounted: [], conversations: 1, quarantined: 0 })
    const listed = (await server.call('GET', '/conversations?view=all&status=open&limit=100')).body
    const [conversation] = (listed as unknown as Page<ConversationView>).items
    expect(conversation).toMatchObject({ unreadCount: MESSAGES, assigneeId: expect.any(String) })
    const lines: MessageView[] = []
    for (let before = ''; ; ) {
      const path = `/conversations/${conversation?.id}/messages?limit=100${before}`
      const page = (await server.call('GET', path)).body as unknown as Page<MessageView>
      lines.push(...page.items)
      if (page.nextCursor === undefined) break
      before = `&before=${page.nextCursor}`
    }
    expect(lines.filter(({ event }) => event?.name === 'assigned')).toHaveLength(1)
    const told = (type: string) => screen.events.filter((event) => event.type === type).length
    await expect.poll(() => [told('conversation.created'), told('conversation.assigned')]).toEqual([1, 1])
    const decisions = (await server.call('GET', `/conversations/${conversation?.id}/routing-decisions`)).body
    expect((decisions as unknown as Page<unknown>).items).toHaveLength(1)
    screen.close()
    expect(await server.stop()).toBe(0)
    await folder.remove()
  },
  TIMEOUT_MS,
)
