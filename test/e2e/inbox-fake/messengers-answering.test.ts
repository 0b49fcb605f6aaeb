/** Answering on channels of short messages: nothing goes out twice, nothing that was written gets lost. */
import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { picture } from '../picture.ts'
import { type InboxPage, inboxPerTest } from './inbox-browser.ts'
import { editor } from './letters-page.ts'
import { MAJA, messengersPage } from './messengers-page.ts'

const open = inboxPerTest()
let inbox: InboxPage
const { bubble, choose, composer, conversationOf, idOf, lastSent, pointAt, visit } = messengersPage(
  () => inbox,
)

const FILE = { name: 'seam.png', mimeType: 'image/png', buffer: picture() }

it('an approved message goes out once, however often the key is pressed', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  await visit('Rosa Lind', 'Shop messages')
  const followUp = page.locator('li[role=option]', { hasText: 'follow_up' })
  await followUp.click()
  const send = page.getByRole('button', { name: 'Send approved message' })
  await eventually(() => send.evaluate((button) => button === document.activeElement)).toBe(true)
  await send.dblclick()
  await page.keyboard.press('Enter')
  await page.getByText('It is on its way').waitFor()
  await bubble('We have an answer to your question').getByLabel('Read').waitFor()
  await page.keyboard.press('Enter')
  expect(server.state.sent).toHaveLength(1)
  expect(await followUp.getAttribute('aria-selected')).toBe('false')
  // Another one is a deed of its own.
  await page.getByRole('combobox', { name: 'Find an approved message' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.getByLabel('Gap 1').waitFor()
})

it('a message that the platform is asked about is not said to be sent again', async () => {
  inbox = await open({ messengers: true })
  const { server } = inbox
  await visit(MAJA, 'Text line')
  const uncertain = bubble('We ring before we come.')
  await uncertain.getByText('Asking the platform whether it arrived').waitFor()
  await uncertain.getByRole('img', { name: 'Asking the platform whether it arrived' }).waitFor()
  expect(await uncertain.getByText('next attempt').count()).toBe(0)
  expect(await uncertain.getByRole('button', { name: 'Send again' }).count()).toBe(0)
  // Once nobody knows, a person is asked.
  const { id, channelId } = conversationOf(MAJA, 'Text line')
  const message = server.state.messages.get(id)?.at(-1)
  if (!message) throw new Error('there is a message')
  Object.assign(message, {
    status: 'failed',
    delivery: { state: 'unknown', attempts: 1, certainty: 'unknown', errorCode: 'timeout' },
    version: message.version + 1,
  })
  await server.connected()
  server.state.publish([{ type: 'message.updated', message, channelId }])
  await uncertain.getByText('may or may not have arrived').waitFor()
  await uncertain.getByRole('button', { name: 'Send again' }).waitFor()
})

it('words and files go along into a conversation that is begun, and push aside nothing unasked', async () => {
  inbox = await open({ messengers: true, letters: true })
  const { page } = inbox
  await page.goto('/write')
  await page.getByLabel('Subject').fill('To somebody else')
  await visit(MAJA, 'Shop messages')
  await composer().fill('Here is the *picture*.')
  await page.locator('input[type=file]').setInputFiles(FILE)
  await page.getByRole('button', { name: 'Remove seam.png' }).waitFor()

  const byLetter = async () => {
    await page.getByRole('button', { name: /Answer by/ }).click()
    await page.getByRole('menuitem', { name: /Customer care/ }).click()
  }
  await byLetter()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('not sent it').waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  expect(await composer().inputValue()).toBe('Here is the *picture*.')

  await byLetter()
  await dialog.getByRole('button', { name: 'Leave it for good' }).click()
  await page.waitForURL('**/write*')
  await page.getByText('Here is the *picture*.').waitFor()
  await page.getByRole('button', { name: 'Remove seam.png' }).waitFor()
  await page.getByLabel('Subject').fill('Your picture')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForURL('**/conversations/*')
  expect(lastSent()).toMatchObject({
    attachmentIds: [expect.any(String)],
    letter: { subject: 'Your picture' },
  })
  await visit(MAJA, 'Shop messages')
  await eventually(() => composer().inputValue()).toBe('')
  expect(await page.getByRole('button', { name: 'Remove seam.png' }).count()).toBe(0)
})

it('who wrote a letter is answered by a messenger, with the files that it carries', async () => {
  inbox = await open({ messengers: true, letters: true })
  const { page, server } = inbox
  const { state } = server
  const care = state.channels.find(({ capabilities }) => capabilities.letters)
  const letter = [...state.conversations.values()].find(
    ({ channelId, filed }) => channelId === care?.id && !filed,
  )
  if (!letter) throw new Error('there is a conversation of letters')
  Object.assign(letter, { contact: conversationOf(MAJA, 'Harbour bot').contact })
  await page.goto(`/conversations/${letter.id}`)
  await page.getByRole('button', { name: /^Answer by/ }).waitFor()
  await page.keyboard.press('r')
  await editor(page).fill('Quicker here:')
  await page.locator('input[type=file]').setInputFiles(FILE)
  await page.getByRole('button', { name: 'Remove seam.png' }).waitFor()
  await page.getByRole('button', { name: /^Answer by/ }).click()
  await page.getByRole('menuitem', { name: /Harbour bot/ }).click()
  await page.waitForURL(`**/conversations/${idOf(MAJA, 'Harbour bot')}*`)
  await eventually(() => composer().inputValue()).toBe('Quicker here:')
  await page.getByRole('button', { name: 'Remove seam.png' }).waitFor()
  await page.goto(`/conversations/${letter.id}`)
  // Nothing of it is left behind.
  await page.getByRole('button', { name: /^Answer by/ }).waitFor()
  expect(await editor(page).count()).toBe(0)
})

it('a channel that carries no files says so of those that come along', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  const texts = server.state.channels.find(({ name }) => name === 'Text line')
  Object.assign(texts ?? {}, { health: { state: 'healthy' } })
  await visit(MAJA, 'Harbour bot')
  await page.locator('input[type=file]').setInputFiles(FILE)
  await page.getByRole('button', { name: 'Remove seam.png' }).waitFor()
  await page.getByRole('button', { name: /Answer by/ }).click()
  await page.getByRole('menuitem', { name: /Text line/ }).click()
  await page.getByText('This channel carries no files').waitFor()
  await composer().fill('Without it, then.')
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Remove seam.png' }).click()
  expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(false)
})

