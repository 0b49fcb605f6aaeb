import { isUtf8 } from 'node:buffer'
import { decodeUtf7 } from './utf7.ts'

/** Names that mail uses and the platform's decoder does not know; also misspelt ones that are common. */
const ALIASES: Readonly<Record<string, string>> = {
  'uft-8': 'utf-8',
  utf: 'utf-8',
  'utf-8-mac': 'utf-8',
  utf8mb4: 'utf-8',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  'cp-1252': 'windows-1252',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  'windows-932': 'shift_jis',
  'shift-jis-2004': 'shift_jis',
  'iso-2022-jp-ms': 'iso-2022-jp',
  'iso-2022-jp-1': 'iso-2022-jp',
  'iso-2022-jp-2': 'iso-2022-jp',
  'iso-2022-jp-3': 'iso-2022-jp',
  cp949: 'euc-kr',
  ks_c_5601: 'euc-kr',
  cp936: 'gbk',
  'hz-gb-2312': 'gbk',
  cp950: 'big5',
  'iso-8859-8-e': 'iso-8859-8',
  'iso8859-15': 'iso-8859-15',
  roman8: 'windows-1252',
  'ansi_x3.4-1968': 'us-ascii',
}
/** Says nothing of the bytes. */
const UNTOLD = new Set([
  '',
  'us-ascii',
  'ascii',
  'x-unknown',
  'unknown',
  'unknown-8bit',
  'default',
  'binary',
  '8bit',
  '7bit',
  'none',
  'null',
])
const UTF7 = /^(?:x-)?(?:(?:cs)?unicode-?1-?1-?)?utf-?7$/
/** Escapes by which ISO-2022-JP names itself, whatever was declared. */
const JAPANESE_ESCAPE = /\x1b(?:\$[@B]|\([JI])/
const NUL = /\0/g

/**
 * Text of bytes whose charset was declared, perhaps wrongly. Total: an unknown or untrue charset is guessed, bytes
 * that fit nothing become replacement characters. NUL never stays, since no store and no screen wants it.
 */
export function decodeBytes(bytes: Uint8Array, declared: string | undefined): string {
  return decode(bytes, nameOf(declared)).replace(NUL, '')
}

function decode(bytes: Uint8Array, charset: string): string {
  if (UTF7.test(charset)) return decodeUtf7(Buffer.from(bytes).toString('latin1'))
  if (UNTOLD.has(charset)) return guess(bytes)
  if (charset === 'utf-8' || charset === 'utf8') return isUtf8(bytes) ? utf8(bytes) : guess(bytes)
  try {
    return new TextDecoder(charset, { ignoreBOM: false }).decode(bytes)
  } catch {
    return guess(bytes)
  }
}

function nameOf(declared: string | undefined): string {
  const name = (declared ?? '')
    .slice(0, 60)
    .toLowerCase()
    .replace(/\*.*$/, '')
    .replace(/[^a-z0-9_.:-]/g, '')
    .replace(/^(?:3d)(?=[a-z])/, '')
  return ALIASES[name] ?? name
}

/** UTF-8 where the bytes allow it, else what most mail without a charset is written in. */
function guess(bytes: Uint8Array): string {
  if (isUtf8(bytes)) {
    const text = utf8(bytes)
    if (!JAPANESE_ESCAPE.test(text)) return text
    return new TextDecoder('iso-2022-jp').decode(bytes)
  }
  return mostlyUtf8(bytes) ? utf8(bytes) : new TextDecoder('windows-1252').decode(bytes)
}

/** A letter in UTF-8 that was cut inside a character, or has a stray byte, is still UTF-8. */
function mostlyUtf8(bytes: Uint8Array): boolean {
  const text = utf8(bytes.subarray(0, 64 * 1_024))
  let good = 0
  let bad = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code === 0xfffd) bad += 1
    else if (code > 0x7f) good += 1
  }
  return good > 3 * bad
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes)
