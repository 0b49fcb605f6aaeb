import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { readCorpus } from '../harness/mail-corpus.ts'
import { type MailOffice, openMailOffice, ordinaryLetter } from '../harness/mail-office.ts'
import { residentMegabytes } from '../harness/real-server.ts'
import { median, type Row } from './measures.ts'

const LAG = fileURLToPath(new URL('./event-loop-lag.mjs', import.meta.url))
const ORDINARY = 2_000
/** The first seconds of a process, and of its parsing threads, are the compiler's. */
const WARM_UP = 200
const MOST_LAG_MS = 100
/** Of letters that are so few, several imports give one figure. */
const CORPUS_ROUNDS = 3
const LOOK_EVERY_MS = 100
/** Single letters that come while the mailbox is watched, and how soon each is to be a message. */
const WATCHED = 30
const WATCHED_LOOK_MS = 10
const MOST_WATCHED_MS = 2_000

/** How fast a mailbox is read in, from the making of its channel to the last projected letter. */
export async function mailRows(): Promise<readonly Row[]> {
  const corpus = [...(readCorpus('mail') ?? []), ...(readCorpus('bounces') ?? [])].map(({ bytes }) => bytes)
  const ordinary = Array.from({ length: ORDINARY }, (_, number) => ordinaryLetter(number, ORDINARY).raw)
  const rows: Row[] = []
  if (corpus.length > 0) {
    rows.push(...(await measure(`${corpus.length} letters of the corpus`, corpus, CORPUS_ROUNDS)))
  }
  rows.push(...(await measure(`${ORDINARY.toLocaleString('en')} ordinary letters`, ordinary, 1)))
  return [...rows, await watchedRow()]
}

/** One letter after the other into a mailbox that is watched by IDLE: how long each takes to become a message. */
async function watchedRow(): Promise<Row> {
  const office = await openMailOffice({ users: ['watched'] })
  const letters = Array.from({ length: WATCHED + 1 }, (_, number) => ordinaryLetter(number, WATCHED + 1).raw)
  const projected = () => office.metric('tributary_projected_entries_total')
  await importAll(office, 'watched', letters.slice(0, 1))
  const took: number[] = []
  for (const letter of letters.slice(1)) {
    const before = await projected()
    const startedAt = performance.now()
    await office.dovecot.deliver(letter, 'watched')
    while ((await projected()) === before) await sleep(WATCHED_LOOK_MS)
    took.push(performance.now() - startedAt)
    await sleep(LOOK_EVERY_MS)
  }
  await office.close()
  const most = Math.max(...took)
  return {
    what: `Mailbox watched by IDLE, ${WATCHED} single letters: from the delivery's beginning to projected`,
    figure: `median ${Math.round(median(took))} ms, at most ${Math.round(most)} ms`,
    promise: `each < ${MOST_WATCHED_MS} ms`,
    kept: most < MOST_WATCHED_MS,
  }
}

async function measure(
  what: string,
  letters: readonly (string | Uint8Array)[],
  rounds: number,
): Promise<readonly Row[]> {
  const users = Array.from({ length: rounds }, (_, round) => `round-${round}`)
  const office = await openMailOffice({ users: ['warm-up', ...users] })
  const lagFile = join(office.folder, 'lag')
  await office.server().stop()
  await office.start({ nodeOptions: ['--import', LAG], env: { LAG_FILE: lagFile } })
  const warmUp = Array.from({ length: WARM_UP }, (_, number) => ordinaryLetter(number, WARM_UP).raw)
  await importAll(office, 'warm-up', warmUp)
  await lagOf(office, lagFile)
  let ms = 0
  let resident = 0
  for (const user of users) {
    const one = await importAll(office, user, letters)
    ms += one.ms
    resident = Math.max(resident, one.resident)
  }
  const lag = await lagOf(office, lagFile)
  await office.close()
  const rate = (letters.length * rounds * 1_000) / ms
  return [
    {
      what: `Mailbox with ${what}: from IMAP to projected and routed`,
      figure: `${Math.round(rate)}/s, ${Math.round(resident)} MB at most`,
      promise: '–',
      kept: undefined,
    },
    {
      what: `Mailbox with ${what}: lag of the event loop meanwhile`,
      figure: `p99 ${lag.toFixed(0)} ms`,
      promise: `p99 < ${MOST_LAG_MS} ms`,
      kept: lag < MOST_LAG_MS,
    },
  ]
}

/** The metrics are asked for seldom, since they cost the server, too; the projected letters are what is waited for. */
async function importAll(office: MailOffice, user: string, letters: readonly (string | Uint8Array)[]) {
  await office.dovecot.deliverBulk(letters, user)
  const projected = () => office.metric('tributary_projected_entries_total')
  const before = await projected()
  const pid = office.server().child.pid ?? 0
  let resident = 0
  const startedAt = performance.now()
  await office.channel(user)
  while ((await projected()) - before < letters.length) {
    resident = Math.max(resident, await residentMegabytes(pid))
    await sleep(LOOK_EVERY_MS)
  }
  return { ms: performance.now() - startedAt, resident }
}

async function lagOf(office: MailOffice, file: string): Promise<number> {
  await rm(file, { force: true })
  office.server().child.kill('SIGUSR2')
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text !== '') return Number(text)
    await sleep(LOOK_EVERY_MS)
  }
}
