/** Hostile letters on the way that letters take: through the mailbox and the server, onto the screen. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.ts'
import { type HostileLetter, hostileLetters, scriptsFor } from './hostile-letters.ts'
import { choose, frameOf, letters, openDesk, openPostOffice, type PostOffice } from './post-office.ts'
import { ask, type Seat } from './world.ts'

/** What the browser says where it reads a letter, before anything of it is taken over, and of a picture refused. */
const EXPECTED =
  /base URI to|Applying inline style|violates the following Content Security Policy directive: "(?:style|base)|\/images\/|LOCAL_NETWORK_ACCESS/

interface Row {
  readonly id: string
  readonly subject?: string
}

let office: PostOffice
let owner: Seat
let canary: Server
const heard: string[] = []
let sent: readonly HostileLetter[]
let rows: readonly Row[]
let canaryUrl = ''
beforeAll(async () => {
  canary = createServer((request, response) => {
    heard.push(request.url ?? '')
    response.end()
  })
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`
  office = await openPostOffice()
  owner = await openDesk(office)
  sent = hostileLetters(canaryUrl)
  await office.mailboxes.deliverBulk(
    sent.map(({ raw }) => raw),
    'support',
  )
  await vi.waitFor(
    async () => {
      rows = await all()
      expect(rows.length).toBe(sent.length)
    },
    { timeout: 200_000, interval: 500 },
  )
}, 300_000)
afterEach(() => {
  expect(heard).toEqual([])
  expect(office.world.complaints().filter((line) => !EXPECTED.test(line))).toEqual([])
})
afterAll(async () => {
  canary.close()
  await office.close()
})

const all = async (): Promise<readonly Row[]> =>
  (await ask<{ items: Row[] }>(owner, 'GET', '/conversations?view=all&limit=100')).items

/** Everything that a profile does which no letter may make it do. */
function watch(context: BrowserContext, page: Page) {
  const found: string[] = []
  const pictures: string[] = []
  context.on('request', (request) => {
    const url = request.url()
    if (/^(?:data|blob|about):/.test(url)) return
    if (!url.startsWith(office.world.url)) found.push(`asked ${url}`)
    else if (url.includes('/images/')) pictures.push(new URL(url).pathname)
  })
  context.on('page', (other) => found.push(`opened ${other.url()}`))
  page.on('download', (download) => found.push(`downloaded ${download.url()}`))
  page.on('dialog', (dialog) => {
    found.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    if (message.text().startsWith('CANARY')) found.push('ran a script')
  })
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(office.world.url) && !/^about:/.test(frame.url())) {
      found.push(`went to ${frame.url()}`)
    }
  })
  const hacked = async (): Promise<void> => {
    for (const frame of page.frames()) {
      // A frame without scripts runs ours all the same.
      if (await frame.evaluate(() => '__hacked' in globalThis)) found.push(`set a variable in ${frame.url()}`)
    }
  }
  return { found, pictures, hacked }
}

const BANNED =
  'script, style, form, input, button, select, textarea, svg, math, iframe, object, embed, link, base, meta, video, audio, template, [srcset], [background], [ping], [id], [name], [class*=mantine], [action]'

interface Judged {
  readonly banned: readonly string[]
  readonly handlers: readonly string[]
  readonly links: readonly string[]
  readonly outside: readonly string[]
  readonly styles: readonly string[]
}

/** What stands in the frame of a letter that must not. */
const judge = (page: Page): Promise<Judged> =>
  letters(page)
    .last()
    .frameLocator('iframe')
    .locator('body')
    .evaluate((body, banned) => {
      const everything = [...body.querySelectorAll<HTMLElement>('*')]
      const shown = (element: Element) => element.outerHTML.slice(0, 120)
      return {
        banned: [...body.querySelectorAll(banned)].map(shown),
        handlers: everything
          .filter(({ attributes }) => [...attributes].some(({ name }) => name.startsWith('on')))
          .map(shown),
        links: [...body.querySelectorAll<HTMLAnchorElement>('a[href]')]
          .filter(
            ({ href, target, rel }) =>
              !/^(?:https?|mailto|tel):/.test(href) || target !== '_blank' || !/noopener/.test(rel),
          )
          .map(shown),
        outside: everything
          .filter((element) => {
            const { position, zIndex } = getComputedStyle(element)
            const { left, top } = element.getBoundingClientRect()
            return position !== 'static' || zIndex !== 'auto' || left < -1 || top < -1
          })
          .map(shown),
        styles: everything
          .filter((element) => {
            const { backgroundImage, content, cursor, listStyleImage, maskImage, transform } =
              getComputedStyle(element)
            return [backgroundImage, content, cursor, listStyleImage, maskImage, transform].some((value) =>
              /url|image-set|matrix/.test(value),
            )
          })
          .map(shown),
      }
    }, BANNED)

const NOTHING: Judged = { banned: [], handlers: [], links: [], outside: [], styles: [] }

/** The letters with their rows, as they stand in the list: the next one is always in reach. */
const inOrderOfTheList = (): readonly { readonly name: string; readonly row: Row }[] =>
  sent
    .map(({ name }) => {
      const row =
        rows.find(({ subject }) => subject === name) ??
        rows.find(({ subject = '' }) => name.startsWith(subject))
      if (!row) throw new Error(`${name} has no conversation`)
      return { name, row }
    })
    .sort((one, other) => rows.indexOf(one.row) - rows.indexOf(other.row))

/** As a person does, without another start of the page, where the list shows it. */
async function openRow(page: Page, { id, subject = '' }: Row): Promise<void> {
  const row = page.locator(`[data-conversation="${id}"]`)
  if ((await row.count()) > 0) await row.click()
  else await page.goto(`${office.world.url}/conversations/${id}?view=all`)
  await page.getByRole('heading', { level: 1 }).getByText(subject.slice(0, 12)).waitFor()
}

type Way = readonly [name: string, options: BrowserContextOptions, strip: boolean]
const WAYS: readonly Way[] = [
  ['under the policy of the page', {}, false],
  ['without the policy of the page', {}, true],
  ['without any policy, of the page or of the frame', { bypassCSP: true }, false],
]

test.each(WAYS)(
  'hostile letters run nothing, ask nobody and cover nothing %s',
  async (_name, options, strip) => {
    const storageState = await owner.context.storageState()
    const { page, context } = await office.world.seat({ ...options, storageState })
    if (strip) {
      await context.route(
        (url) => url.origin === new URL(office.world.url).origin,
        async (route) => {
          if (route.request().resourceType() !== 'document') return route.fallback()
          const response = await route.fetch()
          const { 'content-security-policy': policy, ...headers } = response.headers()
          expect(policy).toBeDefined()
          return route.fulfill({ response, headers })
        },
      )
    }
    const { found, pictures, hacked } = watch(context, page)
    await page.goto(`${office.world.url}/?view=all`)
    await page.locator('[data-conversation]').nth(10).waitFor()
    await hacked()
    expect(found).toEqual([])

    for (const { name, row } of inOrderOfTheList()) {
      await openRow(page, row)
      const letter = letters(page).last()
      await letter.waitFor()
      if (name === 'parts' || name === 'deep') continue
      await frameOf(letter)
        .getByText(/Dear sir|the end/)
        .first()
        .waitFor()
        .catch((error: unknown) => {
          throw new Error(`“${name}” does not show`, { cause: error })
        })
      await page.getByRole('complementary').waitFor()
      expect({ name, ...(await judge(page)) }).toEqual({ name, ...NOTHING })
      const [frame, card] = [await letter.locator('iframe').boundingBox(), await letter.boundingBox()]
      if (!frame || !card) throw new Error('both are on the screen')
      expect(frame.x >= card.x && frame.x + frame.width <= card.x + card.width + 1).toBe(true)
      expect(frame.y >= card.y && frame.y + frame.height <= card.y + card.height + 1).toBe(true)
      await hacked()
      expect(found).toEqual([])
    }

    // Wherever else words of a letter stand: search, headers, the title of the page.
    const [first = ''] = scriptsFor(canaryUrl)
    const about = rows.find(({ subject = '' }) => subject.startsWith('X0'))
    await page.goto(`${office.world.url}/conversations/${about?.id}?view=all`)
    await page.getByRole('heading', { level: 1 }).getByText(first.slice(0, 20)).waitFor()
    await choose(page, letters(page).last(), 'Show headers')
    await page.getByRole('dialog', { name: 'Headers' }).getByRole('rowheader', { name: 'X-Odd' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Search conversations').first().fill('script')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Search and commands' }).waitFor()
    await page.keyboard.type('<img src=x onerror=alert(1)>')
    await page.keyboard.press('Escape')
    expect(pictures).toEqual([])

    // With consent the pictures are asked for, and only from our own server.
    const asks = rows.find(({ subject }) => subject === 'asks')
    await page.goto(`${office.world.url}/conversations/${asks?.id}?view=all`)
    await page.getByRole('button', { name: 'Show pictures' }).click()
    await eventually(() => pictures.length).toBeGreaterThan(0)
    expect(pictures.filter((path) => !/^\/api\/v1\/messages\/[0-9a-f]{24}\/images\/\w+$/.test(path))).toEqual(
      [],
    )
    await hacked()
    expect(found).toEqual([])
    await context.close()
  },
)
