/** A make-believe mailbox: a platform that is asked, over a session, and that a test fills, breaks and watches. */
import { EventEmitter, once } from 'node:events'
import type { ConfigValues } from '../../src/contract/config-field.ts'
import type { Connector, ConnectorContext, PushItem } from '../../src/contract/connector.ts'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { TEXT_ONLY } from './scripted-channel.ts'

/** One `open` that runs. */
export interface OpenSession {
  readonly ctx: ConnectorContext<ConfigValues>
  readonly push: PushItem
}

export type Mailbox = ReturnType<typeof createMailbox>

/** Creates an empty one. */
export function createMailbox(options: Partial<Pick<Connector, 'fileSent' | 'send' | 'check'>> = {}) {
  const letters: { readonly text: string; readonly sender: string }[] = []
  const changes = new EventEmitter().setMaxListeners(0)
  const live = new Set<OpenSession>()
  const state = {
    /** How often a session was opened. */
    opened: 0,
    /** Most that were ever open at the same time. */
    most: 0,
    /** When set, a session fails with it as soon as it is opened, or at once when one is open. */
    error: undefined as Error | undefined,
    /** What a session does when it is told to end. */
    obeys: true,
  }

  const serve = async ({ ctx, push }: OpenSession): Promise<void> => {
    let next = Number((await ctx.checkpoint.read())?.['next'] ?? 0)
    for (;;) {
      if (state.error) throw state.error
      if (ctx.signal.aborted) return
      const letter = letters[next]
      if (letter) {
        await push({
          key: `letter-${next}`,
          sender: letter.sender,
          body: Buffer.from(JSON.stringify({ number: next, ...letter })),
          contentType: 'application/json',
          facts: {},
        })
        next += 1
        await ctx.checkpoint.write({ next })
        continue
      }
      ctx.reportHealth({ state: 'healthy' })
      await once(changes, 'change', { signal: ctx.signal }).catch(() => undefined)
    }
  }

  const connector: Connector = {
    type: 'mailbox' as ChannelType,
    displayName: 'Mailbox',
    summary: 'Is asked.',
    configFields: [
      { key: 'host', label: 'Host', kind: 'text', required: false },
      { key: 'password', label: 'Password', kind: 'secret', required: false },
    ],
    capabilities: () => TEXT_ONLY,
    check: options.check ?? (async () => ({ ok: true })),
    inbound: {
      kind: 'session',
      async open(ctx, push) {
        const session = { ctx, push }
        state.opened += 1
        live.add(session)
        state.most = Math.max(state.most, live.size)
        try {
          await serve(session)
        } finally {
          if (!state.obeys) await new Promise(() => undefined)
          live.delete(session)
        }
      },
      parse({ body }): readonly InboundEvent[] {
        const { number, text, sender } = JSON.parse(Buffer.from(body).toString()) as {
          readonly number: number
          readonly text: string
          readonly sender: string
        }
        return [
          {
            type: 'message',
            externalId: `letter-${number}`,
            identity: { externalId: sender, verified: false },
            text,
            attachments: [],
          },
        ]
      },
    },
    send: options.send ?? (async ({ id }) => ({ externalId: `sent-${id}` })),
    ...(options.fileSent ? { fileSent: options.fileSent } : {}),
  }

  return {
    connector,
    state,
    /** The sessions that are open just now. */
    live,
    put(...texts: readonly string[]): void {
      for (const text of texts) letters.push({ text, sender: 'ada' })
      changes.emit('change')
    },
    putFrom(sender: string, text: string): void {
      letters.push({ text, sender })
      changes.emit('change')
    },
    fail(error: Error | undefined): void {
      state.error = error
      changes.emit('change')
    },
  }
}
