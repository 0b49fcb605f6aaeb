/** A conversation whose letters somebody passed on to us: it is made to be with whoever wrote them. */
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { changeContact } from '../../../src/services/change-contact.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createLetterRig, type LetterRig, letter, SUPPORT } from '../../harness/inbound-letters.ts'

const database = sharedDatabase()
const EVE = 'eve@example.net'
const FORWARDED = { forwardedFrom: { address: EVE, name: 'Eve' } }

const make = async (rig: LetterRig, id: string, address: string, name?: string) => {
  const conversation = await rig.conversationOf(id)
  return changeContact(
    conversation.id,
    { address, version: conversation.version, ...(name === undefined ? {} : { name }) },
    rig.agent,
    { ...database.stores, ...rig.receiveDeps, orderClock: rig.routeDeps.orderClock },
  )
}

describe('the contact of a conversation', () => {
  it('becomes whoever wrote what was passed on; the letters of both go on with it', async () => {
    const rig = createLetterRig(database.stores)
    await rig.receiveEach(letter({ id: 'a', ...FORWARDED }))
    const before = await rig.conversationOf('a')
    rig.events.length = 0
    const now = await make(rig, 'a', EVE)
    expect(now).toMatchObject({ id: before.id, identityExternalId: EVE, contactName: 'Eve' })
    expect(now.contactId).not.toBe(before.contactId)
    expect(rig.events.map(({ type }) => type)).toEqual(['conversation.updated', 'message.created'])
    const [contact] = await database.stores.contacts.findContacts([now.contactId])
    expect(contact).toMatchObject({ name: 'Eve', emails: [EVE] })
    await rig.receiveEach(
      letter({ id: 'b', from: EVE, references: ['a'] }),
      letter({ id: 'c', references: ['a'] }),
      letter({ id: 'd', from: 'mallory@example.net', references: ['a'] }),
    )
    expect((await rig.conversationOf('b')).id).toBe(before.id)
    expect((await rig.conversationOf('c')).id).toBe(before.id)
    expect((await rig.conversationOf('d')).id).not.toBe(before.id)
    const letters = await Promise.all(['b', 'c'].map((id) => rig.message(id)))
    expect(letters.map((message) => message.letter?.stranger === true)).toEqual([false, false])
    // As she calls herself, now that she has written.
    expect((await rig.conversationOf('c')).contactName).toBe('eve')
  })

  it('stays when he is it already, and is he who is known where he is known', async () => {
    const rig = createLetterRig(database.stores)
    await rig.receiveEach(letter({ id: 'known', from: EVE }), letter({ id: 'a', ...FORWARDED }))
    const { contactId } = await rig.conversationOf('known')
    const now = await make(rig, 'a', EVE, 'Another name')
    expect(now).toMatchObject({ contactId, contactName: 'eve' })
    expect(await make(rig, 'a', EVE)).toEqual(now)
  })

  it('is nobody whom no letter names, nor whom only an unseen copy went to, nor ourselves', async () => {
    const rig = createLetterRig(database.stores)
    await rig.receiveEach(
      letter({ id: 'a', cc: ['Bob@Example.com'], bcc: [{ address: 'unseen@example.com' }] }),
    )
    for (const address of [EVE, 'unseen@example.com', SUPPORT, 'nobody'])
      await expect(make(rig, 'a', address)).rejects.toThrow(AppError)
    expect(await database.stores.contacts.findIdentities(rig.channelId, [EVE, SUPPORT])).toEqual([])
    expect(await make(rig, 'a', 'bob@example.com')).toMatchObject({ identityExternalId: 'bob@example.com' })
  })
})
