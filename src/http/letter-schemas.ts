import { AUTOMATIC_KINDS } from '../domain/letter.ts'
import type * as views from '../domain/views.ts'
import { instant, z } from './fields.ts'

const letterAddress = z.object({ address: z.string(), name: z.string().optional() })
const authenticationResult = z.enum(['pass', 'fail', 'none'])
/** See the domain's LetterView. */
export const letterView = z
  .object({
    from: letterAddress,
    replyTo: z.array(letterAddress),
    to: z.array(letterAddress),
    cc: z.array(letterAddress),
    bcc: z.array(letterAddress),
    subject: z.string().optional(),
    sentAt: instant.optional(),
    hasHtml: z.boolean(),
    hasQuoted: z.boolean(),
    hasSource: z.boolean(),
    authentication: z
      .object({
        spf: authenticationResult,
        dkim: authenticationResult,
        dmarc: authenticationResult,
        by: z.string(),
      })
      .optional(),
    automatic: z.enum(AUTOMATIC_KINDS).optional(),
    spam: z.boolean().optional(),
    stranger: z.boolean().optional(),
    forwardedFrom: letterAddress.optional(),
    partial: z.boolean().optional(),
    broken: z.boolean().optional(),
  })
  .openapi('Letter') satisfies z.ZodType<views.LetterView>

/** See the domain's LetterBodyView. */
export const letterBodyView = z
  .object({
    text: z.string(),
    html: z.string().optional(),
    remoteImages: z.int(),
    headers: z.array(z.object({ name: z.string(), value: z.string() })),
  })
  .openapi('LetterBody') satisfies z.ZodType<views.LetterBodyView>
