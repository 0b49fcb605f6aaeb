/** Channels of short messages in the inbox: what comes is shown, and everything that a channel can is offered. */
import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { type InboxPage, inboxPerTest } from './inbox-browser.ts'
import { MAJA, messengersPage } from './messengers-page.ts'

const open = inboxPerTest()
let inbox: InboxPage

const { bubble, choose, composer, idOf, lastSent, visit } = messengersPage(() => inbox)

it('formatting is made of elements, and nothing of another host is asked for', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  const id = idOf(MAJA, 'Harbour bot')
  const message = server.state.messages.get(id)?.find(({ spans }) => spans)
  const hostile = '<img src=x onerror=alert(1)> press me'
  Object.assign(message ?? {}, {
    text: hostile,
    spans: [
      { kind: 'bold', offset: 0, length: 28 },
      { kind: 'link', offset: 29, length: 5, url: 'javascript:alert(1)' },
      { kind: 'link', offset: 35, length: 2, url: 'https://harbour.example/' },
    ],
  })
  await visit(MAJA, 'Harbour bot')
  await page.locator('[role=log]').evaluate((thread) => thread.scrollBy(0, -500))
  const said = bubble('press me')
  await eventually(() => said.locator('strong').textContent()).toBe('<img src=x onerror=alert(1)>')
  expect(await said.locator('img').count()).toBe(0)
  expect(await said.getByRole('link').count()).toBe(1)
  expect(await said.getByRole('link').getAttribute('rel')).toContain('noopener')
  expect(await said.getByRole('list', { name: 'Reactions' }).getByRole('listitem').count()).toBe(2)
  await bubble('Jonas Sørensen').getByRole('link', { name: 'Open in a map' }).waitFor()
  expect([...hosts]).toEqual([new URL(server.url).host])
})

it('a quote leads to the message that it quotes, also far above', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  const messages = server.state.messages.get(idOf(MAJA, 'Harbour bot')) ?? []
  const [first] = messages
  const later = messages.at(-1)
  Object.assign(later ?? {}, {
    replyTo: { id: first?.id, authorName: MAJA, preview: first?.text },
  })
  await visit(MAJA, 'Harbour bot')
  expect(await page.locator(`[data-message="${first?.id}"]`).count()).toBe(0)
  await bubble('I will call him')
    .getByRole('button', { name: /Answers/ })
    .click()
  await page.locator(`[data-message="${first?.id}"]`).waitFor()
  await eventually(() => page.locator(`[data-message="${first?.id}"]`).boundingBox()).toMatchObject({
    y: expect.any(Number),
  })
})

it('a message is answered, changed and taken back where the channel can', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  await visit(MAJA, 'Harbour bot')
  await choose(bubble('Please call my brother'), 'Reply')
  await page.getByText(`Reply to ${MAJA}`).first().waitFor()
  await composer().fill('He knows now.')
  await page.keyboard.press('Enter')
  await bubble('He knows now.').getByLabel('Read').waitFor()
  const asked = server.state.messages
    .get(idOf(MAJA, 'Harbour bot'))
    ?.find(({ text }) => text.startsWith('Please call'))
  expect(lastSent()?.replyToId).toBe(asked?.id)
  await bubble('He knows now.')
    .getByRole('button', { name: /Answers/ })
    .waitFor()

  await choose(bubble('He knows now.'), 'Edit')
  await page.getByLabel('Change the message').fill('He knows by now.')
  await page.keyboard.press('Enter')
  await bubble('He knows by now.').getByText('edited').waitFor()

  await choose(bubble('He knows by now.'), 'Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await bubble('He knows by now.').waitFor({ state: 'detached' })
  await page.getByText('This message was deleted').last().waitFor()

  // Where a channel cannot, nothing is offered.
  await visit(MAJA, 'Text line')
  const plain = page.locator('article').last()
  await plain.hover()
  await plain.getByRole('button', { name: 'More about this message' }).click()
  await page.getByRole('menuitem', { name: 'Copy the text' }).waitFor()
  expect(await page.getByRole('menuitem').count()).toBe(1)
})

