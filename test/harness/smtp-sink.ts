/** A real SMTP server that keeps what it gets, hands it on where a test wants that, and refuses what it is told to. */
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { type Certificate, selfSigned } from './self-signed.ts'

/** An answer that refuses, such as 450 or 550 with its words. */
export interface Refusal {
  readonly code: number
  readonly text: string
}

/** A letter as it came over the wire, dots unstuffed. */
export interface SunkLetter {
  /** Empty = the null sender. */
  readonly from: string
  readonly to: readonly string[]
  readonly raw: Buffer
  /** Who had signed in. */
  readonly user?: string
  readonly encrypted: boolean
}

export interface SmtpSinkOptions {
  readonly security?: 'tls' | 'starttls' | 'none'
  /** Offers STARTTLS; where false, what asks for it must go away. */
  readonly offersStartTls?: boolean
  readonly certificate?: Certificate
  /** Nobody else may sign in; without it nobody has to. */
  readonly credentials?: { readonly user: string; readonly password?: string; readonly token?: string }
  readonly refuse?: {
    readonly signIn?: Refusal
    readonly sender?: (address: string) => Refusal | undefined
    readonly recipient?: (address: string) => Refusal | undefined
    readonly letter?: (letter: SunkLetter) => Refusal | undefined
  }
  readonly maxBytes?: number
  /** As a mail server that delivers: the answer is given once this is done. A rejection becomes a 451. */
  readonly onMail?: (letter: SunkLetter) => Promise<void>
}

export interface SmtpSink {
  readonly port: number
  readonly letters: readonly SunkLetter[]
  /** Names that somebody tried to sign in with, in order. */
  readonly signIns: readonly string[]
  /** Connections so far. */
  connections(): number
  readonly certificate: Certificate
  close(): Promise<void>
}

const refusalOf = ({ code, text }: Refusal): Error => Object.assign(new Error(text), { responseCode: code })

const IS_OPEN = { security: 'none' } as const

/** Listens on a free port of 127.0.0.1. */
export async function startSmtpSink(options: SmtpSinkOptions = IS_OPEN): Promise<SmtpSink> {
  const { security = 'none', offersStartTls = security === 'starttls', credentials, refuse = {} } = options
  const certificate = options.certificate ?? selfSigned(['localhost', '127.0.0.1'])
  const letters: SunkLetter[] = []
  const signIns: string[] = []
  let connections = 0
  const server = new SMTPServer({
    ...certificate,
    secure: security === 'tls',
    disabledCommands: [...(offersStartTls ? [] : ['STARTTLS']), ...(credentials ? [] : ['AUTH'])],
    authMethods: credentials?.token === undefined ? ['PLAIN', 'LOGIN'] : ['XOAUTH2'],
    allowInsecureAuth: security === 'none',
    disableReverseLookup: true,
    logger: false,
    ...(options.maxBytes === undefined ? {} : { size: options.maxBytes }),
    onConnect(_session, done) {
      connections += 1
      done()
    },
    onAuth({ username = '', password, accessToken }, _session, done) {
      signIns.push(username)
      if (refuse.signIn) return done(refusalOf(refuse.signIn))
      const right =
        username === credentials?.user &&
        password === credentials.password &&
        accessToken === credentials.token
      done(right ? null : refusalOf({ code: 535, text: '5.7.8 Wrong user or password' }), { user: username })
    },
    onMailFrom({ address }, _session, done) {
      const refused = refuse.sender?.(address)
      done(refused ? refusalOf(refused) : null)
    },
    onRcptTo({ address }, _session, done) {
      const refused = refuse.recipient?.(address)
      done(refused ? refusalOf(refused) : null)
    },
    onData(stream, { envelope, user, secure }, done) {
      buffer(stream)
        .then(async (raw) => {
          const letter: SunkLetter = {
            from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
            to: envelope.rcptTo.map(({ address }) => address),
            raw,
            ...(typeof user === 'string' ? { user } : {}),
            encrypted: secure,
          }
          const refused = stream.sizeExceeded
            ? { code: 552, text: '5.3.4 Too large' }
            : refuse.letter?.(letter)
          if (refused) return done(refusalOf(refused))
          await options.onMail?.(letter)
          letters.push(letter)
          done(null, 'queued')
        })
        .catch((error: unknown) => done(refusalOf({ code: 451, text: String(error) })))
    },
  })
  // Clients that go away in the middle are what the tests are about.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.server.address() as AddressInfo).port,
    letters,
    signIns,
    connections: () => connections,
    certificate,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const connection of server.connections) connection.close()
      }),
  }
}
