/** A session on a real mailbox, with everything it pushes at hand. */
import { vi } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { type MailboxOptions, openMailbox } from '../../../connectors/email/imap/session.ts'
import type { ConnectorContext, RawItem } from '../../../src/contract/connector.ts'
import { emptyCheckpoint, mailContext, type ScriptedCheckpoint } from './mail-context.ts'

/** Quick, so that a test need not wait for what a mailbox waits for in real life. */
export const QUICK: NonNullable<MailboxOptions['rhythm']> = {
  pollMs: 500,
  reconnectMs: [50, 200],
  patience: { connectMs: 5_000, greetingMs: 5_000, silenceMs: 5_000 },
}

export interface MailSession {
  readonly items: RawItem[]
  readonly health: ReturnType<typeof mailContext>['health']
  readonly checkpoint: ScriptedCheckpoint
  /** Subjects of everything pushed so far. */
  subjects(): readonly string[]
  /** Resolves once all of these were pushed. */
  has(...subjects: readonly string[]): Promise<void>
  stop(): Promise<void>
}

export function startSession(
  config: EmailConfig,
  options: {
    readonly checkpoint?: ScriptedCheckpoint
    readonly rhythm?: MailboxOptions['rhythm']
    readonly checkAuthentication?: MailboxOptions['checkAuthentication']
    readonly change?: Partial<ConnectorContext<EmailConfig>>
    /** What the journal does; an item counts as pushed once this has resolved. */
    readonly journal?: (item: RawItem) => Promise<void>
  } = {},
): MailSession {
  const { checkpoint = emptyCheckpoint(), rhythm = QUICK, change, checkAuthentication } = options
  const rig = mailContext(config, { checkpoint, ...(change ? { change } : {}) })
  const items: RawItem[] = []
  const push = async (item: RawItem): Promise<void> => {
    await options.journal?.(item)
    items.push(item)
  }
  const running = openMailbox(rig.ctx, push, {
    rhythm: { ...QUICK, ...rhythm },
    ...(checkAuthentication ? { checkAuthentication } : {}),
  })
  const subjects = () => items.map(subjectOf)
  return {
    items,
    health: rig.health,
    checkpoint,
    subjects,
    async has(...wanted) {
      await vi.waitFor(
        () => {
          const found = new Set(subjects())
          const missing = wanted.filter((subject) => !found.has(subject))
          if (missing.length > 0) throw new Error(`${missing.length} missing, such as ${missing[0]}`)
        },
        { timeout: 30_000, interval: 20 },
      )
    },
    async stop() {
      rig.stop()
      await running
    },
  }
}

export function subjectOf({ body, contentType }: RawItem): string {
  const text = Buffer.from(body).toString('latin1')
  const head = contentType.endsWith('json')
    ? Buffer.from((JSON.parse(text) as { headers: string }).headers, 'base64').toString('latin1')
    : text
  return /^subject: (.*?)\r?$/im.exec(head)?.[1] ?? ''
}

let written = 0

export function letter(
  subject: string,
  change: { readonly from?: string; readonly body?: string } = {},
): string {
  written += 1
  const { from = 'Ann <ann@customer.test>', body = 'Hello.' } = change
  return [
    `From: ${from}`,
    'To: support@example.test',
    `Subject: ${subject}`,
    `Message-ID: <${written}.${process.pid}@customer.test>`,
    'Date: Sat, 28 Nov 2026 10:00:00 +0000',
    '',
    body,
    '',
  ].join('\r\n')
}
