/** The built server and a real mailbox: letters come by the server's own word, and once, whatever befalls the mailbox. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  BALANCED,
  inboundOf,
  type MailOffice,
  openMailOffice,
  ordinaryLetter,
  ordinaryLetters,
  PATIENCE,
  sessionItems,
  settledMail,
  takeMailBalance,
} from '../../harness/mail-office.ts'

const THREADS = 5

let office: MailOffice
beforeEach(async () => {
  office = await openMailOffice()
})
afterEach(() => office.close())

/** Delivers the letters with these numbers one after the other. */
async function deliver(from: number, count: number) {
  const letters = ordinaryLetters(from, count, THREADS)
  for (const { raw } of letters) await office.dovecot.deliver(raw, 'support')
  return letters
}

const arrived = (channelId: string, count: number) =>
  expect.poll(async () => (await inboundOf(office.call, channelId)).length, PATIENCE).toBe(count)

describe('a mailbox of the built server', () => {
  it('is read at the mail server’s word, also after that was restarted', async () => {
    const channelId = await office.channel('support')
    const before = await deliver(0, 7)
    await arrived(channelId, 7)
    await office.dovecot.restart()
    const after = await deliver(7, 5)
    await arrived(channelId, 12)
    await office.dovecot.kill()
    await office.dovecot.start()
    const last = await deliver(12, 3)
    await arrived(channelId, 15)
    expect(await takeMailBalance(office.call, channelId, [...before, ...after, ...last])).toEqual(BALANCED)
  })

  it('that numbers its letters anew brings none of them twice', async () => {
    const channelId = await office.channel('support')
    const letters = [...(await deliver(0, 20))]
    await arrived(channelId, 20)
    await office.dovecot.stop()
    await office.dovecot.renumber('support')
    await office.dovecot.start()
    letters.push(...(await deliver(20, 5)))
    await arrived(channelId, 25)
    // The old letters come again under new numbers, and the journal takes them; they are known all the same.
    await expect.poll(() => sessionItems(office.server().url), PATIENCE).toBeGreaterThanOrEqual(45)
    await expect.poll(() => office.metric('tributary_journal_pending'), PATIENCE).toBe(0)
    expect(await takeMailBalance(office.call, channelId, letters)).toEqual(BALANCED)
  })

  it('whose folder is renamed and comes back loses and doubles nothing', async () => {
    const channelId = await office.channel('support', { folder: 'Support' })
    await office.dovecot.doveadm('mailbox', 'create', '-u', 'support', 'Support')
    const put = (numbers: readonly number[], folder: string) =>
      office.dovecot.deliverBulk(
        numbers.map((number) => ordinaryLetter(number, THREADS).raw),
        'support',
        folder,
      )
    await put([0, 1, 2, 3], 'Support')
    await restartSession()
    await arrived(channelId, 4)
    await office.dovecot.doveadm('mailbox', 'rename', '-u', 'support', 'Support', 'Elsewhere')
    await restartSession()
    await expect
      .poll(async () => (await office.call('GET', `/channels/${channelId}`)).body['health'], PATIENCE)
      .toMatchObject({ code: 'folder-not-found' })
    await put([4, 5], 'Elsewhere')
    await office.dovecot.doveadm('mailbox', 'rename', '-u', 'support', 'Elsewhere', 'Support')
    await put([6], 'Support')
    await restartSession()
    await arrived(channelId, 7)
    expect(await settledMail(office.call, channelId, ordinaryLetters(0, 7, THREADS))).toEqual(BALANCED)
  })
})

/** As an administrator would who does not want to wait for the next attempt. */
async function restartSession(): Promise<void> {
  await office.server().stop()
  await office.start()
}
