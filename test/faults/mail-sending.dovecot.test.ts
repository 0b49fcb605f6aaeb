/** The server dies while it sends letters and files them: nobody gets one twice, and each lies once in the sent mail. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MessageView } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import {
  conversationsOf,
  type MailOffice,
  messagesOf,
  openMailOffice,
  ordinaryLetter,
  PATIENCE,
} from '../harness/mail-office.ts'
import { dieAt, endOf, LONG, report, TIMEOUT_MS } from './fault-run.ts'

const DEATHS: readonly Station[] = LONG
  ? ['before-file', 'after-file', 'settled', 'before-file', 'after-file', 'settled']
  : ['before-file', 'after-file']
/**
 * Whatever were to be sent again by itself would be: leases end at once where their holder is gone, and what is due is
 * looked for every second.
 */
const QUIET_MS = LONG ? 10_000 : 4_000

let office: MailOffice
let hook: (() => void) | undefined
beforeEach(async () => {
  hook = undefined
  office = await openMailOffice({
    onMail: async () => {
      hook?.()
      // It has the letter, and says nothing yet.
      if (hook) await sleep(500)
    },
  })
})
afterEach(() => office.close())

/** A customer writes. @returns his conversation */
async function begin(): Promise<string> {
  const channelId = await office.channel('support')
  await office.dovecot.deliver(ordinaryLetter(0, 1).raw, 'support')
  const found = () => conversationsOf(office.call, channelId)
  await expect.poll(async () => (await found()).length, PATIENCE).toBe(1)
  return (await found())[0]?.id ?? ''
}

async function answer(conversationId: string, number: number): Promise<void> {
  const command = { clientMessageId: `r${number}`, text: `answer ${number}`, attachmentIds: [] }
  // Its own answer may be cut off by the death that it brings.
  await office.call('POST', `/conversations/${conversationId}/messages`, command).catch(() => undefined)
}

const answersIn = async (conversationId: string): Promise<readonly MessageView[]> =>
  (await messagesOf(office.call, conversationId)).filter(
    ({ direction, kind }) => direction === 'outbound' && kind === 'message',
  )
const idsIn = (raw: string): string => /^message-id: *(\S+)/im.exec(raw)?.[1] ?? ''
const filed = (): Promise<readonly string[]> => office.dovecot.show('support', 'hdr.message-id', 'Sent')

it(
  'killed before and after it files what it sent, the server files each letter once and sends none again',
  async () => {
    const conversationId = await begin()
    for (const [number, station] of DEATHS.entries()) {
      await office.server().stop()
      await dieAt(office.start, station, 1, () => answer(conversationId, number))
      await office.start()
      await expect.poll(async () => (await filed()).length, PATIENCE).toBe(number + 1)
    }
    const statuses = async () => (await answersIn(conversationId)).map(({ status }) => status)
    await expect.poll(statuses, PATIENCE).toEqual(DEATHS.map(() => 'sent'))
    await expect.poll(async () => (await filed()).length, PATIENCE).toBe(DEATHS.length)
    await sleep(QUIET_MS)
    const sent = office.relay.letters.map(({ raw }) => idsIn(raw.toString('latin1')))
    report('killed while filing', { deaths: DEATHS, sent: sent.length, filed: (await filed()).length })
    expect(sent).toHaveLength(DEATHS.length)
    expect([...(await filed())].sort()).toEqual([...sent].sort())
  },
  TIMEOUT_MS,
)

it(
  'a letter whose sending was cut off after its last byte is shown as uncertain, and never sent again by itself',
  async () => {
    const conversationId = await begin()
    const server = office.server()
    hook = () => server.child.kill('SIGKILL')
    await answer(conversationId, 0)
    expect(await endOf(server)).toBe('SIGKILL')
    await expect.poll(() => office.relay.letters.length, PATIENCE).toBe(1)
    hook = undefined
    await office.start()
    const delivery = async () => (await answersIn(conversationId))[0]?.delivery
    await expect.poll(delivery, PATIENCE).toMatchObject({ state: 'unknown', certainty: 'unknown' })
    await sleep(QUIET_MS)
    expect(office.relay.letters).toHaveLength(1)
    expect(await delivery()).toMatchObject({ state: 'unknown' })
    // A person decides: it is the same letter, by its own id.
    const [{ id } = { id: '' }] = await answersIn(conversationId)
    const retried = await office.call('POST', `/conversations/${conversationId}/messages/${id}/retry`)
    expect(retried.status).toBe(200)
    await expect.poll(() => office.relay.letters.length, PATIENCE).toBe(2)
    const [first, second] = office.relay.letters.map(({ raw }) => raw.toString('latin1'))
    expect(second).toBe(first)
  },
  TIMEOUT_MS,
)
