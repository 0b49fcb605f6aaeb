/** A session connector that keeps every promise, and one for each promise that breaks it. */
import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, ConnectorContext, PushItem, RawItem } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { TEXT_ONLY } from '../harness/scripted-channel.ts'
import type { SessionFixtures, SessionPlatform } from './fixtures/connector-fixtures.ts'

/** Ways to break one's word. */
export const FAULTS = [
  'marks before the journal',
  'names things anew at each fetch',
  'begins at the end',
  'does not hear that it is told to end',
  'goes on after its end',
  'waits for ever on a dead line',
  'parses by the dice',
  'pushes nameless things',
  'believes every password',
  'throws in its test',
  'tells its password',
  'says codes instead of words',
  'is silent when refused',
] as const
export type Fault = (typeof FAULTS)[number]

const PASSWORD = 'open-sesame-12'

/** The wire: a server in this process, with lines that can be cut. */
interface Server {
  readonly things: string[]
  /** Tells lines of new things, and of their end. */
  readonly events: EventEmitter
}
const servers = new Map<string, Server>()
let lastServer = 0

class Line {
  isCut = false
  readonly server: Server
  constructor(server: Server) {
    this.server = server
    server.events.once('cut', () => {
      this.isCut = true
    })
  }
  read(index: number): string | undefined {
    if (this.isCut)
      throw new ConnectorError({
        code: 'line-cut',
        detail: 'The line was cut',
        retry: 'later',
        delivery: 'not-sent',
      })
    return this.server.things[index]
  }
}

function connect(config: ConfigValues, words: string): Line {
  const server = servers.get(String(config['host']))
  if (!server)
    throw new ConnectorError({
      code: 'no-host',
      detail: 'There is no such host',
      retry: 'later',
      delivery: 'not-sent',
    })
  if (config['password'] !== PASSWORD)
    throw new ConnectorError({ code: 'bad-credentials', detail: words, retry: 'never', delivery: 'not-sent' })
  return new Line(server)
}

/** @param fault the one promise that it breaks */
export function sampleSession(fault?: Fault): Connector {
  const words = fault === 'says codes instead of words' ? 'AUTHFAIL' : 'The platform refused the password'
  let pushes = 0
  const itemOf = (index: number, thing: string): RawItem => {
    pushes += 1
    const key =
      fault === 'pushes nameless things'
        ? ''
        : fault === 'names things anew at each fetch'
          ? `k${pushes}`
          : `k${index}`
    return { key, body: Buffer.from(thing), contentType: 'text/plain', facts: { number: String(index) } }
  }

  const serve = async (line: Line, ctx: ConnectorContext<ConfigValues>, push: PushItem): Promise<void> => {
    const place = (await ctx.checkpoint.read())?.['next'] ?? 0
    let next = fault === 'begins at the end' ? line.server.things.length : Number(place)
    if (fault === 'names things anew at each fetch') next = 0
    const goesOn = (): boolean => fault === 'does not hear that it is told to end' || !ctx.signal.aborted
    while (goesOn()) {
      if (fault === 'waits for ever on a dead line' && line.isCut) await once(ctx.signal, 'abort')
      const thing = line.read(next)
      if (thing === undefined) {
        const { signal } = ctx
        await once(
          line.server.events,
          'news',
          fault === 'does not hear that it is told to end' ? {} : { signal },
        ).catch(() => undefined)
        continue
      }
      if (fault === 'marks before the journal') await ctx.checkpoint.write({ next: next + 1 })
      await push(itemOf(next, thing))
      next += 1
      await ctx.checkpoint.write({ next })
    }
    if (fault === 'goes on after its end')
      void sleep(5).then(() => ctx.checkpoint.write({ next }).catch(() => undefined))
  }

  return {
    type: 'sample-session' as ChannelType,
    displayName: 'Sample',
    summary: 'Keeps its word, or not.',
    configFields: [
      { key: 'host', label: 'Host', kind: 'text', required: true },
      { key: 'password', label: 'Password', kind: 'secret', required: true },
    ],
    capabilities: () => TEXT_ONLY,
    async check({ config }) {
      if (fault === 'believes every password') return { ok: true }
      try {
        connect(config, words)
        return { ok: true }
      } catch (error) {
        if (!(error instanceof ConnectorError) || fault === 'throws in its test') throw error
        return { ok: false, code: error.facts.code, detail: error.facts.detail ?? '' }
      }
    },
    inbound: {
      kind: 'session',
      async open(ctx, push) {
        if (fault === 'tells its password') ctx.logger.info({ login: ctx.config['password'] }, 'connecting')
        if (fault === 'is silent when refused' && ctx.config['password'] !== PASSWORD) {
          await once(ctx.signal, 'abort')
          return
        }
        await serve(connect(ctx.config, words), ctx, push)
      },
      parse: async ({ body, facts }) => [
        {
          type: 'message',
          externalId: `thing-${facts['number'] ?? '?'}${fault === 'parses by the dice' ? Math.random() : ''}`,
          identity: { externalId: 'ada', verified: false },
          text: Buffer.from(body).toString(),
          attachments: [],
        },
      ],
    },
    send: async ({ id }) => ({ externalId: id }),
  }
}

const item = (text: string): RawItem => ({
  key: text,
  body: Buffer.from(text),
  contentType: 'text/plain',
  facts: { number: '1' },
})

export const sampleFixtures: SessionFixtures = {
  settings: { host: 'nowhere', password: PASSWORD },
  sendsOverNetwork: false,
  session: {
    items: () => ({ first: item('Hello') }),
    receipt: () => undefined,
    echo: () => undefined,
    async start(): Promise<SessionPlatform> {
      lastServer += 1
      const host = `server-${lastServer}`
      const server: Server = { things: [], events: new EventEmitter().setMaxListeners(0) }
      servers.set(host, server)
      return {
        settings: { host, password: PASSWORD },
        wrongSettings: { host, password: 'a-wrong-password-99' },
        async put(mark) {
          server.things.push(`Something with ${mark} in it`)
          server.events.emit('news')
        },
        async cut() {
          server.events.emit('cut')
          server.events.emit('news')
        },
        async stop() {
          servers.delete(host)
        },
      }
    },
  },
}