it('a window that closes while one looks gives way to the approved messages, sent by the keyboard alone', async () => {
  inbox = await open({ messengers: true, turnsClocks: true })
  const { page } = inbox
  await page.clock.install()
  await visit('Nils Ek', 'Shop messages')
  await page.getByText(/Only 4\d min left for free answers/).waitFor()
  await composer().fill('We do, and')
  await page.clock.runFor(45 * 60_000)
  await page.getByText('only an approved message may go out now').waitFor()
  await composer().waitFor({ state: 'detached' })

  const search = page.getByRole('combobox', { name: 'Find an approved message' })
  await eventually(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.type('order ready')
  await eventually(() => page.locator('li[role=option]').count()).toBe(2)
  await page.keyboard.press('ArrowDown')
  await page.getByText('din beställning').last().waitFor()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await eventually(() => page.getByLabel('Gap 1').evaluate((field) => field === document.activeElement)).toBe(
    true,
  )
  expect(await page.getByLabel('Gap 1').getAttribute('placeholder')).toBe('e.g. Maja')
  for (const typed of ['Nils', '20901', '18:00']) {
    await page.keyboard.type(typed)
    await page.keyboard.press('Enter')
  }
  const read = 'Hello Nils, your order 20901 is ready at our quay. We are open until 18:00 today.'
  await bubble(read).getByText('order_ready').waitFor()
  expect(lastSent()).toMatchObject({
    text: '',
    template: { name: 'order_ready', variables: { 1: 'Nils', 2: '20901', 3: '18:00' } },
  })
  // What was typed before is still there once he writes.
  inbox.server.customerWrites(idOf('Nils Ek', 'Shop messages'), 'Lovely, thanks!')
  await eventually(() => composer().inputValue()).toBe('We do, and')
})

it('one that cannot be sent says why, and a failed answer leads to those that can', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit('Rosa Lind', 'Shop messages')
  const rejected = page.locator('li[role=option]', { hasText: 'summer_sale' })
  await rejected.getByText('The platform rejected it').waitFor()
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowDown')
  await eventually(() => rejected.getAttribute('aria-selected')).toBe('true')
  expect(await page.getByRole('button', { name: 'Send approved message' }).isDisabled()).toBe(true)
  await bubble('shall I put one aside').getByText('An approved message may still go out').waitFor()

  await visit(MAJA, 'Shop messages')
  await page.getByRole('button', { name: 'Approved messages' }).click()
  await page.locator('li[role=option]').first().waitFor()
  await page.keyboard.press('Escape')
  await composer().waitFor()
})

it('segments are counted while one types, with the character that makes them dear', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit(MAJA, 'Text line')
  await composer().fill('a'.repeat(161))
  await page.getByText('2 segments · 145 left').waitFor()
  await composer().fill('It is “here”')
  await page.getByText('1 segment · 58 left · Unicode because of ““”').waitFor()
})

it('keys and buttons put marks around what is selected', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit(MAJA, 'Shop messages')
  await composer().fill('It is ready')
  await composer().evaluate((field) => (field as HTMLTextAreaElement).setSelectionRange(6, 11))
  await page.keyboard.press('Control+b')
  await eventually(() => composer().inputValue()).toBe('It is *ready*')
  await page.getByRole('button', { name: 'Strikethrough' }).click()
  await eventually(() => composer().inputValue()).toBe('It is *~ready~*')
  await visit('Otto Berg', 'Text line')
  expect(await page.getByRole('button', { name: 'Strikethrough' }).count()).toBe(0)
})

it('another channel is chosen with its reason, and takes the draft along', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit(MAJA, 'Shop messages')
  await composer().fill('It is ready, come by.')
  await page.getByRole('button', { name: /Answer by/ }).click()
  const broken = page.getByRole('menuitem', { name: /Text line/ })
  await broken.getByText('The channel does not work just now').waitFor()
  expect(await broken.isDisabled()).toBe(true)
  await page.getByRole('menuitem', { name: /Harbour bot/ }).click()
  await page.waitForURL(`**/conversations/${idOf(MAJA, 'Harbour bot')}*`)
  await eventually(() => composer().inputValue()).toBe('It is ready, come by.')
  await visit(MAJA, 'Shop messages')
  await eventually(() => composer().inputValue()).toBe('')
})

it('whoever wants no messages gets none, and one is told', async () => {
  inbox = await open({ messengers: true })
  const { page } = inbox
  await visit('Otto Berg', 'Text line')
  await page.getByText('The customer wants no more messages here').waitFor()
  await page.getByText(/Otto Berg asked on .* to get no more messages here/).waitFor()
  await composer().fill('Hello?')
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
})

it('a channel says what is to be done, and is deleted once its name was typed', async () => {
  inbox = await open({ messengers: true })
  const { page, server } = inbox
  const id = server.state.channels.find(({ name }) => name === 'Shop messages')?.id ?? ''
  await page.goto(`/settings/channels/${id}`)
  const step = page.getByRole('listitem').filter({ hasText: 'Enter this address' })
  await step.getByText(`https://inbox.harbour.example/ingress/${id}`).waitFor()
  expect(await step.getByRole('button', { name: 'Copy' }).count()).toBe(1)

  await page.getByRole('button', { name: 'Delete channel' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: 'Delete for good' })
  await dialog.getByRole('textbox').fill('Shop message')
  expect(await confirm.isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('Shop messages')
  await confirm.click()
  await page.getByRole('heading', { name: 'Deleted channels' }).waitFor()

  await visit(MAJA, 'Shop messages')
  await page.getByText('This channel was deleted').waitFor()
  await bubble('We are packing it right now.').waitFor()
  await composer().fill('Still there?')
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  const kept = page.getByLabel('Channel', { exact: true }).locator('optgroup[label="Deleted"] option')
  await eventually(() => kept.allTextContents()).toEqual(['Shop messages'])
})
