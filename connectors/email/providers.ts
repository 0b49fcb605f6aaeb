import type { EmailConfig } from './config.ts'

/** What is the same for every mailbox at a provider. */
export interface ProviderPreset {
  readonly name: string
  readonly imapHost: string
  readonly imapPort: number
  readonly imapSecurity: EmailConfig['imapSecurity']
  readonly smtpHost: string
  readonly smtpPort: number
  readonly smtpSecurity: EmailConfig['smtpSecurity']
  readonly oauthTokenEndpoint: string
  readonly oauthScope: string
  /** Its servers put what they send into the folder of sent mail themselves. */
  readonly savesSent: boolean
  /** How its servers name themselves in Authentication-Results; empty where they do not. */
  readonly authservIds: readonly string[]
}

/** The providers that a mailbox can be connected to without knowing host and port. */
export const PROVIDERS: Readonly<Record<Exclude<EmailConfig['provider'], 'other'>, ProviderPreset>> = {
  gmail: {
    name: 'Gmail',
    imapHost: 'imap.gmail.com',
    imapPort: 993,
    imapSecurity: 'tls',
    smtpHost: 'smtp.gmail.com',
    smtpPort: 465,
    smtpSecurity: 'tls',
    oauthTokenEndpoint: 'https://oauth2.googleapis.com/token',
    oauthScope: 'https://mail.google.com/',
    savesSent: true,
    authservIds: ['mx.google.com'],
  },
  microsoft: {
    name: 'Microsoft 365',
    imapHost: 'outlook.office365.com',
    imapPort: 993,
    imapSecurity: 'tls',
    smtpHost: 'smtp.office365.com',
    smtpPort: 587,
    smtpSecurity: 'starttls',
    oauthTokenEndpoint: 'https://login.microsoftonline.com/common/oauth2/v2.0/token',
    oauthScope:
      'https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access',
    savesSent: true,
    authservIds: [],
  },
}

/**
 * The settings as they are used: what a provider fixes comes from its preset, also over what was typed while another
 * provider was chosen. Endpoint, scope and trusted servers of one's own stay (a single tenant has its own endpoint).
 */
export function withProvider(config: EmailConfig): EmailConfig {
  if (config.provider === 'other') return config
  const {
    name: _,
    savesSent,
    oauthTokenEndpoint,
    oauthScope,
    authservIds,
    ...servers
  } = PROVIDERS[config.provider]
  return {
    ...config,
    ...servers,
    oauthTokenEndpoint: config.oauthTokenEndpoint || oauthTokenEndpoint,
    oauthScope: config.oauthScope || oauthScope,
    saveSent: config.saveSent && !savesSent,
    authservIds: config.authservIds.length > 0 ? config.authservIds : authservIds,
  }
}
