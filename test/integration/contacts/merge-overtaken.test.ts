/** Two processes at one merge: the first stood still for so long that the second took it over and has just decided it. */
import { expect, it } from 'vitest'
import type { ContactId } from '../../../src/domain/ids.ts'
import { finishMerges, mergeContact, undoMerge } from '../../../src/services/merge-contact.ts'
import type { MergeStepDeps } from '../../../src/services/merge-steps.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { createPathRig } from '../../harness/path-rig.ts'

const database = sharedDatabase()

it('the first does not give up what the second has decided', async () => {
  const { contacts, mergedContacts, merges, conversations } = database.stores
  const rig = createPathRig(database.stores)
  const from = (who: string) =>
    rig.entry({
      type: 'message',
      externalId: `m-${who}`,
      threadKey: who,
      identity: { externalId: who, verified: true, displayName: who, email: `${who}@example.com` },
      text: 'Hello',
      attachments: [],
    })
  await rig.receive([from('ada'), from('bob')])
  const contactOf = async (who: string): Promise<ContactId> => {
    const [identity] = await contacts.findIdentities(rig.channelId, [who])
    return identity?.contactId as ContactId
  }
  const [ada, bob] = [await contactOf('ada'), await contactOf('bob')]
  const read = async (id: ContactId) => (await contacts.findContacts([id]))[0]
  const { bus, now } = rig.receiveDeps
  const deps = (change: Partial<MergeStepDeps['mergedContacts']> = {}): MergeStepDeps => ({
    contacts,
    mergedContacts: { ...mergedContacts, ...change },
    merges,
    conversations,
    bus,
    now,
  })
  let goOn = (): void => undefined
  const firstIsDone = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let second: Promise<unknown> | undefined
  const standsStill = deps({
    async standingOf(id) {
      const standing = await mergedContacts.standingOf(id)
      if (second) return standing
      rig.state.nowMs += 120_000
      await new Promise<void>((decided) => {
        const bury: typeof mergedContacts.bury = async (merge) => {
          decided()
          await firstIsDone
          await mergedContacts.bury(merge)
        }
        second = finishMerges(deps({ bury }))
      })
      return standing
    },
  })
  const seen = {
    version: (await read(ada))?.version ?? 0,
    contactVersion: (await read(bob))?.version ?? 0,
  }
  await mergeContact(ada, { contactId: bob, ...seen }, rig.agent, standsStill).catch(() => undefined)
  goOn()
  await second
  rig.state.nowMs += 120_000
  await finishMerges(deps())

  expect((await read(bob))?.mergedInto).toBe(ada)
  expect((await read(ada))?.emails).toEqual(['ada@example.com', 'bob@example.com'])
  expect((await contacts.search('bob@example.com', 10)).map(({ id }) => id)).toEqual([ada])
  const [done] = await merges.into(ada, 2)
  await undoMerge(done?.id ?? '', rig.agent, deps())
  expect((await read(bob))?.mergedInto).toBeUndefined()
  expect((await read(ada))?.emails).toEqual(['ada@example.com'])
  expect(await contactOf('bob')).toBe(bob)
})
