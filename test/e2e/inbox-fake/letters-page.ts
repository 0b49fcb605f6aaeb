/** What the tests of letters look at. */
import type { FrameLocator, Locator, Page } from 'playwright-core'
import type { InboxPage } from './inbox-browser.ts'

/** The conversation whose subject holds some words. */
export function conversationAbout({ server }: InboxPage, words: string) {
  const found = [...server.state.conversations.values()].find(({ subject }) => subject?.includes(words))
  if (!found) throw new Error(`no conversation about ${words}`)
  return found
}

/** The browser says so where it reads a hostile letter, before anything of it is taken over. */
export const HOSTILE_COMPLAINTS = /base URI to 'https:\/\/evil|Applying inline style/

/** Opens the conversation whose subject holds some words. */
export async function openLetters(inbox: InboxPage, words: string): Promise<string> {
  const { id } = conversationAbout(inbox, words)
  await inbox.page.goto(`/conversations/${id}`)
  await inbox.page.locator('[data-message]').last().waitFor()
  return id
}

/** The last letter on the screen, and what stands in its frame. */
export const lastLetter = (page: Page): Locator => page.locator('article[data-message]').last()
export const frameOf = (letter: Locator): FrameLocator => letter.frameLocator('iframe')

/** Everything that the page asks any server for from now on. */
export function requestsOf(page: Page): string[] {
  const urls: string[] = []
  page.on('request', (request) => urls.push(request.url()))
  return urls
}

export const editor = (page: Page): Locator => page.getByRole('textbox', { name: 'Text of the letter' })

/** The chips of a field. */
export const chips = (page: Page, field: string): Promise<string[]> =>
  page
    .locator('div', { has: page.locator(`> label:text-is("${field}")`) })
    .last()
    .getByRole('button', { name: /^Remove / })
    .evaluateAll((buttons) =>
      buttons.map((button) => (button.getAttribute('aria-label') ?? '').replace('Remove ', '')),
    )
