import { describe, expect, it } from 'vitest'
import { violationsInBothSchemes } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { inboxPerTest } from './inbox-browser.ts'
import { chips, conversationAbout, editor, lastLetter, openLetters } from './letters-page.ts'

const open = inboxPerTest()

describe('answering', () => {
  it('names everybody, sends both forms, and shows the letter in the thread', async () => {
    const inbox = await open({ letters: true })
    const { page, server } = inbox
    const id = await openLetters(inbox, 'torn seam')
    const about = server.state.messages.get(id)?.at(-1)?.id
    await page.locator('#main').focus()
    await page.keyboard.press('Shift+R')
    await editor(page).waitFor()
    expect([await chips(page, 'To'), await chips(page, 'Cc')]).toEqual([['Ada Holm'], ['Bob Tanner']])
    expect(await page.getByLabel('Subject').inputValue()).toBe('Re: Dry bag with a torn seam')
    await editor(page).focus()
    await page.keyboard.type('Dear Ada,')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+b')
    await page.keyboard.type('two <blue> ones')
    await page.keyboard.press('Control+b')
    await page.keyboard.type(' are set aside.')
    await page.getByText('Quay 7, Göteborg').waitFor()
    await page.getByRole('checkbox', { name: 'Signature' }).click()
    await editor(page).focus()
    await page.keyboard.press('Control+Enter')
    await eventually(() => server.state.sent.length).toBe(1)
    expect(server.state.sent[0]).toEqual({
      clientMessageId: expect.any(String),
      text: 'Dear Ada,\ntwo <blue> ones are set aside.',
      attachmentIds: [],
      letter: {
        html: '<div>Dear Ada,</div><div><b>two &lt;blue&gt; ones</b> are set aside.</div>',
        subject: 'Re: Dry bag with a torn seam',
        to: ['ada.holm@fjordmail.example'],
        cc: ['bob@boatclub.example'],
        bcc: [],
        aboutMessageId: about,
        quote: 'reply',
        signature: false,
      },
    })
    await page.getByRole('button', { name: 'Reply to Ada Holm…' }).waitFor()
    await lastLetter(page).getByRole('img', { name: 'Read' }).waitFor()
  })

  it('goes with all its files, and to whom one was just typing, also when it becomes an answer to all', async () => {
    const inbox = await open({ letters: true })
    const { page, server } = inbox
    await openLetters(inbox, 'torn seam')
    await lastLetter(page).getByRole('button', { name: 'Reply', exact: true }).click()
    await editor(page).fill('See the note.')
    const file = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('for the bag') }
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('button', { name: 'Remove note.txt' }).waitFor()
    await page.getByText('Reply all', { exact: true }).click()
    await page.getByRole('button', { name: 'Remove note.txt' }).waitFor()
    await page.getByRole('button', { name: 'Add Bcc' }).click()
    await page.getByRole('combobox', { name: 'Bcc' }).fill('eva@moss.example')
    await page.keyboard.press('Control+Enter')
    await eventually(() => server.state.sent.length).toBe(1)
    expect(server.state.sent[0]).toMatchObject({
      text: 'See the note.',
      attachmentIds: [expect.any(String)],
      letter: { cc: ['bob@boatclub.example'], bcc: ['eva@moss.example'] },
    })
  })

  it('keeps what is written over a reload, with recipients and subject', async () => {
    const inbox = await open({ letters: true })
    const { page } = inbox
    await openLetters(inbox, 'torn seam')
    await lastLetter(page).getByRole('button', { name: 'Reply', exact: true }).click()
    await editor(page).fill('Half a thought')
    await page.getByRole('button', { name: 'Add Cc' }).click()
    await page.getByRole('combobox', { name: 'Cc' }).fill('Eva <eva@moss.example>')
    await page.keyboard.press('Enter')
    await page.getByLabel('Subject').fill('About your bag')
    await page.reload()
    await editor(page).waitFor()
    expect(await editor(page).innerText()).toBe('Half a thought')
    expect([await chips(page, 'To'), await chips(page, 'Cc')]).toEqual([['Ada Holm'], ['Eva']])
    expect(await page.getByLabel('Subject').inputValue()).toBe('About your bag')
    await page.getByRole('button', { name: 'Discard this letter' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
    await page.getByRole('button', { name: 'Reply to Ada Holm…' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Reply to Ada Holm…' }).waitFor()
  })

  it('forwards with the letter below, says what is wrong with an address, and still takes notes', async () => {
    const inbox = await open({ letters: true })
    const { page, server } = inbox
    const id = await openLetters(inbox, 'torn seam')
    await page.getByRole('button', { name: 'Reply to Ada Holm…' }).waitFor()
    await page.locator('#main').focus()
    await page.keyboard.press('f')
    const to = page.getByRole('combobox', { name: 'To' })
    await to.fill('eva@moss')
    await page.keyboard.press('Enter')
    await page.getByText('what follows the @ is incomplete').waitFor()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    expect(server.state.sent).toEqual([])
    await to.press('Backspace')
    await to.fill('eva@moss.example')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await eventually(() => server.state.sent.length).toBe(1)
    expect(server.state.sent[0]?.letter).toMatchObject({
      to: ['eva@moss.example'],
      subject: 'Fwd: Dry bag with a torn seam',
      quote: 'forward',
    })
    await page.getByRole('button', { name: 'Note' }).click()
    await page.getByLabel('Write a note for your team').fill('Check the stock first')
    await page.keyboard.press('Enter')
    await eventually(() => server.state.messages.get(id)?.at(-1)?.kind).toBe('note')
  })
})

describe('writing first', () => {
  it('suggests contacts, says the server’s complaints at their fields, and opens the new conversation', async () => {
    const inbox = await open({ letters: true, expected: /status of 400/ })
    const { page, server } = inbox
    await page.getByRole('link', { name: 'Write to somebody' }).click()
    const to = page.getByRole('combobox', { name: 'To' })
    await to.fill('maj')
    await page.getByRole('option', { name: /Maja/ }).first().waitFor()
    await page.keyboard.press('Enter')
    expect(await chips(page, 'To')).toEqual(['Maja Sørensen'])
    await editor(page).fill('Your bag is ready.')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('A subject helps the reader').waitFor()
    await page.getByLabel('Subject').fill('Ready to collect')
    await page.getByRole('button', { name: 'Add Cc' }).click()
    await page.getByRole('combobox', { name: 'Cc' }).fill('lost@nowhere.example')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('No letter reaches this address').waitFor()
    await page.getByRole('button', { name: 'Remove lost@nowhere.example' }).click()
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByRole('heading', { name: 'Ready to collect' }).waitFor()
    expect(server.state.sent).toHaveLength(1)
    expect(server.state.sent[0]).toMatchObject({ to: 'maja@fjordmail.example', text: 'Your bag is ready.' })
    expect(page.url()).toContain(conversationAbout(inbox, 'Ready to collect').id)
  })
})

it('axe finds nothing on letters, in light and in dark', async () => {
  const inbox = await open({ letters: true })
  const { page, server } = inbox
  const found: string[] = []
  const look = async (where: string) => {
    found.push(...(await violationsInBothSchemes(page)).map((line) => `${where}: ${line}`))
  }
  await openLetters(inbox, 'torn seam')
  await page.locator('iframe').first().waitFor()
  await look('thread')
  await lastLetter(page).getByRole('button', { name: 'More about this letter' }).click()
  await page.getByRole('menu').waitFor()
  await look('menu')
  await page.getByRole('menuitem', { name: 'Show headers' }).click()
  await page.getByRole('dialog').getByRole('table').waitFor()
  await look('headers')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Reply all' }).last().click()
  await editor(page).waitFor()
  await look('composer')
  await openLetters(inbox, 'Invoice for March')
  await look('stranger')
  await openLetters(inbox, 'Spring colours')
  await look('pictures')
  await page.goto('/write')
  await editor(page).waitFor()
  await page.getByRole('combobox', { name: 'To' }).fill('maj')
  await page.getByRole('option', { name: /Maja/ }).first().waitFor()
  await look('write')
  await page.goto(`/settings/channels/${server.state.channels.at(-1)?.id}`)
  await page.getByText('More settings').click()
  await page.getByRole('button', { name: 'Test connection' }).click()
  await page.getByText('Look at “Password”.').waitFor()
  await look('settings')
  expect(found).toEqual([])
})