it('what is offered of a message is what the server lets one do', async () => {
  inbox = await open({ messengers: true, signedIn: false })
  const { page, server, signIn } = inbox
  const [me, colleague] = server.state.agents
  const thread = server.state.messages.get(idOf(MAJA, 'Harbour bot')) ?? []
  const theirs = thread.at(-1)
  Object.assign(me ?? {}, { role: 'agent' })
  Object.assign(theirs ?? {}, { author: { kind: 'agent', id: colleague?.id, name: colleague?.name } })
  await signIn()
  await visit(MAJA, 'Harbour bot')
  await pointAt(bubble('I will call him'))
  const offered = () => page.getByRole('menuitem').allTextContents()
  expect(await offered()).toEqual(['Reply', 'Copy the text'])
  await page.keyboard.press('Escape')

  // What never reached the platform can be neither answered nor changed there.
  Object.assign(theirs ?? {}, {
    author: { kind: 'agent', id: me?.id, name: me?.name },
    status: 'failed',
    delivery: { state: 'dead', attempts: 1, errorCode: 'blocked-by-recipient' },
  })
  await page.reload()
  await pointAt(bubble('I will call him'))
  expect(await offered()).toEqual(['Copy the text'])
})

it('a message that was refused goes back to where it was written', async () => {
  inbox = await open({ messengers: true, expected: /status of 422/ })
  const { page, server } = inbox
  await visit(MAJA, 'Harbour bot')
  await choose(bubble('Please call my brother'), 'Reply')
  await composer().fill('He knows now.')
  let refuses = true
  await page.route('**/api/v1/conversations/*/messages', (route) =>
    route.request().method() === 'POST' && refuses
      ? route.fulfill({
          status: 422,
          contentType: 'application/problem+json',
          body: JSON.stringify({ title: 'Refused', status: 422, code: 'message-refused', detail: 'Not so.' }),
        })
      : route.continue(),
  )
  await page.keyboard.press('Enter')
  const refused = page.locator('[data-pending]', { hasText: 'He knows now.' })
  await refused.getByText('Not sent: Not so.').waitFor()
  await composer().fill('Something else')
  await refused.getByRole('button', { name: 'Edit' }).click()
  await refused.waitFor({ state: 'detached' })
  expect(await composer().inputValue()).toBe('He knows now.\nSomething else')
  await page.getByText(`Reply to ${MAJA}`).first().waitFor()
  refuses = false
  await page.keyboard.press('Enter')
  await bubble('Something else').getByLabel('Read').waitFor()
  expect(lastSent()).toMatchObject({ text: 'He knows now.\nSomething else', replyToId: expect.any(String) })
  expect(server.state.sent).toHaveLength(1)
})

it('the window is that of the channel: what he wrote in another conversation opens it', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  const rosa = conversationOf('Rosa Lind', 'Shop messages')
  const lastInboundAt = new Date(Date.now() - 3_600_000).toISOString()
  await page.route(`**/contacts/${rosa.contact.id}/reach`, async (route) => {
    const answer = await route.fetch()
    const { items } = await answer.json()
    await route.fulfill({ json: { items: items.map((way: object) => ({ ...way, lastInboundAt })) } })
  })
  await visit('Rosa Lind', 'Shop messages')
  await page.getByText(/Free answers until .* left/).waitFor()
  await composer().waitFor()
  expect(server.state.sent).toEqual([])
})

it('voice messages are played where they stand, and pictures of one message are one piece', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit(MAJA, 'Shop messages')
  const voice = page.getByLabel('Sound: voice-2041.wav')
  await eventually(() => voice.evaluate((player) => (player as HTMLAudioElement).duration)).toBe(7)
  await page.getByRole('link', { name: 'Download voice-2041.wav' }).waitFor()
  const boxes = () =>
    bubble('This is how it came')
      .locator('img')
      .evaluateAll((images) => images.map((image) => Math.round(image.getBoundingClientRect().width)))
  await eventually(async () => (await boxes()).length).toBe(3)
  const [wide = 0, left = 0, right = 0] = await boxes()
  expect(left).toBe(right)
  expect(wide).toBeGreaterThan(left + right)
})

it('whoever is reached by an address is written to from his page', async () => {
  inbox = await open({ messengers: true, letters: true })
  const { page, server } = inbox
  const { contact } = conversationOf(MAJA, 'Shop messages')
  await page.goto(`/contacts/${contact.id}`)
  await page.getByRole('button', { name: 'Customer care' }).click()
  await page.waitForURL('**/write*')
  await page.getByLabel('Subject').fill('Your order')
  await editor(page).fill('It is ready.')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await page.waitForURL('**/conversations/*')
  expect(server.state.sent.at(-1)).toMatchObject({
    to: 'maja@fjordmail.example',
    letter: { subject: 'Your order' },
  })
})
