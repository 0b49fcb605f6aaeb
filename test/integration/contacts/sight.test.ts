/** Who may see a contact with very many ids: a site's visitors may be merged into one person, or be a flood. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { ChannelId, ContactId } from '../../../src/domain/ids.ts'
import { openContact } from '../../../src/services/contact-access.ts'
import { freshId } from '../../../src/store/object-id.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { ANNA, principalOf } from '../../harness/office.ts'

const database = sharedDatabase()
const [SITE, OTHER_SITE, LATE, NEVER] = Array.from({ length: 4 }, () => freshId() as ChannelId)
const contactId = freshId() as ContactId

beforeAll(async () => {
  const { contacts } = database.stores
  const facts = { emails: [], phones: [], attributes: {}, tags: [] }
  await contacts.createContacts([{ id: contactId, name: 'Ada', ...facts, createdAtMs: 1 }])
  const ids = (channelId: ChannelId | undefined, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      channelId: channelId as ChannelId,
      externalId: `visitor-${index}`,
      contactId,
      verified: false,
      atMs: 1,
    }))
  await contacts.createIdentities(ids(SITE, 150))
  await contacts.createIdentities(ids(OTHER_SITE, 150))
  await contacts.createIdentities(ids(LATE, 1))
})

const seeing = (...channels: (ChannelId | undefined)[]) => ({
  ...principalOf(ANNA),
  channels: new Set(channels as ChannelId[]),
})
const open = (...channels: (ChannelId | undefined)[]) =>
  openContact(contactId, seeing(...channels), 'contact.read', database.stores)

describe('a contact with hundreds of ids', () => {
  it('is seen by whoever sees a channel that only a late one of them is on', async () => {
    const { seen } = await open(LATE)
    expect(seen.map(({ channelId }) => channelId)).toEqual([LATE])
    expect((await open(OTHER_SITE)).seen.length).toBeGreaterThan(0)
  })

  it('is not there for anybody else', async () => {
    await expect(open(NEVER)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is listed to the same people', async () => {
    const each = await database.stores.contacts.identitiesOfEach([contactId])
    const channels = new Set(each.get(contactId)?.map(({ channelId }) => channelId))
    expect(channels).toEqual(new Set([SITE, OTHER_SITE, LATE]))
  })

  it('is shown with a bounded number of them', async () => {
    const { identities } = await open(SITE, OTHER_SITE, LATE)
    expect(identities.length).toBeLessThanOrEqual(301)
    expect(new Set(identities.map(({ channelId }) => channelId)).size).toBe(3)
  })
})
