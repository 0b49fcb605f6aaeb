import { expect, it } from 'vitest'
import { inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()

it('the colleague who looks after a contact is chosen beside the thread, by keyboard, and shown live', async () => {
  const { page, server } = await open()
  await page.locator('[data-conversation]').first().click()
  const choice = page.getByLabel('Looked after by')
  await choice.waitFor()
  const [conversation] = [...server.state.conversations.values()].filter(({ id }) => page.url().includes(id))
  if (!conversation) throw new Error('a conversation is open')
  const ownerId = () => server.state.contacts.get(conversation.contact.id)?.ownerId
  const [first, second] = server.state.agents
    .filter(({ state }) => state === 'active')
    .sort((one, other) => one.name.localeCompare(other.name))
  expect(await choice.inputValue()).toBe('')
  await choice.focus()
  await page.keyboard.press('ArrowDown')
  await expect.poll(ownerId).toBe(first?.id)
  await expect.poll(() => choice.isEnabled()).toBe(true)

  const contact = server.state.contacts.get(conversation.contact.id)
  if (!contact || !second) throw new Error('there are a contact and two colleagues')
  Object.assign(contact, { ownerId: second.id, version: contact.version + 1 })
  server.state.publish([{ type: 'contact.updated', contact: { ...contact } }])
  await expect.poll(() => choice.inputValue()).toBe(second.id)

  await choice.selectOption({ label: 'Nobody in particular' })
  await expect.poll(ownerId).toBeFalsy()
})

it('what a colleague changes about teams, topics and skills shows without a reload', async () => {
  const { page, server } = await open()
  for (const part of ['teams', 'categories', 'skills'] as const) {
    await page.goto(`/settings/${part}`)
    const known = server.state[part][0]
    if (!known) throw new Error('the demo has one of each')
    await page.getByText(known.name, { exact: true }).first().waitFor()
    const name = `Fresh among ${part}`
    server.state[part].push({ ...known, id: `${known.id.slice(0, -4)}ffff` as never, name } as never)
    server.state.publish([{ type: 'routing.changed', part }])
    await page.getByText(name, { exact: true }).first().waitFor()
  }
})
