import { expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { inboxPerTest } from './inbox-browser.ts'
import { frameOf, HOSTILE_COMPLAINTS, lastLetter, openLetters, requestsOf } from './letters-page.ts'

const open = inboxPerTest()

it.each([
  ['under the policy of the page', true],
  ['without any policy', false],
] as const)('a hostile letter runs nothing, asks nobody and covers nothing (%s)', async (_name, policy) => {
  const inbox = await open({ letters: true, policy, expected: HOSTILE_COMPLAINTS })
  const { page, server } = inbox
  const requests = requestsOf(page)
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await openLetters(inbox, 'You have WON')
  const letter = lastLetter(page)
  const frame = frameOf(letter)
  await frame.getByText('Claim your prize').waitFor()
  const elsewhere = () =>
    requests.filter((url) => !url.startsWith(server.url) && !/^(?:data|blob|about):/.test(url))
  const hacked = () => page.evaluate(() => (window as { __hacked?: string }).__hacked)

  await frame.getByLabel('Show quoted text').click()
  await frame.getByText('script link').click()
  expect(await hacked()).toBeUndefined()
  expect(elsewhere()).toEqual([])
  expect(dialogs).toEqual([])
  const banned =
    'script, style, form, input, svg, math, iframe, object, embed, link, base, video, audio, [onerror]'
  expect(await frame.locator('body').locator(banned).count()).toBe(0)
  expect(await frame.locator('[srcset], [background], [ping], [id]').count()).toBe(0)

  // Nothing leaves the frame, nor covers what else stands in it.
  const overlay = frame.getByText('Your session has ended')
  expect(await overlay.evaluate((element) => getComputedStyle(element).position)).toBe('static')
  expect(await overlay.evaluate((element) => getComputedStyle(element).backgroundImage)).toBe('none')
  expect(await frame.getByText('Claim', { exact: true }).getAttribute('style')).not.toMatch(/url|var|--x/)
  const link = frame.getByRole('link', { name: 'Claim your prize' })
  expect(await link.getAttribute('target')).toBe('_blank')
  expect(await link.getAttribute('rel')).toContain('noopener')
  expect(await frame.getByText('relative').getAttribute('href')).toBeNull()
  expect(await letter.locator('iframe').getAttribute('sandbox')).not.toContain('allow-scripts')

  // With consent, the one picture whose place the server gave is asked for, from the server.
  await page.getByRole('button', { name: 'Show pictures' }).click()
  await eventually(() => requests.filter((url) => url.includes('/images/')).length).toBe(1)
  expect(elsewhere()).toEqual([])
  expect(await hacked()).toBeUndefined()
})
