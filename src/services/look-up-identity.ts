import type { ConfigValues } from '../contract/config-field.ts'
import type { ConnectorContext, IdentityFacts } from '../contract/connector.ts'
import type { InboundIdentity } from '../contract/inbound-event.ts'
import { AppError } from '../domain/errors.ts'
import type { AttachmentId, ChannelId, ContactIdentityId, ConversationId } from '../domain/ids.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import type { AvatarStore } from '../store/avatar-store.ts'
import type { StoredContact, StoredIdentity } from '../store/contact-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { inspectContent, mayShowInPlace } from './attachment-content.ts'
import type { LiveChannel } from './channel-directory.ts'
import { presentContact } from './present-contact.ts'
import { type PublishDeps, publishChanged } from './publish-changed.ts'
import { type LearnDeps, learn } from './resolve-senders.ts'
import { type SpreadNameDeps, spreadContactName } from './spread-contact-name.ts'
import { withinLimit } from './within-limit.ts'

export interface LookUpDeps extends SpreadNameDeps, PublishDeps, LearnDeps {
  readonly messages: MessageStore
  readonly attachments: Pick<AttachmentStore, 'store'>
  readonly avatars: AvatarStore
  readonly findChannel: (id: string) => Promise<LiveChannel | undefined>
  readonly contextOf: (channel: LiveChannel, limit: AbortSignal) => ConnectorContext<ConfigValues>
  /** A picture could not be had: that is no reason to forget the rest. */
  readonly onPictureFailure: (error: unknown) => void
}

/** Somebody whom the platform may know better than we do. */
export interface LookUp {
  readonly channelId: ChannelId
  readonly identityId: ContactIdentityId
  /** Where he wrote just now. */
  readonly conversationId: ConversationId
}

/** What a platform tells is asked for again after so long. */
export const LOOKED_UP_FOR_MS = 7 * 86_400_000
/** After a failure nobody asks again for so long. */
export const LOOK_UP_RETRY_MS = 10 * 60_000
const LIMIT_MS = 30_000
export const MOST_AVATAR_BYTES = 1_048_576
const ROUNDS = 3

/** Whether the platform is to be asked who somebody is. */
export const isLookUpDue = ({ lookUpDueAtMs }: StoredIdentity, nowMs: number): boolean =>
  lookUpDueAtMs === undefined || lookUpDueAtMs <= nowMs

/**
 * Asks the platform who somebody is, and keeps what it says as if he had said so: a name where we had given one
 * ourselves, addresses that the platform vouches for, a picture. Of several nodes one asks.
 * @throws ConnectorError when the platform does not say; what the database throws
 */
export async function lookUpIdentity(
  { channelId, identityId, conversationId }: LookUp,
  deps: LookUpDeps,
): Promise<void> {
  const channel = await deps.findChannel(channelId)
  const nowMs = deps.now()
  if (!channel?.connector.lookUpIdentity || channel.paused) return
  const { connector } = channel
  if (!(await deps.contacts.claimLookUp(identityId, nowMs, nowMs + LOOK_UP_RETRY_MS))) return
  const identity = await deps.contacts.findIdentity(identityId)
  if (!identity) return
  const facts = await withinLimit(
    LIMIT_MS,
    async (limit) => connector.lookUpIdentity?.(identity.externalId, deps.contextOf(channel, limit)),
    () => new AppError('unavailable'),
  )
  const avatarId = facts?.avatar && (await storeAvatar(channel, identity, facts.avatar, deps))
  const dueAtMs = deps.now() + LOOKED_UP_FOR_MS
  const before = await deps.contacts.keepLookUp(identityId, dueAtMs, avatarId)
  if (avatarId) await deps.avatars.tie(avatarId, identityId)
  if (avatarId && before) await deps.avatars.remove(before)
  const learned = facts && (await learnFacts(identity, facts, deps))
  if (learned || avatarId) await tellOf(identity, learned, conversationId, deps)
}

interface Learned {
  readonly before: StoredContact
  readonly after: StoredContact
}

async function learnFacts(
  { id }: StoredIdentity,
  facts: IdentityFacts,
  deps: LookUpDeps,
): Promise<Learned | undefined> {
  const { contacts } = deps
  for (let round = 0; round < ROUNDS; round += 1) {
    const identity = await contacts.findIdentity(id)
    const [before] = identity ? await contacts.findContacts([identity.contactId]) : []
    if (!identity || !before) return undefined
    const { contact, learned } = await learn({ identity, contact: before }, saidBy(identity, facts), deps)
    if (learned) return { before, after: contact }
    // Nothing new; or somebody changed the contact at the same time, and his change stands.
    const [now] = await contacts.findContacts([identity.contactId])
    if (now?.version === before.version) return undefined
  }
  return undefined
}

/** Addresses that nobody vouches for say nothing; his name does. */
function saidBy(
  { externalId, verified }: StoredIdentity,
  { displayName, email, phone, attributes, verified: isVouchedFor }: IdentityFacts,
): InboundIdentity {
  return {
    externalId,
    verified: verified || isVouchedFor,
    ...(displayName === undefined ? {} : { displayName }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(isVouchedFor && email !== undefined ? { email } : {}),
    ...(isVouchedFor && phone !== undefined ? { phone } : {}),
  }
}

async function storeAvatar(
  channel: LiveChannel,
  { externalId, channelId }: StoredIdentity,
  ref: NonNullable<IdentityFacts['avatar']>,
  deps: LookUpDeps,
): Promise<AttachmentId | undefined> {
  const { connector } = channel
  if (!connector.fetchAttachment) return undefined
  try {
    return await withinLimit(
      LIMIT_MS,
      async (limit) => {
        const bytes = await connector.fetchAttachment?.(ref, deps.contextOf(channel, limit))
        if (!bytes) return undefined
        const stored = await deps.attachments.store(
          {
            name: 'avatar',
            uploader: { kind: 'visitor', id: externalId, channelId },
            source: inspectContent(bytes, { maxBytes: MOST_AVATAR_BYTES }),
            accept(content) {
              if (!mayShowInPlace(content)) throw new AppError('attachment-type')
            },
          },
          deps.now,
        )
        return stored.id
      },
      () => new AppError('unavailable'),
    )
  } catch (error) {
    deps.onPictureFailure(error)
    return undefined
  }
}

/** Screens show the name and the picture; what he wrote before bears the name that is known now. */
async function tellOf(
  { contactId }: StoredIdentity,
  learned: Learned | undefined,
  conversationId: ConversationId,
  deps: LookUpDeps,
): Promise<void> {
  const [contact] = await deps.contacts.findContacts([contactId])
  if (!contact) return
  const identities = await deps.contacts.identitiesOf(contactId)
  deps.bus.publish([{ type: 'contact.updated', contact: presentContact(contact, identities) }])
  if (!learned || learned.before.name === learned.after.name) return
  await spreadContactName(contactId, deps)
  const renamed = await deps.messages.renameAuthor(
    conversationId,
    contactId,
    learned.before.name,
    learned.after.name,
  )
  await publishChanged(renamed, deps)
}
