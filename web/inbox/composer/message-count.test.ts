import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import { planOutbound } from '../../../src/domain/outbound.ts'
import { countMessages } from './message-count.ts'

const capabilities = (change: Partial<Capabilities['attachments']> = {}, maxLength = 40): Capabilities => ({
  workType: 'messaging',
  text: { support: 'native', maxLength, overLimit: 'split' },
  attachments: { support: 'native', maxBytes: 1_000, maxPerMessage: 3, contentTypes: [], ...change },
  replyTo: 'absent',
  reactions: 'absent',
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'absent', read: 'absent' },
  startConversation: 'absent',
  idempotentSend: true,
})
const files = (...sizes: readonly number[]) =>
  sizes.map((sizeBytes) => ({ sizeBytes, contentType: 'image/png' }))

describe('how many messages it becomes', () => {
  it.each([
    'short',
    'One sentence that is longer. Than what goes into one message. And so on, and on.',
    'a'.repeat(121),
    `${'word '.repeat(30)}\n\n${'👋'.repeat(40)}`,
    ' \n  leading and trailing   ',
  ])('is what the server plans: %s', (text) => {
    const plan = planOutbound({ text, attachments: [] }, capabilities(), {}, 0)
    expect(countMessages(text, [], capabilities())).toBe(plan.ok ? plan.parts.length : Number.NaN)
  })

  it.each([
    ['Here they are', files(1, 1, 1), {}],
    ['Here they are', files(1, 1, 1, 1), {}],
    ['', files(1), {}],
    ['Here they are', files(1), { maxTextLength: 5 }],
    ['Here it is', files(1), { textWith: ['image/png'] }],
    ['Here it is', files(1), { textWith: ['image/*'] }],
    ['Here it is', files(1), { textWith: ['image/jpeg'] }],
    ['', files(1), { textWith: ['image/jpeg'] }],
    ['Here it is', files(1), { textWith: [] }],
    ['', files(600, 600), { maxTotalBytes: 1_000 }],
    [
      'One sentence that is longer. Than what goes into one message.',
      files(900, 200, 1, 1, 1),
      { maxTotalBytes: 1_000 },
    ],
  ])('is what the server plans with files: %s %j %j', (text, sizes, change) => {
    const carried = capabilities({ overCount: 'split', ...change })
    const attachments = sizes.map((file) => ({ ...file, name: 'a' }))
    const plan = planOutbound({ text, attachments }, carried, {}, 0)
    expect(countMessages(text, sizes, carried)).toBe(plan.ok ? plan.parts.length : Number.NaN)
  })
})
