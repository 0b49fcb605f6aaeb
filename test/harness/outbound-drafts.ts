/** What agents want to send, for tests of what channels make of it. */
import fc from 'fast-check'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { OutboundDraft } from '../../src/domain/outbound.ts'

export const HOUR = 3_600_000
export const NOW = 1_000 * HOUR

/** A channel that splits texts, and refuses files of which there are too many. */
export const capabilities: Capabilities = {
  workType: 'messaging',
  text: { support: 'native', maxLength: 50, overLimit: 'split' },
  attachments: {
    support: 'native',
    maxBytes: 1_000,
    maxPerMessage: 3,
    contentTypes: ['image/*', 'text/plain'],
  },
  replyTo: 'native',
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'native', read: 'absent' },
  startConversation: 'absent',
  idempotentSend: true,
}
export const file = { name: 'a.png', contentType: 'image/png', sizeBytes: 10 }

export const draft = (change: Partial<OutboundDraft> = {}): OutboundDraft => ({
  text: 'Hi',
  attachments: [],
  ...change,
})

/** A text but for its white space, which may go at seams. */
export const without = (text: string): string => text.replace(/\s+/gu, '')

/** Texts with seams of every kind, emoji, and long words without any. */
export const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\n', '\n\n', '. ', '   ', '\t', '👍', '👩‍👩‍👧', 'é', '中文'),
      fc.string({ unit: 'binary', maxLength: 30 }).filter((text) => text.isWellFormed()),
      fc.string({ unit: 'grapheme', maxLength: 40 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))
