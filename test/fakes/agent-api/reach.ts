import type { ContactView, ConversationView, ReachView } from '../../../src/domain/views.ts'
import type { FakeState } from './state.ts'

const HOUR_MS = 3_600_000

type Channel = FakeState['channels'][number]

/** Whether free text may go into a conversation, and until when. */
export function closesAtMs(state: FakeState, { channelId, lastInboundAt }: ConversationView) {
  const hours = state.channels.find(({ id }) => id === channelId)?.capabilities.replyWindowHours
  if (hours === undefined) return { closed: false }
  const atMs = (lastInboundAt ? Date.parse(lastInboundAt) : 0) + hours * HOUR_MS
  return { closed: atMs <= Date.now(), atMs }
}

/** Every way to a contact, as the real server tells them: where he is known, and where an address of his fits. */
export function reachOf(state: FakeState, contact: ContactView): readonly ReachView[] {
  const known = contact.identities.flatMap((identity) => {
    const channel = state.channels.find(({ id }) => id === identity.channelId)
    return channel ? [wayTo(state, contact, channel, identity.externalId, identity)] : []
  })
  const fitting = state.channels.flatMap((channel) =>
    addressesFor(channel, contact)
      .filter((to) => !known.some((way) => way.channelId === channel.id && way.to === to))
      .map((to) => wayTo(state, contact, channel, to)),
  )
  return [...known, ...fitting].sort((one, other) => Number(other.ok) - Number(one.ok))
}

function addressesFor(
  { capabilities, deletedAt }: Channel,
  { emails, phones }: ContactView,
): readonly string[] {
  const { addresses, letters, startConversation } = capabilities
  if (startConversation !== 'native' || deletedAt) return []
  const kind = addresses ?? (letters ? 'email' : 'id')
  return kind === 'email' ? emails : kind === 'phone' ? phones : []
}

function wayTo(
  state: FakeState,
  contact: ContactView,
  channel: Channel,
  to: string,
  identity?: ContactView['identities'][number],
): ReachView {
  const conversation =
    identity &&
    [...state.conversations.values()].find(
      (one) => one.channelId === channel.id && one.contact.id === contact.id,
    )
  const { replyWindowHours, templates } = channel.capabilities
  const { closed, atMs } = conversation
    ? closesAtMs(state, conversation)
    : { closed: replyWindowHours !== undefined, atMs: undefined }
  const reason = reasonAgainst(channel, identity?.optedOutAt !== undefined, closed)
  return {
    channelId: channel.id,
    channelName: channel.name,
    ...(identity ? { identityId: identity.id } : {}),
    to,
    ...(conversation ? { conversationId: conversation.id } : {}),
    ...(conversation?.lastInboundAt ? { lastInboundAt: conversation.lastInboundAt } : {}),
    ok: reason === undefined,
    ...(reason === 'window-closed' && templates === 'native' ? { templatesOnly: true } : {}),
    ...(atMs && !closed ? { windowClosesAt: new Date(atMs).toISOString() as never } : {}),
    ...(reason ? { reason } : {}),
  }
}

function reasonAgainst(channel: Channel, optedOut: boolean, closed: boolean): ReachView['reason'] {
  if (channel.deletedAt) return 'deleted'
  if (optedOut) return 'opted-out'
  if (channel.paused) return 'paused'
  if (channel.health.state === 'failing') return 'failing'
  return closed ? 'window-closed' : undefined
}
