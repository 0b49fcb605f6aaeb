/** The API over the running paths: customers write on a scripted channel, agents work by REST. */

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connector, OutboundMessage, SendReceipt } from '../../../src/contract/connector.ts'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { ChannelId } from '../../../src/domain/ids.ts'
import type { ConversationView } from '../../../src/domain/views.ts'
import { loadConfig } from '../../../src/runtime/config.ts'
import { createLogger } from '../../../src/runtime/logger.ts'
import { createMetrics } from '../../../src/runtime/metrics.ts'
import { startPaths } from '../../../src/runtime/run-paths.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { entryOf, said, scriptedConnector } from '../../harness/scripted-channel.ts'
import { type Agent, type Someone, startTestServer } from '../http/test-server.ts'

const API = '/api/v1'

/** Long enough for any timer of the product, on a busy machine too. */
const PATIENCE_MS = 30_000

export type InboxServer = Awaited<ReturnType<typeof startInboxServer>>

/** @param more further kinds of channels beside the scripted one */
export async function startInboxServer(more: readonly Connector[] = []) {
  /** What the platform answers next; it takes everything when nothing is left to say. */
  const answers: (SendReceipt | Error)[] = []
  const sent: OutboundMessage[] = []
  const connector = scriptedConnector({
    send: (message) => {
      sent.push(message)
      const next = answers.shift() ?? { externalId: `sent-${message.id}-${message.attempt}` }
      if (next instanceof Error) throw next
      return next
    },
  })
  const server = await startTestServer({ connectors: [connector, ...more] })
  const { core } = server
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const paths = await startPaths({
    ...core,
    log: createLogger(loadConfig({}), nowhere),
    metrics: createMetrics(),
    nodeId: 'node-1',
    works: true,
    isCustomerHere: async () => false,
    workingNodes: () => 1,
    alone: true,
    sharedNow: Date.now,
    goneNodes: () => [],
    registryUrl: new URL('../../../connectors/index.ts', import.meta.url).href,
    stopPatienceMs: 10_000,
    interruptions: () => 0,
    settings: {
      journalRetentionMs: 60_000,
      dataDir: join(tmpdir(), `inbox-server-${freshId()}`),
      spoolMaxBytes: 1_000_000,
    },
    contextOf: core.contextUntilStop,
  })
  const owner = await server.owner()
  const supervisor = await server.someone(owner.agent, 'supervisor', 'sue@example.com')
  const anna = await server.someone(owner.agent, 'agent', 'anna@example.com')
  const boris = await server.someone(owner.agent, 'agent', 'boris@example.com')

  const openChannel = async (access: object): Promise<ChannelId> => {
    const { body } = await owner.agent
      .post(`${API}/channels`)
      .send({ type: connector.type, name: 'Shop', config: {}, access })
      .expect(201)
    return body.id
  }
  /** Everybody sees the first; only Boris of the agents sees the second. */
  const channelId = await openChannel({ kind: 'everyone' })
  const closedChannelId = await openChannel({ kind: 'agents', agentIds: [boris.profile.id] })

  let customers = 0

  const deliver = async (events: readonly InboundEvent[] | string, channel = channelId): Promise<void> => {
    const nowMs = Date.now()
    await paths.shelter.append(
      { ...entryOf(channel, events, core.orderClock(nowMs)), receivedAtMs: nowMs },
      true,
    )
    await paths.projector.idle()
  }
  const readOf = async (
    who: string,
    channel = channelId,
    agent: Agent = owner.agent,
  ): Promise<ConversationView> => {
    const [found] = await core.stores.conversations.findCurrent(channel, [who])
    const { body } = await agent.get(`${API}/conversations/${found?.id}`).expect(200)
    return body
  }

  return {
    ...server,
    paths,
    answers,
    sent,
    owner,
    supervisor,
    anna,
    boris,
    channelId,
    closedChannelId,
    deliver,
    readOf,
    /** A new customer's first message. */
    async customer(text = 'Hello', channel = channelId, name?: string): Promise<ConversationView> {
      customers += 1
      const who = `customer-${customers}`
      const identity = {
        externalId: who,
        verified: false,
        ...(name === undefined ? {} : { displayName: name }),
      }
      await deliver([said(who, `${who}-1`, { text, identity })], channel)
      return readOf(who, channel)
    },
    /** Asks until the answer fits. */
    async until<T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> {
      for (const giveUpAtMs = Date.now() + PATIENCE_MS; ; await sleep(25)) {
        const answer = await ask()
        if (fits(answer)) return answer
        if (Date.now() > giveUpAtMs) throw new Error(`never came: ${JSON.stringify(answer)}`)
      }
    },
    async close(): Promise<void> {
      await paths.stop()
      await server.close()
    },
  }
}

/** A conversation's address. */
export const at = (conversation: { readonly id: string }, rest = ''): string =>
  `${API}/conversations/${conversation.id}${rest}`

/** Gives a conversation to somebody, over its version. */
export const assign = (
  by: Someone,
  { id, version }: ConversationView,
  assigneeId: string | null,
): ReturnType<Agent['put']> => by.agent.put(at({ id }, '/assignment')).send({ assigneeId, version })
