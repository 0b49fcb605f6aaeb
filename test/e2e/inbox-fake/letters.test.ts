import { describe, expect, it } from 'vitest'
import { addLetter } from '../../fakes/agent-api/letters-data.ts'
import { PHONE } from '../browser.ts'
import { eventually } from '../eventually.ts'
import { inboxPerTest } from './inbox-browser.ts'
import {
  conversationAbout,
  frameOf,
  HOSTILE_COMPLAINTS,
  lastLetter,
  openLetters,
  requestsOf,
} from './letters-page.ts'

const open = inboxPerTest()

describe('reading a letter', () => {
  it('shows who wrote it and to whom, formatted, with history folded, and as text on demand', async () => {
    const inbox = await open({ letters: true })
    const { page } = inbox
    await openLetters(inbox, 'torn seam')
    const letter = lastLetter(page)
    const frame = frameOf(letter)
    await frame.getByText('It came this morning').waitFor()
    expect(await frame.locator('b').evaluate((bold) => getComputedStyle(bold).fontWeight)).toBe('700')
    // The sender's colours come through, though the page's policy allows no style in markup.
    expect(await frame.getByText('blue').evaluate((word) => getComputedStyle(word).color)).toBe(
      'rgb(11, 87, 208)',
    )
    expect(await frame.getByText('A new one leaves today').isVisible()).toBe(false)
    const before = await letter.locator('iframe').evaluate((element) => element.clientHeight)
    await frame.getByLabel('Show quoted text').click()
    await frame.getByText('A new one leaves today').waitFor()
    expect(await frame.getByText('Older still').isVisible()).toBe(true)
    await eventually(() =>
      letter.locator('iframe').evaluate((element) => element.clientHeight),
    ).toBeGreaterThan(before)

    await letter.getByRole('button', { name: /^to Harbour care, cc Bob Tanner/ }).click()
    await letter.getByText('bob@boatclub.example').waitFor()
    await letter.getByRole('button', { name: 'Verified' }).hover()
    await letter.getByText('Checked by mx.harbour.example').waitFor()

    await letter.getByRole('button', { name: 'More about this letter' }).click()
    await page.getByRole('menuitem', { name: 'Show as text' }).click()
    await letter.getByText('Bob would like two as well').waitFor()
    expect(await letter.locator('iframe').count()).toBe(0)
    expect(await letter.getByText('Could you send us a picture?').count()).toBe(0)
    await letter.getByRole('button', { name: 'Show quoted text' }).click()
    await letter.getByText('Could you send us a picture?').waitFor()
  })

  it('folds what was read long ago, opens it on a click, and keeps open what one reads', async () => {
    const inbox = await open({ letters: true })
    const { page, server } = inbox
    const id = await openLetters(inbox, 'torn seam')
    const folded = page.getByRole('button', { name: /^Open the letter of/ })
    await eventually(() => folded.count()).toBe(3)
    await page.getByRole('button', { name: 'Show 3 folded letters' }).click()
    await eventually(() => folded.count()).toBe(0)
    const seam = page.frameLocator('iframe >> nth=1').getByAltText('The torn seam')
    await seam.waitFor()
    // It stands in the letter itself; below it only the other file is listed.
    await page.getByText('Order 20877.pdf').waitFor()
    expect(await page.getByText('seam.png').count()).toBe(0)

    const conversation = server.state.conversations.get(id)
    if (!conversation) throw new Error('it is open')
    const message = addLetter(
      server.state,
      conversation,
      { address: 'ada.holm@fjordmail.example', name: 'Ada Holm' },
      {
        minutes: 0,
        text: 'One more thing.',
      },
    )
    conversation.version += 1
    server.state.publish([{ type: 'message.created', message, conversation: { ...conversation } }])
    await lastLetter(page).getByText('One more thing.').waitFor()
    expect(await folded.count()).toBe(0)
  })

  it('warns of a stranger and of a sender who is not whom he says', async () => {
    const inbox = await open({ letters: true })
    const { page } = inbox
    await openLetters(inbox, 'Invoice for March')
    const letter = lastLetter(page)
    await letter.getByRole('button', { name: 'Not from whom it says' }).hover()
    await letter.getByText('Take nothing in it for granted').waitFor()
    await letter.getByRole('button', { name: 'New here' }).hover()
    await letter.getByText('was not part of this conversation until now').waitFor()
    await page.getByText('Send it again only if you are sure that it did not.').waitFor()
  })

  it('says why one did not arrive, and gives the report, the source and the headers', async () => {
    const inbox = await open({ letters: true })
    const { page } = inbox
    await openLetters(inbox, 'torn seam')
    await page.getByText('550 5.1.1 There is no mailbox called ada').waitFor()
    const [report] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Delivery report' }).click(),
    ])
    expect(report.suggestedFilename()).toBe('report.eml')
    await lastLetter(page).getByRole('button', { name: 'More about this letter' }).click()
    const [source] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Download source' }).click(),
    ])
    expect(source.suggestedFilename()).toBe('source.eml')
    await lastLetter(page).getByRole('button', { name: 'More about this letter' }).click()
    await page.getByRole('menuitem', { name: 'Show headers' }).click()
    const dialog = page.getByRole('dialog', { name: 'Headers' })
    await dialog.getByRole('rowheader', { name: 'Authentication-Results' }).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('offers the original sender of a forwarded letter, and says so where nothing could be read', async () => {
    const inbox = await open({ letters: true })
    const { page } = inbox
    await openLetters(inbox, 'Which tent')
    await page.getByText('eva@moss.example').first().waitFor()
    const odd = [...inbox.server.state.conversations.values()].find(
      ({ contact }) => contact.name === 'Odd Mailer',
    )
    await page.goto(`/conversations/${odd?.id}`)
    await page.getByText('This letter could not be read').waitFor()
    expect(await page.getByRole('link', { name: 'Download source' }).getAttribute('href')).toMatch(
      /\/source$/,
    )
  })
})

