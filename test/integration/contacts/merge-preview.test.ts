/** Whatever two contacts are, merging makes exactly what the preview said, and undoing gives both back. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ContactView } from '../../../src/domain/views.ts'
import { type PeopleServer, startPeopleServer } from './people-server.ts'

let server: PeopleServer

beforeAll(async () => {
  server = await startPeopleServer()
})
afterAll(() => server.close())

const few = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 })
const facts = fc.record({
  emails: few(['a@example.com', 'b@example.com', 'c@example.com']),
  phones: few(['+4930901820', '+4930901821', '+4930901822']),
  tags: few(['vip', 'late', 'new']),
  attributes: fc.dictionary(fc.constantFrom('plan', 'city', 'shoe size'), fc.constantFrom('one', 'two'), {
    noNullPrototype: true,
  }),
  owned: fc.boolean(),
})

type Facts = typeof facts extends fc.Arbitrary<infer F> ? F : never

let count = 0
const known = ({ version: _, identities, ...contact }: ContactView) => ({
  ...contact,
  identities: new Set(identities.map(({ id }) => id)),
})

it('a merge makes what its preview said, and its undoing what was before', async () => {
  const make = async ({ owned, ...change }: Facts, channels: readonly boolean[]) => {
    count += 1
    const contact = await server.person(`who-${count}`)
    for (const closed of channels) {
      const channel = closed ? server.closedChannelId : server.channelId
      const { contact: more } = await server.writes(`who-${count}-${closed}`, {}, channel)
      await server.merge(contact.id, more.id)
    }
    return server.change(contact.id, { ...change, ownerId: owned ? server.anna.profile.id : null })
  }
  const channels = fc.uniqueArray(fc.boolean(), { maxLength: 2 })
  await fc.assert(
    fc.asyncProperty(facts, facts, channels, channels, async (some, others, ones, theirs) => {
      const [one, other] = [await make(some, ones), await make(others, theirs)]
      const preview = await server.preview(one.id, other.id)
      // The preview itself has changed nothing.
      expect(await server.contact(one.id)).toEqual(one)
      const moving = (await server.conversationsOf(other.id)).length
      expect(preview.conversations).toBe(moving)
      const { merge, contact } = await server.merge(one.id, other.id)
      expect(known(contact)).toEqual(known(preview.result))
      expect(contact.version).toBe(preview.result.version)
      expect(await server.contact(one.id)).toEqual(contact)
      expect((await server.conversationsOf(one.id)).length).toBe(1 + ones.length + moving)
      await server.undo(merge.id)
      expect(known(await server.contact(one.id))).toEqual(known(one))
      expect(known(await server.contact(other.id))).toEqual(known(other))
      expect((await server.conversationsOf(other.id)).length).toBe(moving)
    }),
    { numRuns: process.env['FAULTS'] === 'long' ? 100 : 10 },
  )
})
