import type { Page } from 'playwright-core'
import { addMailbox, editor, letters, type PostOffice, written } from '../e2e/journey/post-office.ts'
import { ask, type Seat } from '../e2e/journey/world.ts'
import { LETTERS, MARKETING, QUESTION } from './letter-stories.ts'

/** What is needed to fill the mailbox and to take pictures of what comes of it. */
export interface LetterStudio {
  readonly office: PostOffice
  readonly owner: Seat
  /** A picture of the product. */
  readonly photo: Buffer
  readonly shoot: (page: Page, name: string) => Promise<void>
}

/** A thread of letters in light and dark, and an answer to all that is being written. */
export async function photographLetters(studio: LetterStudio): Promise<void> {
  const { office, owner, photo, shoot } = studio
  const { page } = owner
  await addMailbox(office, owner)
  await page.goto(`${office.world.url}/?view=all`)
  for (const story of [...LETTERS, MARKETING]) {
    await office.arrives(await written(story))
    await rowOf(page, String(story.subject)).waitFor()
  }
  await office.arrives(await written(QUESTION.first))
  await rowOf(page, QUESTION.first.subject).waitFor()
  const id = await rowOf(page, QUESTION.first.subject).getAttribute('data-conversation')
  await ask(owner, 'POST', `/conversations/${id}/messages`, {
    clientMessageId: `${id}-answer`,
    text: QUESTION.answer.text,
    attachmentIds: [],
    letter: { html: QUESTION.answer.html },
  })
  const sent = await taken(office, QUESTION.address)
  await office.arrives(await written(QUESTION.second(sent, photo)))
  await rowOf(page, 'both of them').click()
  await letters(page).last().locator('iframe').waitFor()
  await letters(page).last().frameLocator('iframe').getByText('both of them').waitFor()
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme })
    await shoot(page, `letters-${scheme}`)
  }
  await page.emulateMedia({ colorScheme: 'light' })

  await page.getByRole('button', { name: 'Reply all' }).last().click()
  await editor(page).click()
  await writeAnswer(page)
  await shoot(page, 'letter-compose')
  await page.getByRole('button', { name: 'Discard this letter' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click()
}

async function writeAnswer(page: Page): Promise<void> {
  await page.keyboard.type('Dear Ada,')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await page.keyboard.type('thank you for the picture. The fault is ours: ')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('two new vases')
  await page.keyboard.press('Control+b')
  await page.keyboard.type(' leave tomorrow, and you need not send the old ones back.')
}

const rowOf = (page: Page, words: string) =>
  page.locator('[data-conversation]').filter({ hasText: words }).first()

/** The id of the letter that went to somebody. */
async function taken(office: PostOffice, address: string): Promise<string> {
  for (;;) {
    const found = office.relay.letters.find(({ to }) => to.includes(address))
    const id = /^message-id: (<[^>]+>)/im.exec(found?.raw.toString('latin1') ?? '')?.[1]
    if (id) return id
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
