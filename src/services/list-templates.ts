import type { ConnectorContext } from '../contract/connector.ts'
import { ConnectorError } from '../contract/connector-error.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { MessageTemplate } from '../domain/message-template.ts'
import type { LiveChannel } from './channel-directory.ts'
import { type Principal, requireChannel, requirePermission } from './principal.ts'
import { refusedMessage } from './refuse-message.ts'
import { platformFailure } from './tell-platform-failure.ts'
import { withinLimit } from './within-limit.ts'

/** The approved messages of channels, asked of their platforms no more often than need be. */
export interface Templates {
  /** @throws AppError `platform-refused`, `platform-unavailable`; `message-refused` where the channel knows none */
  of(channel: LiveChannel): Promise<readonly MessageTemplate[]>
}

/** So long what a platform said is taken to be so. */
const FRESH_MS = 5 * 60_000
const LIMIT_MS = 20_000
/** More channels than this are asked about again: memory stays bounded when many come and go. */
const MOST_KEPT = 500

interface Kept {
  readonly version: number
  readonly readAtMs: number
  readonly templates: Promise<readonly MessageTemplate[]>
}

/** @param deps.contextOf see DeliverDeps; `clock` in milliseconds */
export function createTemplates(deps: {
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<LiveChannel['config']>
  readonly clock: () => number
}): Templates {
  const kept = new Map<ChannelId, Kept>()

  const ask = async (channel: LiveChannel): Promise<readonly MessageTemplate[]> => {
    const { connector } = channel
    if (!connector.listTemplates) throw refusedMessage({ reason: 'templates-unsupported' })
    const list = connector.listTemplates.bind(connector)
    try {
      return await withinLimit(LIMIT_MS, (limit) => list(deps.contextOf(channel, limit)), tooSlow)
    } catch (error) {
      throw platformFailure(error)
    }
  }

  return {
    of(channel) {
      const known = kept.get(channel.id)
      const fresh = known?.version === channel.version && deps.clock() - known.readAtMs < FRESH_MS
      if (known && fresh) return known.templates
      const templates = ask(channel)
      const entry = { version: channel.version, readAtMs: deps.clock(), templates }
      kept.delete(channel.id)
      kept.set(channel.id, entry)
      for (const id of kept.keys()) {
        if (kept.size <= MOST_KEPT) break
        kept.delete(id)
      }
      templates.catch(() => {
        // A failure is no answer: whoever asks next asks the platform.
        if (kept.get(channel.id) === entry) kept.delete(channel.id)
      })
      return templates
    },
  }
}

const tooSlow = (): ConnectorError =>
  new ConnectorError({
    code: 'timeout',
    detail: 'The platform did not answer in time',
    retry: 'later',
    delivery: 'not-sent',
  })

/**
 * The approved messages of a channel, for whoever may send on it.
 * @throws AppError `permission-denied`, `not-found`, and as {@link Templates}
 */
export async function listTemplates(
  channelId: ChannelId,
  principal: Principal,
  deps: {
    readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
    readonly templates: Templates
  },
): Promise<readonly MessageTemplate[]> {
  requirePermission(principal, 'message.send')
  const channel = await deps.findChannel(channelId)
  if (!channel) throw new AppError('not-found')
  requireChannel(principal, channel.id)
  if (channel.deletedAtMs !== undefined) throw refusedMessage({ reason: 'channel-deleted' })
  if (channel.capabilities.templates !== 'native') throw refusedMessage({ reason: 'templates-unsupported' })
  return deps.templates.of(channel)
}
