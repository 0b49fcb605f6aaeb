import { createPrivateKey } from 'node:crypto'
import type { EmailConfig } from '../config.ts'

/** What signs our letters. */
export interface DkimKey {
  readonly domainName: string
  readonly keySelector: string
  readonly privateKey: string
}

/** What is wrong with the DKIM settings, and with which. */
export interface DkimFault {
  readonly field: 'dkimDomain' | 'dkimSelector' | 'dkimPrivateKey'
  readonly detail: string
}

const MIN_BITS = 1_024

/** The key of a channel, undefined where it signs nothing, or what is wrong. */
export function dkimKeyOf(
  config: Pick<EmailConfig, 'dkimDomain' | 'dkimSelector' | 'dkimPrivateKey'>,
): { readonly key?: DkimKey } | { readonly fault: DkimFault } {
  const { dkimDomain, dkimSelector, dkimPrivateKey = '' } = config
  if (dkimDomain === '' && dkimSelector === '' && dkimPrivateKey === '') return {}
  if (dkimDomain === '') return fault('dkimDomain', 'DKIM needs a domain too, or none of its settings.')
  if (dkimSelector === '') return fault('dkimSelector', 'DKIM needs a selector too.')
  if (dkimPrivateKey === '') return fault('dkimPrivateKey', 'DKIM needs a private key too.')
  const pem = asPem(dkimPrivateKey)
  if (pem === undefined) return fault('dkimPrivateKey', 'The DKIM key is not a private key in PEM form.')
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType !== 'rsa') {
      return fault('dkimPrivateKey', 'The DKIM key must be an RSA key; receivers rarely know others.')
    }
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    if (bits < MIN_BITS) {
      return fault('dkimPrivateKey', `The DKIM key has ${bits} bits; receivers want ${MIN_BITS} at least.`)
    }
    const privateKey = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    return { key: { domainName: dkimDomain, keySelector: dkimSelector, privateKey } }
  } catch {
    return fault('dkimPrivateKey', 'The DKIM key cannot be read: it is broken, or protected by a password.')
  }
}

const fault = (field: DkimFault['field'], detail: string): { readonly fault: DkimFault } => ({
  fault: { field, detail },
})

const PEM = /^-----BEGIN ((?:RSA )?PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END ((?:RSA )?PRIVATE KEY)-----$/

/** A field of one line swallows line breaks, without which no PEM is read. */
function asPem(text: string): string | undefined {
  const [, label, body, end] = PEM.exec(text.replaceAll('\\n', '\n').trim()) ?? []
  if (label === undefined || body === undefined || label !== end) return undefined
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
