/** A world with mail: a real mailbox server, one that takes what is sent, and a channel of letters. */
import { createTransport } from 'nodemailer'
import type Mail from 'nodemailer/lib/mailer'
import type { BrowserContextOptions, FrameLocator, Locator, Page } from 'playwright-core'
import { createDovecot, type DovecotServer, PASSWORD } from '../../harness/dovecot.ts'
import { lmtpCourier } from '../../harness/lmtp-courier.ts'
import { type SmtpSink, startSmtpSink } from '../../harness/smtp-sink.ts'
import type { Seat, World } from './world.ts'
import { ask, openWorld } from './world.ts'

export const SUPPORT = 'support@example.test'
/** Who keeps a mailbox at the customers' side. */
const DOMAINS = ['example.test', 'fjord.test']

export interface PostOffice {
  readonly world: World
  readonly mailboxes: DovecotServer
  readonly relay: SmtpSink
  /** Hands a letter to the support mailbox, as the sender's server would. */
  arrives(raw: string | Uint8Array): Promise<void>
  close(): Promise<void>
}

/** Opens it; `support` is the shop's mailbox and `ada` a customer's. */
export async function openPostOffice(): Promise<PostOffice> {
  const mailboxes = await createDovecot(['support', 'ada', 'eva'])
  await mailboxes.start()
  const relay = await startSmtpSink({
    credentials: { user: 'support', password: PASSWORD },
    onMail: lmtpCourier(mailboxes.lmtpPort, DOMAINS),
  })
  const world = await openWorld({ env: { OUTBOUND_ALLOW: '127.0.0.1' } })
  return {
    world,
    mailboxes,
    relay,
    arrives: (raw) => mailboxes.deliver(raw, 'support'),
    async close() {
      await world.close()
      await relay.close()
      await mailboxes.remove()
    },
  }
}

/** The settings of the support mailbox. */
export const settingsOf = ({ mailboxes, relay }: PostOffice): Record<string, unknown> => ({
  fromAddress: SUPPORT,
  fromName: 'Harbour care',
  user: 'support',
  password: PASSWORD,
  imapHost: '127.0.0.1',
  imapPort: mailboxes.port,
  imapSecurity: 'none',
  smtpHost: '127.0.0.1',
  smtpPort: relay.port,
  smtpSecurity: 'none',
  importFrom: 'days',
  signature: 'Harbour Outfitters\nQuay 7, Göteborg',
  plusAddressing: true,
  checkAuthentication: false,
})

/** Adds the channel and waits until it listens. */
export async function addMailbox(office: PostOffice, owner: Seat): Promise<string> {
  const { id } = await ask<{ id: string }>(owner, 'POST', '/channels', {
    type: 'email',
    name: 'Support mail',
    config: settingsOf(office),
  })
  return id
}

/** The bytes of a letter, as a mail program writes them. */
export async function written(letter: Mail.Options): Promise<Buffer> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const { message } = await transport.sendMail({ to: SUPPORT, ...letter })
  if (!Buffer.isBuffer(message)) throw new Error('it was asked for as a buffer')
  return message
}

/** An owner with a mailbox, who looks at all conversations. */
export async function openDesk(office: PostOffice, options?: BrowserContextOptions): Promise<Seat> {
  const owner = await office.world.setUp(options)
  await addMailbox(office, owner)
  await owner.page.goto(`${office.world.url}/?view=all`)
  await owner.page.getByLabel('Search conversations').first().waitFor()
  return owner
}

/** Opens the conversation whose row holds some words. */
export async function openConversation(page: Page, words: string | RegExp): Promise<void> {
  await page.locator('[data-conversation]').filter({ hasText: words }).first().click()
  await page.locator('article[data-message]').last().waitFor()
}

/** The letters of the thread, the frame of one, and where an answer is written. */
export const letters = (page: Page): Locator => page.locator('article[data-message]')
export const frameOf = (letter: Locator): FrameLocator => letter.frameLocator('iframe')
export const editor = (page: Page): Locator => page.getByRole('textbox', { name: 'Text of the letter' })

/** Does one of the things that stand in the menu of a letter. */
export async function choose(page: Page, letter: Locator, item: string): Promise<void> {
  await letter.getByRole('button', { name: 'More about this letter' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
