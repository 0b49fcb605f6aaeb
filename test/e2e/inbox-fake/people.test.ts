/** Contacts on screen: who may be the same person, merging with a preview, undoing, and the page of a contact. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { ContactId } from '../../../src/domain/ids.ts'
import { shareNumber } from '../../fakes/agent-api/people-router.ts'
import type { FakeServer } from '../../fakes/agent-api/server.ts'
import { DESK, PHONE, violations, violationsInBothSchemes } from '../browser.ts'
import { inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()
const NUMBER = '+4930901820'

/** The first two customers share a number; the second one's plan says something else. */
function twoOfOne({ state }: FakeServer): readonly [ContactId, ContactId] {
  const [one, other] = [...state.conversations.values()].map(({ contact }) => contact.id)
  if (!one || !other) throw new Error('there are two customers')
  shareNumber(state, one, other, NUMBER)
  const [first, second] = [state.contacts.get(one), state.contacts.get(other)]
  Object.assign(first ?? {}, { attributes: { plan: 'gold' } })
  Object.assign(second ?? {}, {
    attributes: { plan: 'silver', 'shoe size': '38' },
    tags: ['vip'],
    identities: second?.identities.map((identity) => ({
      ...identity,
      optedOutAt: '2026-11-20T10:00:00.000Z',
    })),
  })
  return [one, other]
}

async function openContact(page: Page, id: ContactId): Promise<void> {
  await page.goto(`/contacts/${id}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
}

describe.each([
  ['at a desk', DESK],
  ['on a phone', PHONE],
] as const)('a contact’s page, %s, in light and in dark', (_name, viewport) => {
  it('holds everything without a fault that axe finds, and nothing sideways', async () => {
    const { page, server } = await open({ viewport })
    const [one, other] = twoOfOne(server)
    await openContact(page, one)
    const fits = async (where: string) => {
      expect(await violationsInBothSchemes(page), where).toEqual([])
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        where,
      ).toBeLessThanOrEqual(0)
    }
    await page.locator('time').first().waitFor()
    await fits('timeline')
    const about = page.getByRole('tab', { name: 'Contact' })
    if (await about.isVisible()) await about.click()
    await page.getByText('May be the same person').waitFor()
    await fits('about')
    const name = server.state.contacts.get(other)?.name ?? ''
    await page.getByRole('button', { name: `Compare and merge with ${name}` }).click()
    await page.getByText('Both say something different').waitFor()
    await fits('preview')
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    await page.getByText('Merged into this contact').waitFor()
    await fits('merged')
  })
})

describe('two contacts', () => {
  it('are compared, merged and parted by keyboard alone, beside the thread', async () => {
    const { page, server } = await open()
    const [one, other] = twoOfOne(server)
    const theirs = [...server.state.conversations.values()].find(({ contact }) => contact.id === other)
    const name = server.state.contacts.get(other)?.name ?? ''
    const ours = [...server.state.conversations.values()].find(({ contact }) => contact.id === one)
    await page.goto(`/conversations/${ours?.id}`)
    const compare = page.getByRole('button', { name: `Compare and merge with ${name}` })
    await compare.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('silver is left with the merge').waitFor()
    await dialog.getByText('shoe size: 38').waitFor()
    await dialog.getByRole('button', { name: 'Merge', exact: true }).focus()
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await page.getByText(`${name} is part of this contact now.`).waitFor()
    expect(server.state.contacts.has(other)).toBe(false)
    expect(theirs?.contact.id).toBe(one)
    // The other one's conversation is among this contact's.
    await page.locator(`aside a[href*="${theirs?.id}"]`).waitFor()
    await page.getByText('wants no messages').first().waitFor()
    const undo = page.getByRole('button', { name: `Undo the merge of ${name}` })
    await undo.focus()
    await page.keyboard.press('Enter')
    await page.getByText(`${name} is a contact again.`).waitFor()
    expect(theirs?.contact.id).toBe(other)
    await compare.waitFor()
  })

  it('are merged the other way round where one says so, and undone in the message that tells of it', async () => {
    const { page, server } = await open()
    const [one, other] = twoOfOne(server)
    await openContact(page, one)
    const name = server.state.contacts.get(one)?.name ?? ''
    await page.getByRole('button', { name: /^Compare and merge with/ }).click()
    await page.getByRole('button', { name: 'Keep the other one instead' }).click()
    await page.getByText('gold is left with the merge').waitFor()
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    await page.getByText(`${name} is part of this contact now.`).waitFor()
    expect(server.state.contacts.has(one)).toBe(false)
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await page.getByText(`${name} is a contact again.`).waitFor()
    expect([server.state.contacts.has(one), server.state.contacts.has(other)]).toEqual([true, true])
  })

  it('are suggested no more once somebody says that they are two', async () => {
    const { page, server } = await open()
    const [one, other] = twoOfOne(server)
    await openContact(page, one)
    const name = server.state.contacts.get(other)?.name ?? ''
    await page.getByRole('button', { name: `Not the same: ${name}` }).click()
    await page.getByText('May be the same person').waitFor({ state: 'detached' })
  })

  it('that nothing suggests are found by name and merged by hand', async () => {
    const { page, server } = await open()
    const [one] = twoOfOne(server)
    await openContact(page, one)
    await page.getByRole('button', { name: 'Merge with another contact' }).click()
    await page.getByLabel('Which contact is the same person?').fill('Tom Whit')
    await page.getByRole('button', { name: 'Choose Tom Whitfield' }).first().click()
    await page.getByText('from Tom Whitfield').first().waitFor()
    await page.getByRole('button', { name: 'Merge', exact: true }).click()
    await page.getByText('Tom Whitfield is part of this contact now.').waitFor()
  })
})

it('the timeline shows what comes in while one looks at it, and leads to each conversation', async () => {
  const { page, server } = await open()
  const [one] = twoOfOne(server)
  const conversation = [...server.state.conversations.values()].find(({ contact }) => contact.id === one)
  if (!conversation) throw new Error('he has a conversation')
  await openContact(page, one)
  await server.connected()
  server.customerWrites(conversation.id, 'And one more thing')
  await page.getByText('And one more thing').waitFor()
  await page
    .getByRole('link', { name: /^Open the conversation on/ })
    .first()
    .click()
  await page.waitForURL(`**/conversations/${conversation.id}**`)
})

it('an address that nobody proved is shown as what it is, where letters come from it', async () => {
  const { page, server } = await open({ letters: true })
  const { state } = server
  const letters = state.channels.find(({ capabilities }) => capabilities.letters)
  const contact = [...state.contacts.values()].find(({ identities }) =>
    identities.some(({ channelId }) => channelId === letters?.id),
  )
  if (!contact) throw new Error('somebody wrote a letter')
  const [identity] = contact.identities
  Object.assign(contact, {
    emails: [],
    identities: [{ ...identity, externalId: 'mallory@example.net', verified: false }],
  })
  await openContact(page, contact.id)
  await page.getByText('unproven address').waitFor()
  await page.getByText('mallory@example.net').first().waitFor()
  expect(await page.getByText('No address known').count()).toBe(0)
  expect(await violations(page)).toEqual([])
})
