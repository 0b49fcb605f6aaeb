/** Certificates for servers of the tests: made anew each time, so that none ever expires in the repository. */
import { createSign, generateKeyPairSync } from 'node:crypto'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  const length = Buffer.from(content.length.toString(16).padStart(4, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x82]), length, content])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts)
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'))
const integer = (value: number): Buffer => tlv(0x02, Buffer.from([value]))
const time = (atMs: number): Buffer =>
  tlv(0x17, Buffer.from(new Date(atMs).toISOString().replace(/\D/g, '').slice(2, 14).concat('Z')))

const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'))
const SUBJECT_ALT_NAME = oid('551d11')
const BASIC_CONSTRAINTS = oid('551d13')
const DAY_MS = 86_400_000

/** A certificate that signs itself, for some host names and 127.0.0.1 where that is among them. */
export function selfSigned(names: readonly string[], validUntilMs = Date.now() + DAY_MS): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from(names[0] ?? 'test')))))
  const altNames = names.map((one) =>
    one === '127.0.0.1' ? tlv(0x87, Buffer.from([127, 0, 0, 1])) : tlv(0x82, Buffer.from(one)),
  )
  const extensions = sequence(
    sequence(SUBJECT_ALT_NAME, tlv(0x04, sequence(...altNames))),
    sequence(
      BASIC_CONSTRAINTS,
      tlv(0x01, Buffer.from([0xff])),
      tlv(0x04, sequence(tlv(0x01, Buffer.from([0xff])))),
    ),
  )
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer(1),
    ECDSA_WITH_SHA256,
    name,
    sequence(time(Date.now() - 30 * DAY_MS), time(validUntilMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  )
  const signature = createSign('sha256').update(body).sign(privateKey)
  const der = sequence(body, ECDSA_WITH_SHA256, tlv(0x03, Buffer.from([0]), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
