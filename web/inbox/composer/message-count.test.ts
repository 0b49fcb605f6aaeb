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
const files = (...sizes: readonly number[]) => sizes.map((sizeBytes) => ({ sizeBytes }))

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

  it('counts files that go in messages of their own', () => {
    const splitting = capabilities({ overCount: 'split' })
    expect(countMessages('Here they are', files(1, 1, 1), splitting)).toBe(1)
    expect(countMessages('Here they are', files(1, 1, 1, 1), splitting)).toBe(2)
    expect(countMessages('', files(1), splitting)).toBe(1)
    expect(countMessages('Here they are', files(1), capabilities({ maxTextLength: 5 }))).toBe(2)
    expect(
      countMessages('', files(600, 600), capabilities({ overCount: 'split', maxTotalBytes: 1_000 })),
    ).toBe(2)
  })
})