describe('pictures from elsewhere', () => {
  it('are asked for only when somebody wants to see them, and then from our own server', async () => {
    const inbox = await open({ letters: true })
    const { page, server } = inbox
    const requests = requestsOf(page)
    await openLetters(inbox, 'Spring colours')
    const frame = frameOf(lastLetter(page))
    await frame.getByText('Spring colours are here').waitFor()
    await page.getByText('2 pictures from elsewhere not loaded').waitFor()
    const pictures = () => requests.filter((url) => url.includes('/images/'))
    expect(pictures()).toEqual([])
    await page.getByRole('button', { name: 'Show pictures' }).click()
    await eventually(() => pictures().length).toBe(2)
    await eventually(() =>
      frame
        .locator('img')
        .first()
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBeGreaterThan(0)
    expect(requests.every((url) => url.startsWith(server.url) || url.startsWith('data:'))).toBe(true)

    // The next letter asks again, unless the sender is trusted.
    await page.reload()
    await page.getByRole('button', { name: 'Always from hello@linen-weekly.example' }).click()
    await page.reload()
    await frame.getByText('Spring colours are here').waitFor()
    await eventually(() => pictures().length).toBe(6)
    expect(await page.getByRole('button', { name: 'Show pictures' }).count()).toBe(0)

    // Whoever only writes that address into his letter has no such trust, and is not given it.
    const { messages } = server.state
    for (const [id, thread] of messages) {
      const forged = thread.map((one) => {
        if (one.letter?.from.address !== 'hello@linen-weekly.example') return one
        const { authentication: _, ...letter } = one.letter
        return { ...one, letter }
      })
      messages.set(id, forged)
    }
    await page.reload()
    await page.getByRole('button', { name: 'Show pictures' }).waitFor()
    await frame.getByText('Spring colours are here').waitFor()
    expect(await page.getByRole('button', { name: /^Always from/ }).count()).toBe(0)
    expect(pictures()).toHaveLength(6)
  })

  it('leave a wide layout readable on a phone, without a page that scrolls sideways', async () => {
    const inbox = await open({ letters: true, viewport: PHONE })
    const { page } = inbox
    await openLetters(inbox, 'Spring colours')
    const frame = frameOf(lastLetter(page))
    await frame.getByText('Spring colours are here').waitFor()
    await eventually(() =>
      frame.locator('body').evaluate((body) => body.scrollWidth - body.clientWidth),
    ).toBeLessThanOrEqual(1)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  })
})

describe('what is filed away', () => {
  it('stands in quiet views, and moves between them and the inbox, live', async () => {
    const inbox = await open({ letters: true, expected: HOSTILE_COMPLAINTS })
    const { page, server } = inbox
    const spam = conversationAbout(inbox, 'You have WON')
    const row = page.locator(`[data-conversation="${spam.id}"]`)
    await page.locator('[data-conversation]').first().waitFor()
    expect(await row.count()).toBe(0)
    await page.getByLabel('Status').selectOption({ label: 'Spam' })
    await row.click()
    await page.getByText('Filed as spam').waitFor()
    await page.getByRole('button', { name: 'Not spam, move to inbox' }).click()
    await row.waitFor({ state: 'detached' })
    expect(server.state.conversations.get(spam.id)?.filed).toBeUndefined()
    await page.getByText('moved it to the inbox').waitFor()
    await page.getByRole('link', { name: /^All/ }).click()
    await row.waitFor()

    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Mark as spam' }).click()
    await row.waitFor({ state: 'detached' })
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor()
    await page.keyboard.type('inbox: automatic')
    await page.keyboard.press('Enter')
    await page.locator(`[data-conversation="${conversationAbout(inbox, 'Out of office').id}"]`).click()
    await lastLetter(page).getByRole('button', { name: 'Out of office' }).waitFor()
  })
})
