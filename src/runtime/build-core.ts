import { createHmac } from 'node:crypto'
import { Redis } from 'ioredis'
import { ConnectorError } from '../contract/connector-error.ts'
import type { ConnectorRegistry } from '../contract/registry.ts'
import type { AgentId, ChannelId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import { createAgentAccess } from '../services/agent-access.ts'
import { createAuthenticator } from '../services/authenticate.ts'
import { createBus } from '../services/bus.ts'
import { createChannelDirectory, type LiveChannel } from '../services/channel-directory.ts'
import { createFetchAttachment } from '../services/fetch-attachment.ts'
import { createFileLinks } from '../services/file-links.ts'
import { createForwardFiles } from '../services/forward-files.ts'
import { createAgentAttachments, createLinkAttachments } from '../services/link-attachments.ts'
import { createTemplates } from '../services/list-templates.ts'
import { createMessageTokens } from '../services/message-token.ts'
import { createOpenAttachment } from '../services/open-attachment.ts'
import { createOrderClock } from '../services/order-clock.ts'
import { createPasswords } from '../services/passwords.ts'
import { createQueuePlaces } from '../services/queue-places.ts'
import { countFirst } from '../services/reconcile-loads.ts'
import { createRemotePictures, MOST_PICTURE_BYTES, PICTURE_LIMIT_MS } from '../services/remote-pictures.ts'
import {
  createRoutingAgentsReader,
  createRoutingRulesReader,
  type PolicyOf,
  policyInForce,
} from '../services/routing-snapshot.ts'
import { createTellPlatform } from '../services/tell-platform.ts'
import { createAttemptLimits, ensureAttemptIndexes } from './attempt-limits.ts'
import type { Config } from './config.ts'
import { createContextOf } from './connector-context.ts'
import { createGuardedFetch, createGuardedLookup } from './guarded-fetch.ts'
import type { Logger } from './logger.ts'
import type { Database } from './open-database.ts'
import { openStores } from './open-stores.ts'
import { wayTo } from './reachable.ts'
import { requireSameKey } from './same-key.ts'
import { createSecretBox } from './secret-box.ts'
import { secretKeyOf } from './secret-key.ts'

/** Its secrets are gone: nobody is asked for the files that still lay with the platform. */
const CHANNEL_GONE = { code: 'channel-gone', retry: 'never', delivery: 'not-sent' } as const

/** What both paths, the API and the sockets share. */
export type Core = Awaited<ReturnType<typeof buildCore>>

/** Builds it over an open database. */
export async function buildCore(deps: {
  readonly config: Config
  readonly database: Database
  readonly registry: ConnectorRegistry
  readonly log: Logger
  readonly publicUrl: string
}) {
  const { config, database, registry, log, publicUrl } = deps
  const stores = await openStores(database.connection)
  await ensureAttemptIndexes(database.db)
  const secretKey = await secretKeyOf(config)
  const box = createSecretBox(secretKey)
  await requireSameKey(box, config, stores.workspace)
  const bus = createBus((error) => log.error({ err: error }, 'a subscriber of the bus failed'))
  const directory = createChannelDirectory({
    channels: stores.channels,
    registry,
    box,
    bus,
    ...wayTo(publicUrl),
    clock: Date.now,
    onUnusable: (channel, error) => log.error({ ...channel, err: error }, 'a channel cannot be used'),
  })
  const access = createAgentAccess({ agents: stores.agents, directory, bus, clock: Date.now })
  const cookieKey = createHmac('sha256', secretKey).update('session cookie').digest('base64')
  const authenticator = createAuthenticator({
    access,
    sessions: stores.sessions,
    tokens: stores.apiTokens,
    cookieKey,
    clock: Date.now,
    onError: (error) => log.warn({ err: error }, 'a note about a token failed'),
  })
  const redis = config.redisUrl === undefined ? undefined : openRedis(config.redisUrl, log)
  const limits = createAttemptLimits({ db: database.db, ...(redis ? { redis } : {}) })
  const outgoing = createGuardedFetch({ allow: config.outboundAllow })
  const contextOf = createContextOf({
    ...stores,
    directory,
    bus,
    box,
    log,
    publicUrl,
    fetch: outgoing,
    lookup: createGuardedLookup({ allow: config.outboundAllow }),
    clock: Date.now,
  })
  const assignable = async (agentId: AgentId, channelId: ChannelId) => {
    const agent = await stores.agents.get(agentId)
    if (agent?.state !== 'active') return undefined
    return seesChannel(await access.scopeOf(agent), channelId) ? { name: agent.name } : undefined
  }
  const rules = createRoutingRulesReader({ ...stores, bus, clock: Date.now })
  const routingAgents = createRoutingAgentsReader({
    ...stores,
    access,
    rules,
    count: (agentIds) => countFirst(agentIds, { ...stores, now: Date.now }),
    clock: Date.now,
  })
  const policyOf: PolicyOf = async (conversation) => {
    const channel = await directory.get(conversation.channelId)
    return channel && policyInForce(conversation, channel, await rules()).policy
  }
  const stopping = new AbortController()
  const fileWanted = { tell: (): void => undefined }
  const contextUntilStop = (channel: LiveChannel, limit: AbortSignal) =>
    contextOf(channel, AbortSignal.any([stopping.signal, limit]))
  const fetchAttachment = createFetchAttachment({
    attachments: stores.attachments,
    fetchRemote: async (channelId, ref) => {
      const channel = await directory.get(channelId)
      const fetch = channel?.connector.fetchAttachment
      if (!channel || !fetch) throw new Error('the channel cannot fetch files')
      if (channel.deletedAtMs !== undefined) throw new ConnectorError(CHANNEL_GONE)
      return fetch.call(channel.connector, ref, contextOf(channel, stopping.signal))
    },
    clock: Date.now,
    maxBytes: config.attachmentMaxBytes,
  })
  return {
    stores,
    box,
    bus,
    registry,
    directory,
    access,
    rules,
    routingAgents,
    policyOf,
    queuePlaces: createQueuePlaces({
      ...stores,
      findChannel: directory.get,
      rules,
      routingAgents,
      clock: Date.now,
    }),
    cookieKey,
    messageTokens: createMessageTokens(box.derive('message-token')),
    fileLinks: createFileLinks({ key: box.derive('file-link'), publicUrl, clock: Date.now }),
    authenticator,
    limits,
    passwords: createPasswords(),
    orderClock: createOrderClock(),
    contextOf,
    assignable,
    contextUntilStop,
    tellPlatform: createTellPlatform({
      ...stores,
      findChannel: directory.get,
      contextOf: contextUntilStop,
      now: () => performance.now(),
      onFailure: (error, conversationId) =>
        log.debug({ err: error, conversationId }, 'a platform could not be told what an agent does'),
    }),
    templates: createTemplates({ contextOf: contextUntilStop, clock: Date.now }),
    fetchAttachment,
    fileWanted,
    // What anybody may write into a letter reaches no network inside, also none that connectors may call.
    fetchRemotePicture: createRemotePictures({
      fetch: createGuardedFetch({ timeoutMs: PICTURE_LIMIT_MS, maxResponseBytes: MOST_PICTURE_BYTES }),
    }),
    linkAttachments: createLinkAttachments({
      attachments: stores.attachments,
      clock: Date.now,
      maxBytes: config.attachmentMaxBytes,
      onWaiting: () => fileWanted.tell(),
    }),
    agentAttachments: {
      ...createAgentAttachments({ ...stores, clock: Date.now }),
      forward: createForwardFiles({
        ...stores,
        fetchAttachment,
        clock: Date.now,
        maxBytes: config.attachmentMaxBytes,
      }),
    },
    openAttachment: createOpenAttachment({ attachments: stores.attachments, fetchAttachment }),
    async close(): Promise<void> {
      stopping.abort()
      redis?.disconnect()
    },
  }
}

/** A connection for counters; they fall back to memory while Redis is away. */
function openRedis(url: string, log: Logger): Redis {
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  redis.on('error', (error: Error) => log.debug({ err: error }, 'Redis cannot be reached'))
  return redis
}
