import { createHmac, timingSafeEqual } from 'node:crypto'

/** A shorter key is no secret: nothing is signed with it and nothing that it signed is believed. */
const LEAST_SECRET_LENGTH = 16
/** 32 bytes in base64url. */
const SIGNATURE_LENGTH = 43
/** Longer values are refused before anything is computed. */
export const MAX_SIGNED_LENGTH = 4_096

/** Whether a channel's secret is set. */
export function isUsableSecret(secret: string): boolean {
  return secret.length >= LEAST_SECRET_LENGTH
}

/** HMAC-SHA256 of a text. */
export function hmac(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

/**
 * Signs a small value: `<purpose>.<payload>.<signature>`. The purpose names kind and version and is signed too, so
 * that a value made for one purpose is none for another.
 */
export function sign(purpose: string, payload: object, secret: string): string {
  const signed = `${purpose}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
  return `${signed}.${hmac(signed, secret).toString('base64url')}`
}

/** The payload of a value that {@link sign} made for this purpose with this secret, else undefined. Never throws. */
export function openSigned(
  purpose: string,
  value: string,
  secret: string,
): Readonly<Record<string, unknown>> | undefined {
  if (value.length > MAX_SIGNED_LENGTH || !value.startsWith(`${purpose}.`)) return undefined
  const end = value.length - SIGNATURE_LENGTH - 1
  if (end <= purpose.length + 1 || value.charCodeAt(end) !== 46 || !isUsableSecret(secret)) return undefined
  // Compared as text: base64 has several spellings of the same bytes, and only one of them is ours.
  const expected = Buffer.from(hmac(value.slice(0, end), secret).toString('base64url'))
  const given = Buffer.from(value.slice(end + 1))
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  return jsonObject(Buffer.from(value.slice(purpose.length + 1, end), 'base64url').toString())
}

/** A JSON text's object; undefined for anything else. Never throws. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
