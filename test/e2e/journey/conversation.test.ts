import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DESK, PHONE } from '../browser.ts'
import type { World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
beforeEach(async () => {
  world = await openWorld()
})
afterEach(async () => {
  const complaints = world.complaints()
  await world.close()
  expect(complaints).toEqual([])
})

interface Journey {
  readonly name: string
  readonly customer: { readonly width: number; readonly height: number }
  readonly agent: { readonly width: number; readonly height: number }
  readonly locale: string
  readonly direction: string
  readonly says: { readonly first: string; readonly again: string }
}

const ENGLISH = { first: 'Is this vase in stock?', again: 'One more thing!' }
const JOURNEYS: readonly Journey[] = [
  { name: 'at desks', customer: DESK, agent: DESK, locale: 'en', direction: 'ltr', says: ENGLISH },
  {
    name: 'on phones on both sides',
    customer: PHONE,
    agent: PHONE,
    locale: 'en',
    direction: 'ltr',
    says: ENGLISH,
  },
  {
    name: 'in Arabic, on a customer’s phone',
    customer: PHONE,
    agent: DESK,
    locale: 'ar',
    direction: 'rtl',
    says: { first: 'هل هذه المزهرية متوفرة؟', again: 'سؤال آخر من فضلك' },
  },
]

test.each(JOURNEYS)('a question is asked, answered, resolved and asked again $name', async (journey) => {
  const { says } = journey
  const agent = await world.setUp({ viewport: journey.agent })
  await agent.page.getByLabel('Search conversations').first().waitFor()

  const customer = await world.customer(agent.snippet, { viewport: journey.customer, locale: journey.locale })
  await customer.command('setLocale', journey.locale)
  await customer.command('open')
  const frame = await customer.frame()
  await frame.locator(`html[dir=${journey.direction}][lang=${journey.locale}]`).waitFor()
  await frame
    .locator('input[type=file]')
    .setInputFiles({ name: 'vase.png', mimeType: 'image/png', buffer: picture() })
  await frame.locator('textarea').fill(says.first)
  await frame.locator('.send[aria-disabled=false]').waitFor()
  await frame.locator('textarea').press('Enter')

  // The agent has not touched his page: it comes by itself, and it is his.
  const row = agent.page.locator('[data-conversation]')
  await row.filter({ hasText: says.first }).waitFor()
  const listed = await ask<{ items: { assigneeId: string; status: string }[] }>(
    agent,
    'GET',
    '/conversations?view=mine',
  )
  expect(listed.items).toMatchObject([{ status: 'open', assigneeId: expect.any(String) }])
  await row.click()
  const thread = agent.page.locator('article')
  await thread.filter({ hasText: says.first }).waitFor()
  await thread.locator('img').first().waitFor()
  expect(await thread.locator('img').first().evaluate(pictureIsDrawn)).toBe(true)

  // He answers while the customer looks elsewhere: delivered; once she looks: read.
  await customer.command('close')
  await agent.page.getByRole('textbox', { name: 'Write a reply' }).fill('Yes, three are left.')
  await agent.page.keyboard.press('Enter')
  const tick = thread.filter({ hasText: 'Yes, three are left.' }).locator('[data-status]')
  await agent.page.locator('article [data-status=delivered]').waitFor()
  await customer.command('open')
  await frame.getByText('Yes, three are left.').waitFor()
  await agent.page.locator('article [data-status=read]').waitFor()
  expect(await tick.count()).toBe(1)

  await agent.page.getByRole('button', { name: 'Resolve' }).click()
  await agent.page.getByRole('button', { name: 'Reopen' }).waitFor()
  await customer.write(says.again)
  await thread.filter({ hasText: says.again }).waitFor()
  await agent.page.getByRole('button', { name: 'Resolve' }).waitFor()
  // It opens first; the router gives it back to him right after, in a run of its own.
  const mine = async () =>
    (await ask<{ items: { status: string }[] }>(agent, 'GET', '/conversations?view=mine')).items
  await expect.poll(mine, { timeout: 20_000 }).toMatchObject([{ status: 'open' }])
})

const pictureIsDrawn = (image: Element): Promise<boolean> =>
  (image as HTMLImageElement).decode().then(() => (image as HTMLImageElement).naturalWidth > 0)

/** A small PNG of one colour. */
function picture(side = 64): Buffer {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(side * 3, 0x7a)])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  header.set([8, 2], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(Array.from({ length: side }, () => row)))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(checksum(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0)
  }
  return (sum ^ 0xffffffff) >>> 0
}
