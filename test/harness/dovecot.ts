/** A real Dovecot (2.3, Debian 12) of a test's own: private folders and ports, as root and as an ordinary user. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createTransport } from 'nodemailer'
import { type DovecotPlace, dovecotConfig, MAIL_OWNER } from './dovecot-config.ts'
import { standingPort } from './standing-port.ts'

export const PASSWORD = 'correct horse'
/** Sets of programs often keep it where only root looks. */
const PROGRAM =
  process.env['DOVECOT_PATH'] ?? (existsSync('/usr/sbin/dovecot') ? '/usr/sbin/dovecot' : 'dovecot')
const DOMAIN = 'example.test'
const START_MS = 15_000

export interface DovecotServer {
  readonly host: '127.0.0.1'
  /** The same over all restarts. */
  readonly port: number
  readonly lmtpPort: number
  start(): Promise<void>
  /** As an administrator would: sessions are told and closed. */
  stop(): Promise<void>
  restart(): Promise<void>
  /** Like a crash of its machine. */
  kill(): Promise<void>
  /** All of it stands still, connections stay open. */
  freeze(): void
  thaw(): void
  /** Hands a letter over as another mail server would; line ends become CRLF. */
  deliver(raw: string | Uint8Array, user: string, address?: { readonly detail?: string }): Promise<void>
  /** Puts many letters into a folder at once, while the server may run. */
  deliverBulk(letters: Iterable<string | Uint8Array>, user: string, folder?: string): Promise<void>
  doveadm(...parameters: readonly string[]): Promise<string>
  /** Gives a folder a new UIDVALIDITY and its letters new UIDs, as after a restored backup. */
  renumber(user: string, folder?: string): Promise<void>
  /** What a fetch of `items` shows for every letter of a folder: `uid`, `flags`, `size`. */
  show(user: string, items: string, folder?: string): Promise<readonly string[]>
  /** Ends it for good and removes what it kept. */
  remove(): Promise<void>
}

/** Makes one; not started yet. Every user has {@link PASSWORD} and the folders INBOX and, unless refused, Sent. */
export async function createDovecot(
  users: readonly string[],
  options: { readonly sent?: boolean } = {},
): Promise<DovecotServer> {
  const root = await mkdtemp(join(tmpdir(), 'dovecot-'))
  const [port, lmtpPort] = [await standingPort(), await standingPort()]
  const place: DovecotPlace = { root, port, lmtpPort, sent: options.sent ?? true }
  await layOut(place, users)
  const config = join(root, 'dovecot.conf')
  const run = (...parameters: readonly string[]) =>
    promisify(execFile)('doveadm', ['-c', config, ...parameters], { maxBuffer: 64 * 2 ** 20 })
  let running: ChildProcess | undefined
  let delivered = 0

  const signal = (name: NodeJS.Signals): void => {
    if (running?.pid === undefined) return
    try {
      // It leads a group of its own, so that what it started is meant too.
      process.kill(-running.pid, name)
    } catch {
      // It is gone.
    }
  }
  const gone = async (name: NodeJS.Signals): Promise<void> => {
    const child = running
    if (!child) return
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit')
      signal('SIGCONT')
      if (name === 'SIGKILL') signal(name)
      else child.kill(name)
      await exit
    }
    signal('SIGKILL')
    running = undefined
  }

  // It leads a group of its own, so it would outlive a test run that is cut off.
  const cutOff = (): void => signal('SIGKILL')
  process.once('exit', cutOff)

  const server: DovecotServer = {
    host: '127.0.0.1',
    port,
    lmtpPort,
    async start() {
      const child = spawn(PROGRAM, ['-F', '-c', config], { detached: true, stdio: 'ignore' })
      running = child
      const ended = once(child, 'exit').then(([code]) => {
        throw new Error(`dovecot ended with ${String(code)}`)
      })
      ended.catch(() => undefined)
      await Promise.race([ended, Promise.all([answers(port), answers(lmtpPort)])])
    },
    stop: () => gone('SIGTERM'),
    async restart() {
      await server.stop()
      await server.start()
    },
    kill: () => gone('SIGKILL'),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async deliver(raw, user, { detail } = {}) {
      const transport = createTransport({ host: '127.0.0.1', port: lmtpPort, lmtp: true, ignoreTLS: true })
      const to = `${user}${detail === undefined ? '' : `+${detail}`}@${DOMAIN}`
      await transport.sendMail({ envelope: { from: 'sender@example.test', to: [to] }, raw: crlf(raw) })
      transport.close()
    },
    async deliverBulk(letters, user, folder = 'INBOX') {
      const path = maildir(place, user, folder)
      let pending: Promise<void>[] = []
      for (const letter of letters) {
        delivered += 1
        // The name decides the order in which UIDs are given.
        const number = String(delivered).padStart(9, '0')
        pending.push(writeFile(join(path, 'new', `1700000000.M${number}P1.bulk`), crlf(letter)))
        if (pending.length < 64) continue
        await Promise.all(pending)
        pending = []
      }
      await Promise.all(pending)
    },
    doveadm: async (...parameters) => (await run(...parameters)).stdout,
    async renumber(user, folder = 'INBOX') {
      const path = maildir(place, user, folder)
      const lists = (await readdir(path)).filter((name) => /^dovecot(-uidlist$|\.index)/.test(name))
      await Promise.all(lists.map((name) => rm(join(path, name), { force: true })))
    },
    async show(user, items, folder = 'INBOX') {
      const { stdout } = await run('-f', 'tab', 'fetch', '-u', user, items, 'mailbox', folder, 'all')
      return stdout.trimEnd().split('\n').slice(1)
    },
    async remove() {
      await gone('SIGKILL')
      process.off('exit', cutOff)
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
  return server
}

const maildir = ({ root }: DovecotPlace, user: string, folder: string): string =>
  folder === 'INBOX' ? join(root, 'mail', user) : join(root, 'mail', user, `.${folder}`)

async function layOut(place: DovecotPlace, users: readonly string[]): Promise<void> {
  const { root } = place
  await chmod(root, 0o755)
  for (const folder of ['base', 'state', 'mail']) await mkdir(join(root, folder))
  await writeFile(join(root, 'users'), users.map((user) => `${user}:{PLAIN}${PASSWORD}\n`).join(''))
  await writeFile(join(root, 'dovecot.conf'), dovecotConfig(place))
  const folders = users.flatMap((user) =>
    ['', 'new', 'cur', 'tmp'].map((name) => join(root, 'mail', user, name)),
  )
  for (const folder of folders) {
    await mkdir(folder, { recursive: true })
    if (MAIL_OWNER) await chown(folder, MAIL_OWNER.uid, MAIL_OWNER.gid)
  }
  if (MAIL_OWNER) await chown(join(root, 'mail'), MAIL_OWNER.uid, MAIL_OWNER.gid)
}

function crlf(raw: string | Uint8Array): Buffer {
  const text =
    typeof raw === 'string' ? Buffer.from(raw).toString('latin1') : Buffer.from(raw).toString('latin1')
  return Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1')
}

/** Resolves once something greets on the port. */
async function answers(port: number): Promise<void> {
  const deadline = Date.now() + START_MS
  while (Date.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const greeted = once(socket, 'data').then(
      () => true,
      () => false,
    )
    const up = await Promise.race([greeted, once(socket, 'close').then(() => false), sleep(1_000, false)])
    socket.destroy()
    if (up) return
    await sleep(50)
  }
  throw new Error(`nothing greets on port ${port}`)
}
