import { describe, expect, it } from 'vitest'
import type { EmailConfig } from './config.ts'
import { PROVIDERS, withProvider } from './providers.ts'

const typed = {
  provider: 'other',
  imapHost: 'imap.own.test',
  imapPort: 143,
  imapSecurity: 'starttls',
  smtpHost: 'smtp.own.test',
  smtpPort: 25,
  smtpSecurity: 'none',
  oauthTokenEndpoint: '',
  oauthScope: '',
  saveSent: true,
  authservIds: [],
} as unknown as EmailConfig

describe('the settings of a provider', () => {
  it('are left to the person where there is none', () => {
    expect(withProvider(typed)).toBe(typed)
  })

  it.each(['gmail', 'microsoft'] as const)('of %s go before what was typed for another', (provider) => {
    const { name: _, savesSent, ...fixed } = PROVIDERS[provider]
    expect(withProvider({ ...typed, provider })).toEqual({
      ...typed,
      provider,
      ...fixed,
      saveSent: !savesSent,
    })
  })

  it('leave a tenant its own endpoint, scope and trusted servers', () => {
    const own = {
      oauthTokenEndpoint: 'https://login.example.test/tenant/token',
      oauthScope: 'own',
      authservIds: ['mx.own.test'],
    }
    expect(withProvider({ ...typed, ...own, provider: 'microsoft' })).toMatchObject(own)
  })
})
