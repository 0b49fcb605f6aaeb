import type { ChannelScope } from '../domain/permissions.ts'

/** Agents who see every channel. */
export const ALL_CHANNELS = 'all-channels'
/** Agents who see only some channels. Everybody is in exactly one of these two rooms. */
export const SOME_CHANNELS = 'some-channels'

export function agentRoom(agentId: string): string {
  return `agent:${agentId}`
}

/** Only agents who do not see all channels anyway: nobody is in this room and in {@link ALL_CHANNELS}. */
export function channelRoom(channelId: string): string {
  return `channel:${channelId}`
}

export function viewingRoom(conversationId: string): string {
  return `viewing:${conversationId}`
}

export function visitorRoom(channelId: string, visitorId: string): string {
  return `visitor:${channelId}:${visitorId}`
}

/** The rooms that follow from what an agent may see. */
export function roomsOfScope(scope: ChannelScope): ReadonlySet<string> {
  return scope === 'all' ? new Set([ALL_CHANNELS]) : new Set([SOME_CHANNELS, ...[...scope].map(channelRoom)])
}
