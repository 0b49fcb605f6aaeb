import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { checkMailbox } from '../../../connectors/email/imap/check.ts'
import { ConnectorError } from '../../../src/contract/connector-error.ts'
import { createDovecot, type DovecotServer, PASSWORD } from '../../harness/dovecot.ts'
import { mailConfig, mailContext } from './mail-context.ts'

const QUICK = { connectMs: 2_000, greetingMs: 500, silenceMs: 1_000 }

describe('the test of a mailbox', () => {
  let server: DovecotServer
  beforeAll(async () => {
    server = await createDovecot(['support'])
    await server.start()
    await server.deliver('Subject: one\r\n\r\nHello.\r\n', 'support')
  })
  afterAll(() => server.remove())

  const check = (change: Partial<EmailConfig>, resolveHost = async (host: string) => host) =>
    checkMailbox(mailContext(mailConfig(server.port, change), { change: { resolveHost } }).ctx, QUICK)

  const refusal = (code: string) =>
    check({ imapHost: 'mail.example.test' }, () =>
      Promise.reject(
        new ConnectorError({ code, detail: `words about ${code}`, retry: 'never', delivery: 'not-sent' }),
      ),
    )

  it('finds that all is well', async () => {
    expect(await check({})).toEqual({
      ok: true,
      detail: 'Signed in at 127.0.0.1; “INBOX” holds 1 letter.',
    })
  })

  it('says which setting is wrong, in words, without the password', async () => {
    const results = {
      password: await check({ password: 'secret words' }),
      none: await check({ password: '' }),
      folder: await check({ folder: 'Nowhere' }),
      port: await check({ imapPort: 1 }),
      tls: await check({ imapSecurity: 'tls' }),
      starttls: await check({ imapSecurity: 'starttls' }),
      host: await refusal('host-not-found'),
      inside: await refusal('destination-not-allowed'),
    }
    expect(results).toMatchObject({
      password: { ok: false, code: 'bad-credentials', field: 'password' },
      none: { ok: false, code: 'bad-credentials', field: 'password' },
      folder: { ok: false, code: 'folder-not-found', field: 'folder' },
      port: { ok: false, code: 'connection-refused', field: 'imapPort' },
      tls: { ok: false, code: 'tls-failed', field: 'imapSecurity' },
      starttls: { ok: false, code: 'tls-failed', field: 'imapSecurity' },
      host: { ok: false, code: 'host-not-found', field: 'imapHost' },
      inside: { ok: false, code: 'destination-not-allowed', field: 'imapHost' },
    })
    expect(results.folder).toMatchObject({
      detail: expect.stringMatching(/“INBOX”.*“Sent”|“Sent”.*“INBOX”/) as string,
    })
    expect(results.starttls).toMatchObject({ detail: expect.stringContaining('STARTTLS') as string })
    expect(JSON.stringify(results)).not.toMatch(new RegExp(`secret words|${PASSWORD}`))
  })

  it('does not wait for ever for a server that says nothing', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(mute, 'listening')
    const { port } = mute.address() as AddressInfo
    expect(await check({ imapPort: port })).toMatchObject({ ok: false, code: 'timeout', field: 'imapHost' })
    mute.close()
  })
})
