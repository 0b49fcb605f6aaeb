import { describe, expect, it } from 'vitest'
import { AppError } from '../../src/domain/errors.ts'
import { validateSettings } from '../../src/services/channel-settings.ts'
import { mailbox } from '../../test/harness/outbound-letters.ts'
import type { EmailConfig } from './config.ts'
import { configFields } from './settings.ts'

const KEYS: Readonly<Record<keyof EmailConfig, true>> = {
  provider: true,
  fromAddress: true,
  fromName: true,
  aliases: true,
  signature: true,
  user: true,
  authentication: true,
  password: true,
  oauthTokenEndpoint: true,
  oauthClientId: true,
  oauthClientSecret: true,
  oauthRefreshToken: true,
  oauthScope: true,
  imapHost: true,
  imapPort: true,
  imapSecurity: true,
  folder: true,
  importFrom: true,
  importDays: true,
  wholeMegabytes: true,
  smtpHost: true,
  smtpPort: true,
  smtpSecurity: true,
  plusAddressing: true,
  saveSent: true,
  sameSubjectDays: true,
  authservIds: true,
  checkAuthentication: true,
  dkimDomain: true,
  dkimSelector: true,
  dkimPrivateKey: true,
}

const LEAST = { fromAddress: 'help@shop.example', user: 'help@shop.example', password: 'secret' }
const SERVERS = { imapHost: 'imap.shop.example', smtpHost: 'smtp.shop.example' }

function faultsOf(
  given: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): readonly string[] {
  try {
    validateSettings(configFields, given as never)
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return (error.details.errors ?? []).map(({ field }) => field.replace('config.', ''))
  }
}

describe('the settings of a mailbox', () => {
  it('are those that the connector reads, each once', () => {
    expect(configFields.map(({ key }) => key).sort()).toEqual(Object.keys(KEYS).sort())
  })

  it('come complete from the least that a person gives', () => {
    const values = validateSettings(configFields, { ...LEAST, ...SERVERS })
    const optional = ['password', 'oauthClientSecret', 'oauthRefreshToken', 'dkimPrivateKey']
    for (const key of Object.keys(mailbox())) {
      if (!optional.includes(key)) expect(values[key], key).toBeDefined()
    }
    expect(values).toMatchObject({ imapPort: 993, smtpPort: 465, imapSecurity: 'tls', smtpSecurity: 'tls' })
  })

  it('ask for no servers where the provider has them, and for no password beside OAuth', () => {
    expect(faultsOf(LEAST)).toEqual(['imapHost', 'smtpHost'])
    expect(faultsOf({ ...LEAST, provider: 'gmail' })).toEqual([])
    const { password: _, ...nameless } = LEAST
    expect(faultsOf({ ...nameless, provider: 'microsoft' })).toEqual(['password'])
    expect(faultsOf({ ...nameless, provider: 'microsoft', authentication: 'oauth' })).toEqual([
      'oauthClientId',
      'oauthRefreshToken',
    ])
  })

  it('ask for the days only where the last days are wanted, and within bounds', () => {
    const field = configFields.find(({ key }) => key === 'importDays')
    expect(field?.showWhen).toEqual({ key: 'importFrom', equals: 'days' })
    expect(faultsOf({ ...LEAST, provider: 'gmail', importDays: 0 })).toEqual(['importDays'])
    expect(faultsOf({ ...LEAST, provider: 'gmail', wholeMegabytes: 14 })).toEqual(['wholeMegabytes'])
  })

  it.each([
    ['fromAddress', 'Help <help@shop.example>'],
    ['fromAddress', 'help@shop.example\r\nBcc: eve@evil.example'],
    ['fromAddress', 'Help@shop.example'],
    ['fromAddress', 'help@shop'],
    ['aliases', ['sales@shop.example', 'not an address']],
    ['imapHost', 'https://imap.shop.example'],
    ['smtpHost', 'smtp.shop.example:465'.replace(':', ' ')],
    ['smtpPort', 70_000],
    ['authservIds', ['mx shop']],
    ['dkimDomain', 'shop'],
    ['dkimSelector', 'one; d=evil.example'],
    ['oauthTokenEndpoint', 'javascript:alert(1)'],
  ])('refuse %s = %j', (key, value) => {
    expect(faultsOf({ ...LEAST, ...SERVERS, [key]: value })).toEqual([key])
  })

  it('are all secret that lets anybody in', () => {
    const secrets = configFields.filter(({ kind }) => kind === 'secret').map(({ key }) => key)
    expect(secrets).toEqual(['password', 'oauthClientSecret', 'oauthRefreshToken', 'dkimPrivateKey'])
  })

  it('are judged at once, however long what is typed', () => {
    const long = `${'a.'.repeat(120)}@${'b.'.repeat(120)}`
    expect(faultsOf({ ...LEAST, ...SERVERS, fromAddress: `${long}!` })).toEqual(['fromAddress'])
    for (const { pattern } of configFields) {
      if (pattern === undefined) continue
      for (const piece of ['a', 'a.', '-', 'a@', 'a-', '.'])
        expect(new RegExp(`^(?:${pattern})$`, 'u').test(`${piece.repeat(50_000)}\n`)).toBe(false)
    }
  })
})
