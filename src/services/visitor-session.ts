import { randomBytes } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type {
  OpenVisitorSessionCommand,
  VisitorSessionAnswer,
  VisitorSettings,
  WidgetSettingsAnswer,
} from '../domain/visitor.ts'
import {
  findVisitorChannel,
  openVisitorChannel,
  type VisitorChannel,
  type VisitorChannelDeps,
} from './visitor-channel.ts'

/** What greeting visitors needs. */
export interface VisitorSessionDeps extends VisitorChannelDeps {
  /** Whether an agent who may see the channel is available now. */
  readonly isAnyoneAvailable: (channelId: ChannelId) => Promise<boolean>
  /** The workspace's own limit; a channel may have a lower one. */
  readonly maxAttachmentBytes: number
}

/**
 * What a page must know to show the widget, with the ticket that its frame hands in.
 * @param origin of the page that asks
 * @param onAllowed called once the page is known to be an allowed one, also when the channel turns out to be paused
 * @throws AppError `not-found`, `origin-not-allowed`, `channel-paused`
 */
export async function greetPage(
  channelId: string,
  origin: string,
  deps: VisitorSessionDeps,
  onAllowed: () => void,
): Promise<WidgetSettingsAnswer> {
  const { channel, access } = await findVisitorChannel(channelId, deps)
  const ticket = access.issueTicket(origin, channel.config, deps.clock())
  if (ticket === undefined) throw new AppError('origin-not-allowed')
  onAllowed()
  if (channel.paused) throw new AppError('channel-paused')
  return {
    settings: settingsOf({ channel, access }, deps),
    online: await deps.isAnyoneAvailable(channel.id),
    ticket,
  }
}

/** Whether a page of this origin may show the channel's widget. @throws AppError `not-found` */
export async function isAllowedPage(
  channelId: string,
  origin: string,
  deps: VisitorChannelDeps,
): Promise<boolean> {
  const { channel, access } = await findVisitorChannel(channelId, deps)
  return access.issueTicket(origin, channel.config, deps.clock()) !== undefined
}

/**
 * Opens a visitor's session, or continues the one of his earlier token.
 * @throws AppError `not-found`, `channel-paused`, `origin-not-allowed`, `identity-not-proven`
 */
export async function openVisitorSession(
  channelId: string,
  command: OpenVisitorSessionCommand,
  deps: VisitorSessionDeps,
): Promise<VisitorSessionAnswer> {
  const { channel, access } = await openVisitorChannel(channelId, deps)
  const admission = access.admit(
    { ...command, nowMs: deps.clock(), freshId: randomBytes(16).toString('hex') },
    channel.config,
  )
  if (!admission.ok) throw new AppError(admission.code, { detail: admission.detail })
  const { token, visitor } = admission
  return {
    token,
    visitorId: visitor.visitorId,
    verified: visitor.verified,
    settings: settingsOf({ channel, access }, deps),
    online: await deps.isAnyoneAvailable(channel.id),
  }
}

/** What the channel allows within what the workspace allows. */
export function settingsOf(
  { channel, access }: VisitorChannel,
  { maxAttachmentBytes }: Pick<VisitorSessionDeps, 'maxAttachmentBytes'>,
): VisitorSettings {
  const settings = access.publicSettings(channel.config)
  const { support, maxBytes } = channel.capabilities.attachments
  return {
    ...settings,
    attachments: settings.attachments && support !== 'absent',
    maxAttachmentBytes: Math.min(settings.maxAttachmentBytes, maxBytes, maxAttachmentBytes),
  }
}
