import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appendToSent } from '../../../connectors/email/imap/sent-folder.ts'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { mailConfig, mailContext } from './mail-context.ts'

const letter = (messageId: string) => ({
  messageId,
  raw: Buffer.from(`Message-ID: <${messageId}>\r\nSubject: Sent\r\n\r\nhello\r\n`),
})

describe('the copy of a sent letter', () => {
  let marked: DovecotServer
  let bare: DovecotServer
  beforeAll(async () => {
    marked = await createDovecot(['support', 'sales'])
    bare = await createDovecot(['support', 'named'], { sent: false })
    await Promise.all([marked.start(), bare.start()])
  })
  afterAll(() => Promise.all([marked.remove(), bare.remove()]))

  it('is put into the marked folder, read, exactly once, however often it is asked for', async () => {
    const { ctx } = mailContext(mailConfig(marked.port))
    await appendToSent(ctx, letter('one@example.test'))
    await appendToSent(ctx, letter('one@example.test'))
    await Promise.all([1, 2, 3].map(() => appendToSent(ctx, letter('two@example.test'))))
    const flags = await marked.show('support', 'flags', 'Sent')
    expect(flags.map((text) => text.replace(/ ?\\Recent/, ''))).toEqual(['\\Seen', '\\Seen'])
  })

  it('is put into a folder that is made where there is none', async () => {
    const { ctx } = mailContext(mailConfig(bare.port))
    await appendToSent(ctx, letter('three@example.test'))
    expect(await bare.show('support', 'flags', 'Sent')).toHaveLength(1)
  })

  it('is put into a folder that is only called so', async () => {
    await bare.doveadm('mailbox', 'create', '-u', 'named', 'Sent Items')
    const { ctx } = mailContext(mailConfig(bare.port, { user: 'named' }))
    await appendToSent(ctx, letter('four@example.test'))
    expect(await bare.show('named', 'flags', 'Sent Items')).toHaveLength(1)
  })

  it('fails in words, without the password, and nothing is left behind', async () => {
    const config = mailConfig(marked.port, { user: 'sales', password: 'quite wrong' })
    const failed = await appendToSent(mailContext(config).ctx, letter('five@example.test')).catch(
      (e: unknown) => e,
    )
    expect(failed).toMatchObject({
      name: 'ConnectorError',
      facts: { code: 'bad-credentials', retry: 'never', delivery: 'not-sent' },
    })
    expect(String(failed)).not.toContain('quite wrong')
    expect(await marked.show('sales', 'flags', 'Sent')).toEqual([])
  })
})
