import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits for a link or token, in a form that fits a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is stored of such a secret: it has so much entropy that a plain digest cannot be reversed. */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
