/** Every letter of the corpus comes through a real mailbox: each is kept, none stops the next, no machine is answered. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { MessageView } from '../../src/domain/views.ts'
import { type CorpusFile, corpusFiles } from '../harness/mail-corpus.ts'
import { greetsOwner } from '../harness/mail-greeting.ts'
import {
  conversationsOf,
  hashOf,
  type MailOffice,
  messagesOf,
  openMailOffice,
  ordinaryLetter,
  PATIENCE,
  quarantineOf,
  sourceOf,
  textOf,
} from '../harness/mail-office.ts'
import { residentMegabytes } from '../harness/real-server.ts'
import { LONG, report, TIMEOUT_MS } from './fault-run.ts'

/** Among the delivery reports: a person forwards one by hand, and a person writes. */
const BY_PEOPLE = ['maildir_bsd_lhost-sendmail-14.eml', 'maildir_not_is-not-bounce-01.eml']

let office: MailOffice
beforeEach(async () => {
  office = await openMailOffice()
})
afterEach(() => office.close())

const crlf = ({ bytes }: CorpusFile): Buffer =>
  Buffer.from(Buffer.from(bytes).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')

/** Looks at the event loop's lag and the memory until told to stop. */
function watch() {
  const figures = { lagP99Ms: 0, residentMegabytes: 0 }
  let stopped = false
  const watching = (async () => {
    // Each look counts from the one before; the first one had the start of the process in it.
    await office.metric('nodejs_eventloop_lag_p99_seconds')
    while (!stopped) {
      await sleep(1_000)
      const lag = await office.metric('nodejs_eventloop_lag_p99_seconds')
      figures.lagP99Ms = Math.max(figures.lagP99Ms, lag * 1_000)
      figures.residentMegabytes = Math.max(
        figures.residentMegabytes,
        await residentMegabytes(office.server().child.pid ?? 0),
      )
    }
  })()
  return async () => {
    stopped = true
    await watching
    return figures
  }
}

it(
  'all letters of the corpus are kept, each once, and only people are answered',
  async (context) => {
    const files = [...corpusFiles('mail', context), ...corpusFiles('bounces', context)]
    const policy = await greetsOwner(office.call)
    const channelId = await office.channel('support', {}, policy)
    const stopWatching = watch()
    await office.dovecot.deliverBulk(
      files.map(({ bytes }) => bytes),
      'support',
    )
    const startedAt = performance.now()
    // One over LMTP behind them all: whatever they do, it must come.
    await office.dovecot.deliver(ordinaryLetter(999_999, 1_000_000).raw, 'support')
    const wanted = new Map(files.map((file) => [hashOf(crlf(file)), file.name]))
    const isLast = ({ text }: MessageView) => text === textOf(999_999, 999_999)

    const kept: { readonly message: MessageView; readonly hash: string }[] = []
    const outbound: MessageView[] = []
    const look = async (): Promise<number> => {
      kept.length = 0
      outbound.length = 0
      for (const { id } of await conversationsOf(office.call, channelId)) {
        for (const message of await messagesOf(office.call, id)) {
          if (message.kind !== 'message') continue
          if (message.direction === 'outbound') outbound.push(message)
          else kept.push({ message, hash: hashes.get(message.id) ?? (await hashOfSource(message)) })
        }
      }
      return kept.length
    }
    const hashes = new Map<string, string>()
    const hashOfSource = async ({ id }: MessageView): Promise<string> => {
      const hash = hashOf(await sourceOf(office, id))
      hashes.set(id, hash)
      return hash
    }
    const pending = () => office.metric('tributary_journal_pending')
    await expect
      .poll(async () => (await look()) + (await quarantineOf(office.call)).length, PATIENCE)
      .toBeGreaterThanOrEqual(wanted.size + 1)
    await expect.poll(pending, PATIENCE).toBe(0)
    const seconds = (performance.now() - startedAt) / 1_000
    await look()
    const figures = await stopWatching()

    const quarantined = (await quarantineOf(office.call)).map((raw) => hashOf(raw))
    const found = [...kept.filter(({ message }) => !isLast(message)).map(({ hash }) => hash), ...quarantined]
    const lost = [...wanted].filter(([hash]) => !found.includes(hash)).map(([, name]) => name)
    const doubled = found
      .filter((hash, index) => found.indexOf(hash) !== index)
      .map((hash) => wanted.get(hash))
    const foreign = found.filter((hash) => !wanted.has(hash))
    expect({ lost, doubled, foreign }).toEqual({ lost: [], doubled: [], foreign: [] })
    expect(kept.some(({ message }) => isLast(message))).toBe(true)

    // Answers: to people only, each one's own, and one at most.
    const machines = kept.filter(({ message: { letter } }) => letter?.automatic ?? letter?.spam)
    const names = new Map(kept.map(({ message, hash }) => [message.conversationId, wanted.get(hash)]))
    const answered = new Set(outbound.map(({ conversationId }) => conversationId))
    const wrong = machines.filter(
      ({ message }) =>
        answered.has(message.conversationId) &&
        kept.every(
          ({ message: other }) =>
            other.conversationId !== message.conversationId || other.letter?.automatic || other.letter?.spam,
        ),
    )
    expect(wrong.map(({ hash }) => wanted.get(hash))).toEqual([])
    const recipients = office.relay.letters.flatMap(({ to }) => to)
    expect(recipients).toHaveLength(new Set(recipients).size)
    const answeredReports = [...answered]
      .map((id) => names.get(id) ?? '')
      .filter((name) => name.startsWith('set-of-emails/'))
      .map((name) => name.slice('set-of-emails/'.length))
    expect(answeredReports.filter((name) => !BY_PEOPLE.includes(name))).toEqual([])
    report('corpus through the mailbox', {
      letters: files.length,
      distinct: wanted.size,
      quarantined: quarantined.length,
      broken: kept.filter(({ message }) => message.letter?.broken).length,
      automatic: machines.length,
      answered: recipients.length,
      answeredReports,
      seconds: Math.round(seconds),
      lagP99Ms: Math.round(figures.lagP99Ms),
      residentMegabytes: Math.round(figures.residentMegabytes),
    })
    for (const { raw, from } of office.relay.letters) {
      expect(from).toBe('')
      expect(raw.toString('latin1')).toMatch(/^auto-submitted: auto-/im)
    }
    // On a machine that has nothing else to do.
    if (LONG) expect(figures.lagP99Ms).toBeLessThan(1_000)
  },
  TIMEOUT_MS,
)
