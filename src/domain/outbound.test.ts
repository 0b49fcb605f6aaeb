import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capabilities, draft, file, HOUR, NOW, texts, without } from '../../test/harness/outbound-drafts.ts'
import type { Capabilities } from './capabilities.ts'
import { allowsContentType, type OutboundDraft, planOutbound } from './outbound.ts'

describe('planOutbound', () => {
  const plan = (
    change: Partial<OutboundDraft>,
    can: Partial<Capabilities> = {},
    lastInboundAtMs = NOW - HOUR,
  ) => planOutbound(draft(change), { ...capabilities, ...can }, { lastInboundAtMs }, NOW)

  it.each([
    ['nothing', {}, { text: ' \n ' }, { reason: 'empty' }],
    [
      'text where none goes',
      { text: { ...capabilities.text, support: 'absent' } },
      {},
      { reason: 'text-unsupported' },
    ],
    [
      'one character too many where nothing is split',
      { text: { support: 'native', maxLength: 3, overLimit: 'refuse' } },
      { text: 'four' },
      { reason: 'text-too-long', limit: 3, actual: 4 },
    ],
    [
      'a file where none goes',
      { attachments: { ...capabilities.attachments, support: 'absent' } },
      { attachments: [file] },
      { reason: 'attachments-unsupported' },
    ],
    [
      'a file too many',
      {},
      { attachments: [file, file, file, file] },
      { reason: 'too-many-attachments', limit: 3, actual: 4 },
    ],
    [
      'a byte too many',
      {},
      { attachments: [{ ...file, sizeBytes: 1_001 }] },
      { reason: 'attachment-too-large', name: 'a.png', limit: 1_000, actual: 1_001 },
    ],
    [
      'files that fit alone and are a byte too many together',
      { attachments: { ...capabilities.attachments, maxTotalBytes: 1_999 } },
      {
        attachments: [
          { ...file, sizeBytes: 1_000 },
          { ...file, sizeBytes: 1_000 },
        ],
      },
      { reason: 'attachments-too-large-together', limit: 1_999, actual: 2_000 },
    ],
    [
      'a file of another type',
      {},
      { attachments: [{ ...file, contentType: 'video/mp4' }] },
      { reason: 'attachment-type', name: 'a.png', contentType: 'video/mp4' },
    ],
  ] as const)('refuses %s, with the numbers', (_, can, change, refusal) => {
    expect(plan(change as Partial<OutboundDraft>, can as Partial<Capabilities>)).toEqual({
      ok: false,
      refusal,
    })
  })

  it('takes what stands exactly at the limits', () => {
    expect(plan({ text: 'a'.repeat(50) })).toMatchObject({ ok: true, parts: [{ text: 'a'.repeat(50) }] })
    expect(plan({ text: 'abc' }, { text: { support: 'native', maxLength: 3, overLimit: 'refuse' } }).ok).toBe(
      true,
    )
    expect(plan({ attachments: [file, file, { ...file, sizeBytes: 1_000 }] }).ok).toBe(true)
  })

  it('takes files that are together exactly at the limit, and any where none is set', () => {
    const two = {
      attachments: [
        { ...file, sizeBytes: 1_000 },
        { ...file, sizeBytes: 1_000 },
      ],
    }
    expect(plan(two, { attachments: { ...capabilities.attachments, maxTotalBytes: 2_000 } }).ok).toBe(true)
    expect(plan(two).ok).toBe(true)
  })

  it('closes the reply window to the millisecond, and for who never wrote', () => {
    const window = { replyWindowHours: 24 }
    const closedAtMs = NOW + HOUR
    expect(plan({}, window, NOW - 24 * HOUR + 1).ok).toBe(true)
    expect(plan({}, window, NOW - 24 * HOUR)).toEqual({
      ok: false,
      refusal: { reason: 'reply-window-closed', closedAtMs: NOW },
    })
    expect(planOutbound(draft(), { ...capabilities, ...window }, {}, closedAtMs)).toMatchObject({
      ok: false,
      refusal: { reason: 'reply-window-closed' },
    })
    expect(planOutbound(draft(), capabilities, {}, NOW).ok).toBe(true)
  })

  it('says what it degraded, and answers only in the first part', () => {
    const long = { text: 'word '.repeat(30), replyToExternalId: 'm1' }
    const kept = plan(long)
    expect(kept).toMatchObject({ ok: true, degraded: [] })
    if (kept.ok)
      expect(kept.parts.map(({ replyTo }) => replyTo)).toEqual([
        true,
        ...kept.parts.slice(1).map(() => false),
      ])
    expect(plan(long, { replyTo: 'absent' })).toMatchObject({ ok: true, degraded: ['replyTo'] })
  })

  it('is pure and total, loses no file and no character, and keeps to the limits', () => {
    const files = fc.array(
      fc.record({
        name: fc.string(),
        contentType: fc.constantFrom('image/png', 'text/plain', 'video/mp4', ''),
        sizeBytes: fc.integer({ min: 0, max: 1_100 }),
      }),
      { maxLength: 5 },
    )
    const limits = fc.record({
      maxLength: fc.integer({ min: 2, max: 60 }),
      overLimit: fc.constantFrom('split', 'refuse'),
    })
    fc.assert(
      fc.property(texts, files, limits, (text, attachments, limit) => {
        const can: Capabilities = {
          ...capabilities,
          text: { support: 'native', ...limit } as Capabilities['text'],
        }
        const first = planOutbound({ text, attachments }, can, {}, NOW)
        expect(planOutbound({ text, attachments }, can, {}, NOW)).toEqual(first)
        if (!first.ok) return
        expect(without(first.parts.map((part) => part.text).join(''))).toBe(without(text))
        expect(first.parts.flatMap((part) => part.attachmentIndexes)).toEqual(
          attachments.map((_, index) => index),
        )
        for (const part of first.parts) expect(part.text.length).toBeLessThanOrEqual(limit.maxLength)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('an approved message', () => {
  const can: Capabilities = { ...capabilities, templates: 'native', replyWindowHours: 24 }
  const template = { text: 'Your order is on its way' }
  const plan = (change: Partial<OutboundDraft>, on = can) =>
    planOutbound(draft({ text: '', template, ...change }), on, {}, NOW)

  it('goes out whole when the reply window is closed, whatever its length', () => {
    const text = 'x'.repeat(500)
    expect(plan({ template: { text } })).toEqual({
      ok: true,
      parts: [{ text, spans: [], attachmentIndexes: [], replyTo: false }],
      degraded: [],
    })
  })

  it.each([
    ['where the channel knows none', {}, { ...can, templates: 'absent' }, 'templates-unsupported'],
    ['where nothing is said of them', {}, capabilities, 'templates-unsupported'],
    ['with a text beside it', { text: 'and this' }, can, 'template-not-alone'],
    ['with a file beside it', { attachments: [file] }, can, 'template-not-alone'],
    ['with a letter beside it', { letter: { recipients: 1, forwards: false } }, can, 'template-not-alone'],
    ['that says nothing', { template: { text: ' ' } }, can, 'empty'],
  ] as const)('is refused %s', (_, change, on, reason) => {
    expect(plan(change as Partial<OutboundDraft>, on as Capabilities)).toEqual({
      ok: false,
      refusal: { reason },
    })
  })
})

describe('whoever wants no messages', () => {
  it('gets none, approved or not', () => {
    const refused = { ok: false, refusal: { reason: 'opted-out' } }
    const his = { optedOut: true, lastInboundAtMs: NOW - HOUR }
    expect(planOutbound(draft(), capabilities, his, NOW)).toEqual(refused)
    const can: Capabilities = { ...capabilities, templates: 'native' }
    expect(planOutbound(draft({ text: '', template: { text: 'x' } }), can, his, NOW)).toEqual(refused)
  })
})

describe('allowsContentType', () => {
  it.each([
    [[], 'anything/at-all', true],
    [['image/*'], 'image/png', true],
    [['image/*'], 'imagex/png', false],
    [['image/*'], 'text/image', false],
    [['text/plain'], 'text/plain', true],
    [['text/plain'], 'text/html', false],
  ] as const)('%j allows %s: %s', (patterns, type, allowed) => {
    expect(allowsContentType(patterns, type)).toBe(allowed)
  })
})

describe('a letter', () => {
  const letters = { maxRecipients: 3, signature: '', ownAddresses: ['help@example.com'], sameSubjectDays: 7 }
  const carrying: Capabilities = { ...capabilities, letters }
  const to = (recipients: number, forwards = false): Partial<OutboundDraft> => ({
    letter: { recipients, forwards },
  })
  const plan = (change: Partial<OutboundDraft>, on = carrying) => planOutbound(draft(change), on, {}, NOW)

  it('goes only where letters are carried', () => {
    expect(plan(to(1), capabilities)).toEqual({ ok: false, refusal: { reason: 'letter-unsupported' } })
    expect(plan(to(1))).toMatchObject({ ok: true })
  })

  it('needs somebody to go to, and not too many', () => {
    expect(plan(to(0))).toEqual({ ok: false, refusal: { reason: 'no-recipients' } })
    expect(plan(to(3))).toMatchObject({ ok: true })
    expect(plan(to(4))).toEqual({
      ok: false,
      refusal: { reason: 'too-many-recipients', limit: 3, actual: 4 },
    })
  })

  it('may say nothing of its own only when it passes another one on', () => {
    expect(plan({ ...to(1), text: ' ' })).toEqual({ ok: false, refusal: { reason: 'empty' } })
    expect(plan({ ...to(1, true), text: ' ' })).toMatchObject({ ok: true })
  })

  it('is one message or none, never several', () => {
    const text = 'x'.repeat(51)
    expect(plan({ text })).toMatchObject({ ok: true, parts: [{}, {}] })
    expect(plan({ ...to(1), text })).toEqual({
      ok: false,
      refusal: { reason: 'text-too-long', limit: 50, actual: 51 },
    })
  })
})
