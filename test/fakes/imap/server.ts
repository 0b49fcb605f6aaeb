/** An IMAP server of a few commands, on the real wire, that misbehaves as it is told. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { emptyMailbox, type FakeLetter, type FakeMailbox, inSet, shown } from './mailbox.ts'

/** What becomes of a fetch of a letter's content. */
export type FetchOutcome = 'ok' | 'refuse' | 'omit' | 'drop'

export interface FakeImap {
  readonly port: number
  readonly box: FakeMailbox
  /** Every line that clients sent. */
  readonly lines: string[]
  /** Decides about each fetch of a letter's content, or of its headers. */
  onFetch: (letter: FakeLetter, what: 'content' | 'header') => FetchOutcome
  /** Whether a SASL response or a LOGIN is good. */
  accepts: (credentials: string) => boolean
  /** How credentials are refused. */
  refusal: string
  /** Tells idling clients how many letters there are. */
  announce(): void
  /** Cuts all connections. */
  cut(): void
  close(): Promise<void>
}

interface Session {
  readonly socket: Socket
  selected: boolean
  /** Tag of an IDLE that runs. */
  idle?: string
  /** Tag of an AUTHENTICATE that waits for its response. */
  asked?: string
}

export async function startFakeImap(capabilities = 'AUTH=PLAIN SASL-IR IDLE'): Promise<FakeImap> {
  const sessions = new Set<Session>()
  const server = createServer((socket) => {
    const session: Session = { socket, selected: false }
    sessions.add(session)
    socket.on('close', () => sessions.delete(session))
    socket.on('error', () => undefined)
    socket.write(`* OK [CAPABILITY IMAP4rev1 ${capabilities}] ready\r\n`)
    let rest = ''
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        fake.lines.push(line)
        answer(fake, session, line, capabilities)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fake: FakeImap = {
    port: (server.address() as AddressInfo).port,
    box: emptyMailbox(),
    lines: [],
    onFetch: () => 'ok',
    accepts: () => true,
    refusal: 'NO [AUTHENTICATIONFAILED] refused',
    announce: () => {
      const exists = `* ${shown(fake.box).length} EXISTS\r\n`
      for (const { socket, idle } of sessions) if (idle) socket.write(exists)
    },
    cut: () => {
      for (const { socket } of sessions) socket.destroy()
    },
    async close() {
      fake.cut()
      server.close()
      await once(server, 'close')
    },
  }
  return fake
}

function answer(fake: FakeImap, session: Session, line: string, capabilities: string): void {
  const { socket } = session
  const write = (...lines: readonly string[]): void => {
    if (!socket.destroyed) socket.write(lines.map((text) => `${text}\r\n`).join(''), 'latin1')
  }
  const signIn = (tag: string, credentials: string): void =>
    write(`${tag} ${fake.accepts(credentials) ? 'OK signed in' : fake.refusal}`)
  if (session.asked) {
    const tag = session.asked
    delete session.asked
    return signIn(tag, Buffer.from(line, 'base64').toString())
  }
  if (session.idle) {
    write(`${session.idle} OK idle is over`)
    delete session.idle
    return
  }
  const [tag = '', name = '', ...words] = line.split(' ')
  const parameters = words.join(' ')
  switch (name.toUpperCase()) {
    case 'CAPABILITY':
      return write(`* CAPABILITY IMAP4rev1 ${capabilities}`, `${tag} OK`)
    case 'LOGIN':
      return signIn(tag, parameters)
    case 'AUTHENTICATE': {
      const [, initial] = words
      if (initial !== undefined) return signIn(tag, Buffer.from(initial, 'base64').toString())
      session.asked = tag
      return write('+ ')
    }
    case 'LIST':
    case 'LSUB':
      return write(`* ${name.toUpperCase()} () "/" INBOX`, `${tag} OK`)
    case 'EXAMINE': {
      session.selected = true
      const { uidValidity, uidNext } = fake.box
      return write(
        `* ${shown(fake.box).length} EXISTS`,
        '* FLAGS ()',
        `* OK [UIDVALIDITY ${uidValidity}] as it is`,
        `* OK [UIDNEXT ${uidNext}] as it is`,
        `${tag} OK [READ-ONLY] open`,
      )
    }
    case 'IDLE':
      session.idle = tag
      return write('+ idling')
    case 'UID':
      return uidCommand(fake, session, tag, words, write)
    case 'LOGOUT':
      write('* BYE', `${tag} OK`)
      socket.end()
      return
    default:
      return write(`${tag} ${name.toUpperCase() === 'NOOP' ? 'OK' : `BAD ${name} is not known here`}`)
  }
}

function uidCommand(
  fake: FakeImap,
  session: Session,
  tag: string,
  [command = '', ...words]: readonly string[],
  write: (...lines: readonly string[]) => void,
): void {
  const letters = shown(fake.box)
  const highest = letters.at(-1)?.uid ?? 0
  if (command.toUpperCase() === 'SEARCH') {
    const set = words[words.findIndex((word) => word.toUpperCase() === 'UID') + 1] ?? '1:*'
    const found = letters.filter(({ uid }) => inSet(set, uid, highest)).map(({ uid }) => uid)
    return write(`* SEARCH${found.map((uid) => ` ${uid}`).join('')}`, `${tag} OK`)
  }
  const [set = '', ...items] = words
  const query = items.join(' ')
  for (const [index, letter] of letters.entries()) {
    if (!inSet(set, letter.uid, highest)) continue
    const outcome = /BODY/.test(query)
      ? fake.onFetch(letter, /BODY\.PEEK\[\]/.test(query) ? 'content' : 'header')
      : 'ok'
    if (outcome === 'refuse') return write(`${tag} NO [SERVERBUG] cannot read letter`)
    if (outcome === 'drop') {
      session.socket.destroy()
      return
    }
    if (outcome === 'ok') write(rowOf(index + 1, letter, query))
  }
  write(`${tag} OK`)
}

function rowOf(seq: number, { uid, raw, date }: FakeLetter, query: string): string {
  const parts = [`UID ${uid}`]
  if (query.includes('RFC822.SIZE')) parts.push(`RFC822.SIZE ${raw.length}`)
  if (query.includes('INTERNALDATE')) parts.push(`INTERNALDATE "${imapDate(date)}"`)
  const section = /BODY\.PEEK\[(.*?)\](<(\d+)\.(\d+)>)?/.exec(query)
  if (section) {
    const whole = section[1] === '' ? raw : raw.subarray(0, raw.indexOf('\r\n\r\n') + 4)
    const [start, length] = [Number(section[3] ?? 0), Number(section[4] ?? whole.length)]
    const bytes = whole.subarray(start, start + length)
    parts.push(
      `BODY[${section[1]}]${section[2] ? `<${start}>` : ''} {${bytes.length}}\r\n${bytes.toString('latin1')}`,
    )
  }
  return `* ${seq} FETCH (${parts.join(' ')})`
}

function imapDate(date: Date): string {
  const [, day, month, year] = date.toUTCString().split(/[ ,]+/)
  return `${day}-${month}-${year} ${date.toISOString().slice(11, 19)} +0000`
}
