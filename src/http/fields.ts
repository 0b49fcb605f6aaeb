import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi'
import { z } from 'zod'

// Schemas are named for the OpenAPI document where they are made; every schema file imports this one first.
extendZodWithOpenApi(z)

export { z } from 'zod'

/** An id of 24 hex digits. */
export const id = <T extends string>(): z.ZodType<T, string> =>
  z
    .string()
    .regex(/^[0-9a-f]{24}$/, 'must be 24 hex digits')
    .openapi({ format: 'objectid' }) as unknown as z.ZodType<T, string>

/** A file's id of 32 hex digits. */
export const fileId = <T extends string>(): z.ZodType<T, string> =>
  z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits') as unknown as z.ZodType<T, string>

/** One line of text, trimmed. */
export const line = (longest: number, shortest = 1) =>
  z
    .string()
    .trim()
    .min(shortest, shortest === 1 ? 'must not be empty' : `must have at least ${shortest} characters`)
    .max(longest, `must have at most ${longest} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line without control characters')

/** Text of several lines; everything but NUL is kept as written. */
export const text = (longest: number, shortest = 0) =>
  z
    .string()
    .min(shortest, 'must not be empty')
    .max(longest, `must have at most ${longest} characters`)
    .refine((value) => !value.includes('\u0000'), 'must not hold a NUL character')

/** An e-mail address as typed. */
export const email = z
  .string()
  .trim()
  .max(254, 'must have at most 254 characters')
  .pipe(z.email('must be an e-mail address'))

/** A password: only its length is looked at here, and never beyond the limit. */
export const password = z
  .string()
  .min(1, 'must not be empty')
  .max(256, 'must have at most 256 characters')
  .openapi({ format: 'password' })

/** A one-time token out of a link. */
export const linkToken = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'is not a token of ours')

/** An instant: ISO 8601 in UTC. */
export const instant = z.iso.datetime('must be an instant such as 2026-11-23T09:30:00.000Z').max(40)

/** The number that rises with every change. */
export const version = z.int('must be a whole number').min(0).max(Number.MAX_SAFE_INTEGER)

/** The version that a removal was decided at. */
export const versionQuery = z.strictObject({
  version: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the version as it was answered')
    .transform(Number)
    .openapi({ type: 'integer', minimum: 0 }),
})

/** Keys of records: nothing that an object already has. */
export const recordKey = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/,
    'must begin with a letter and have at most 64 letters, digits, _ . -',
  )
  .refine((key) => !(key in Object.prototype), 'is not allowed')

/** How many entries of a list are wanted. */
export const limit = (fallback: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(most))
    .default(fallback)
    .openapi({ type: 'integer', minimum: 1, maximum: most, default: fallback })

/** Where the next page begins, as the page before named it. */
export const cursor = z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, 'is not a cursor of ours')

/** A page of a short list: all of it unless a limit is asked for. */
export const wholePageQuery = z.strictObject({ cursor: cursor.optional(), limit: limit(500, 500) })

/** A page of a list. */
export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() })
