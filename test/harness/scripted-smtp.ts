/** An SMTP server over a bare socket: it says and breaks off what no proper server would, and keeps every byte. */
import { createServer, type Socket } from 'node:net'

/** A moment of the dialogue; `content` = the first bytes of the letter, `end` = its final dot. */
export type SmtpMoment =
  | 'greeting'
  | 'ehlo'
  | 'starttls'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'end'

/** Says a line (or several) and goes on, closes the connection, resets it, or never says anything again. */
export type SmtpAct = string | 'cut' | 'reset' | 'silence'

export interface ScriptedSmtp {
  readonly port: number
  /** Lines of the client outside letters, over all connections. */
  readonly lines: readonly string[]
  /** What came between 354 and the final dot or the end of the connection, as it came, dots stuffed. */
  readonly contents: readonly string[]
  /** How many letters came to their final dot. */
  ended(): number
  close(): Promise<void>
}

const SAYS: Readonly<Record<Exclude<SmtpMoment, 'content'>, string>> = {
  greeting: '220 scripted ESMTP',
  ehlo: '250-scripted\r\n250-PIPELINING\r\n250 AUTH PLAIN',
  starttls: '454 4.7.0 TLS not available',
  auth: '235 2.7.0 welcome',
  mail: '250 2.1.0 ok',
  rcpt: '250 2.1.5 ok',
  data: '354 go on',
  end: '250 2.0.0 queued',
}

const MOMENTS: readonly (readonly [RegExp, Exclude<SmtpMoment, 'content' | 'end' | 'greeting'>])[] = [
  [/^(EHLO|HELO) /, 'ehlo'],
  [/^STARTTLS$/, 'starttls'],
  [/^AUTH /, 'auth'],
  [/^MAIL FROM:/, 'mail'],
  [/^RCPT TO:/, 'rcpt'],
  [/^DATA$/, 'data'],
]

/** @param acts what to do otherwise than a friendly server; a function chooses by the client's line */
export async function startScriptedSmtp(
  acts: Partial<Record<SmtpMoment, SmtpAct | ((line: string) => SmtpAct | undefined)>> = {},
): Promise<ScriptedSmtp> {
  const lines: string[] = []
  const contents: string[] = []
  const sockets = new Set<Socket>()
  let ended = 0

  const actAt = (moment: SmtpMoment, line: string): SmtpAct | undefined => {
    const act = acts[moment]
    return (typeof act === 'function' ? act(line) : act) ?? (moment === 'content' ? undefined : SAYS[moment])
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    let waiting = ''
    let inContent = false
    let mute = false
    let begun = false
    const act = (moment: SmtpMoment, line = ''): void => {
      const what = mute ? undefined : actAt(moment, line)
      if (what === undefined) return
      mute = what === 'silence' || what === 'cut' || what === 'reset'
      if (what === 'silence') return
      if (what === 'cut') socket.end()
      else if (what === 'reset') socket.resetAndDestroy()
      else socket.write(`${what}\r\n`)
      if (moment === 'data' && what.startsWith('354')) {
        inContent = true
        begun = false
        contents.push('')
      }
    }
    const command = (line: string): void => {
      lines.push(line)
      if (line === 'QUIT') return void socket.end('221 bye\r\n')
      const [, moment] = MOMENTS.find(([pattern]) => pattern.test(line)) ?? []
      if (moment) act(moment, line)
      else socket.write('250 2.0.0 ok\r\n')
    }
    const content = (): boolean => {
      const all = contents.pop() + waiting
      const dot = `\r\n${all}`.indexOf('\r\n.\r\n')
      contents.push(dot < 0 ? all : all.slice(0, dot))
      waiting = dot < 0 ? '' : all.slice(dot + '.\r\n'.length)
      if (!begun && all !== '') {
        begun = true
        act('content')
      }
      if (dot < 0) return false
      inContent = false
      ended += 1
      act('end')
      return true
    }
    socket.on('data', (chunk) => {
      waiting += chunk.toString('latin1')
      for (;;) {
        if (inContent) {
          if (!content()) return
          continue
        }
        const at = waiting.indexOf('\r\n')
        if (at < 0) return
        const line = waiting.slice(0, at)
        waiting = waiting.slice(at + 2)
        command(line)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    act('greeting')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    lines,
    contents,
    ended: () => ended,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
