import type { Capabilities } from '../domain/capabilities.ts'
import type { ContactId } from '../domain/ids.ts'
import { seesChannel } from '../domain/permissions.ts'
import type { ReachView } from '../domain/views.ts'
import type { StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { Dealings, TimelineStore } from '../store/timeline-store.ts'
import type { ChannelDirectory, LiveChannel } from './channel-directory.ts'
import { type ContactAccessDeps, openContact } from './contact-access.ts'
import { instant } from './present.ts'
import type { Principal } from './principal.ts'

export interface ReachDeps extends ContactAccessDeps {
  readonly timelines: Pick<TimelineStore, 'dealingsOf'>
  readonly directory: Pick<ChannelDirectory, 'all'>
  readonly now: () => number
}

const HOUR_MS = 3_600_000

/** Somebody on a channel: known to it, or only of an address that it takes. */
interface Target {
  readonly channel: LiveChannel
  readonly to: string
  readonly identity?: StoredIdentity
}

/**
 * Every way to a contact over the channels that the caller sees, and of each whether it is open now and why not: first
 * those that are, the latest used ones first.
 * @throws AppError `permission-denied`, `not-found`
 */
export async function reachContact(
  id: ContactId,
  principal: Principal,
  deps: ReachDeps,
): Promise<{ readonly items: readonly ReachView[] }> {
  const { contact, seen } = await openContact(id, principal, 'contact.read', deps)
  const channels = (await deps.directory.all()).filter((channel) =>
    seesChannel(principal.channels, channel.id),
  )
  const dealings = await deps.timelines.dealingsOf(
    contact.id,
    seen.map((identity) => identity.id),
  )
  const maySend = principal.permissions.has('message.send')
  const items = targetsOf(contact, seen, channels).map((target) =>
    wayTo(target, dealingsWith(target, dealings), maySend, deps.now()),
  )
  return { items: items.sort(byUse) }
}

function targetsOf(
  contact: StoredContact,
  identities: readonly StoredIdentity[],
  channels: readonly LiveChannel[],
): readonly Target[] {
  return channels.flatMap((channel) => {
    const known = identities.filter(({ channelId }) => channelId === channel.id)
    const names = new Set(known.map(({ externalId }) => externalId.toLowerCase()))
    const addresses = isGone(channel) ? [] : addressesFor(channel.capabilities, contact)
    return [
      ...known.map((identity) => ({ channel, to: identity.externalId, identity })),
      ...addresses.filter((to) => !names.has(to.toLowerCase())).map((to) => ({ channel, to })),
    ]
  })
}

/** The contact's addresses by which an agent may begin a conversation on a channel. */
function addressesFor(
  { addresses, letters, startConversation }: Capabilities,
  { emails, phones }: StoredContact,
): readonly string[] {
  if (startConversation !== 'native') return []
  const kind = addresses ?? (letters ? 'email' : 'id')
  if (kind === 'phone') return phones
  if (kind === 'id') return []
  const own = new Set(letters?.ownAddresses)
  return emails.map((email) => email.toLowerCase()).filter((email) => !own.has(email))
}

const dealingsWith = (
  { channel, identity }: Target,
  dealings: readonly Dealings[],
): Pick<Dealings, 'lastInboundAtMs' | 'currentId' | 'latestId'> =>
  dealings.find(({ channelId, identityId }) => channelId === channel.id && identityId === identity?.id) ?? {}

function wayTo(
  { channel, to, identity }: Target,
  { lastInboundAtMs = 0, currentId, latestId }: Pick<Dealings, 'lastInboundAtMs' | 'currentId' | 'latestId'>,
  maySend: boolean,
  nowMs: number,
): ReachView {
  const { capabilities } = channel
  const conversationId = currentId ?? latestId
  const { replyWindowHours } = capabilities
  const closesAtMs = replyWindowHours === undefined ? undefined : lastInboundAtMs + replyWindowHours * HOUR_MS
  const isClosed = closesAtMs !== undefined && nowMs >= closesAtMs
  const reason = reasonAgainst(channel, identity, conversationId !== undefined, maySend, isClosed)
  const templatesOnly = reason === 'window-closed' && capabilities.templates === 'native'
  return {
    channelId: channel.id,
    channelName: channel.name,
    ...(identity ? { identityId: identity.id } : {}),
    to,
    ...(conversationId ? { conversationId } : {}),
    ...(lastInboundAtMs > 0 ? { lastInboundAt: instant(lastInboundAtMs) } : {}),
    ok: reason === undefined,
    ...(templatesOnly ? { templatesOnly } : {}),
    ...(closesAtMs !== undefined && !isClosed ? { windowClosesAt: instant(closesAtMs) } : {}),
    ...(reason ? { reason } : {}),
  }
}

/** The first thing that stands against it: what lasts before what passes. */
function reasonAgainst(
  channel: LiveChannel,
  identity: StoredIdentity | undefined,
  hasConversation: boolean,
  maySend: boolean,
  isClosed: boolean,
): ReachView['reason'] {
  const { capabilities, paused, record } = channel
  if (isGone(channel)) return 'deleted'
  if (!maySend) return 'no-access'
  if (identity?.optedOutAtMs !== undefined) return 'opted-out'
  if (!hasConversation && capabilities.startConversation !== 'native') return 'start-unsupported'
  if (paused) return 'paused'
  if (record.health.state === 'failing') return 'failing'
  return isClosed ? 'window-closed' : undefined
}

/** Deleted channels stay in the directory so that what came over them can be read. */
const isGone = ({ deletedAtMs }: LiveChannel): boolean => deletedAtMs !== undefined

function byUse(one: ReachView, other: ReachView): number {
  const rank = ({ ok, templatesOnly }: ReachView): number => (ok ? 0 : templatesOnly ? 1 : 2)
  return rank(one) - rank(other) || (other.lastInboundAt ?? '').localeCompare(one.lastInboundAt ?? '')
}
