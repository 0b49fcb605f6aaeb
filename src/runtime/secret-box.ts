import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'
import type { SecretBox } from '../services/secret-box.ts'

const CIPHER = 'aes-256-gcm'
const FORMAT = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32

/**
 * Seals with AES-256-GCM under a key derived from the installation's. Sealed texts name their key, so that a wrong
 * SECRET_KEY is told from damage.
 */
export function createSecretBox(secretKey: Uint8Array): SecretBox {
  if (secretKey.length !== KEY_BYTES) throw new Error(`the secret key must have ${KEY_BYTES} bytes`)
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secretKey, '', `tributary:${purpose}`, KEY_BYTES))
  const key = derive('secret-box')
  const keyId = createHash('sha256').update(key).digest('base64url').slice(0, 8)

  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(`${FORMAT}:${keyId}:${context}`))
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return [FORMAT, keyId, Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')].join(
        '.',
      )
    },

    open(sealed, context) {
      const [format, sealedBy, payload] = sealed.split('.')
      if (format !== FORMAT || payload === undefined) throw new Error('not a sealed text')
      if (sealedBy !== keyId) {
        throw new Error(`sealed with key ${sealedBy}, but SECRET_KEY is ${keyId}: restore the earlier key`)
      }
      const bytes = Buffer.from(payload, 'base64url')
      if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('a sealed text is damaged')
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(`${FORMAT}:${keyId}:${context}`))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]).toString('utf8')
    },

    derive,
  }
}
