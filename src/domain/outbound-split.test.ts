import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capabilities, draft, file, NOW, texts, without } from '../../test/harness/outbound-drafts.ts'
import type { Capabilities } from './capabilities.ts'
import { type OutboundDraft, planOutbound, splitText } from './outbound.ts'

const hasHalfPair = (text: string): boolean => !text.isWellFormed()

describe('splitText', () => {
  it('keeps every character but white space at seams, within the limit, with no half character', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 60 }), (text, limit) => {
        const pieces = splitText(text, limit)
        expect(without(pieces.join(''))).toBe(without(text))
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(limit)
          expect(hasHalfPair(piece)).toBe(false)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('leaves a text that fits as it is, to the last blank', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(splitText(text, Math.max(1, text.length))).toEqual([text])
      }),
    )
  })

  it('makes no empty piece of a text that says something', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 60 }), (text, limit) => {
        fc.pre(text.trim() !== '')
        for (const piece of splitText(text, limit)) expect(piece.trim()).not.toBe('')
      }),
      { numRuns: 1_000 },
    )
  })

  it('never stops, even with a limit of one', () => {
    fc.assert(fc.property(texts, (text) => void splitText(text, 1)))
  })

  it('prefers a paragraph to a line to a sentence to a word', () => {
    expect(splitText('One, two, three.\n\nFour. Five', 24)).toEqual(['One, two, three.', 'Four. Five'])
    expect(splitText('First line here\nsecond', 18)).toEqual(['First line here', 'second'])
    expect(splitText('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  })

  it('cuts only where it must: each piece but the last could not take the next word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(words, (list) => {
        const text = list.join(' ')
        expect(splitText(text, 20).join(' ')).toBe(text)
      }),
    )
  })
})

describe('files and text of one message', () => {
  const plan = (change: Partial<OutboundDraft>, limits: Partial<Capabilities['attachments']>) =>
    planOutbound(
      draft(change),
      { ...capabilities, attachments: { ...capabilities.attachments, ...limits } },
      {},
      NOW,
    )
  const files = (count: number, sizeBytes = 10) =>
    Array.from({ length: count }, () => ({ ...file, sizeBytes }))

  it('go in several messages where the channel splits them, the first with the last of the text', () => {
    const planned = plan(
      { text: `${'a'.repeat(50)} b`, attachments: files(7) },
      { overCount: 'split', maxPerMessage: 3 },
    )
    expect(planned).toMatchObject({
      ok: true,
      parts: [
        { text: 'a'.repeat(50), attachmentIndexes: [] },
        { text: 'b', attachmentIndexes: [0, 1, 2] },
        { text: '', attachmentIndexes: [3, 4, 5] },
        { text: '', attachmentIndexes: [6] },
      ],
    })
  })

  it('go in several messages also where they are too large together, but not where one alone is', () => {
    const limits = { overCount: 'split', maxTotalBytes: 900 } as const
    expect(plan({ attachments: files(3, 450) }, limits)).toMatchObject({
      ok: true,
      parts: [{ attachmentIndexes: [0, 1] }, { attachmentIndexes: [2] }],
    })
    expect(plan({ attachments: files(1, 901) }, limits)).toMatchObject({
      refusal: { reason: 'attachments-too-large-together', actual: 901 },
    })
  })

  it('go apart where the text is too long to go with files', () => {
    const limits = { maxTextLength: 5 }
    expect(plan({ text: '12345', attachments: files(1) }, limits)).toMatchObject({
      ok: true,
      parts: [{ text: '12345', attachmentIndexes: [0] }],
    })
    expect(plan({ text: '123456', attachments: files(1) }, limits)).toMatchObject({
      ok: true,
      parts: [
        { text: '123456', attachmentIndexes: [] },
        { text: '', attachmentIndexes: [0] },
      ],
    })
  })

  it('go apart from a text that none of their type takes along', () => {
    const [picture, letter] = [file, { ...file, contentType: 'text/plain' }]
    const limits = { maxPerMessage: 1, overCount: 'split', textWith: ['image/png'] } as const
    expect(plan({ text: 'See', attachments: [picture, letter] }, limits)).toMatchObject({
      ok: true,
      parts: [
        { text: 'See', attachmentIndexes: [0] },
        { text: '', attachmentIndexes: [1] },
      ],
    })
    expect(plan({ text: 'See', attachments: [letter, picture] }, limits)).toMatchObject({
      ok: true,
      parts: [
        { text: 'See', attachmentIndexes: [] },
        { text: '', attachmentIndexes: [0] },
        { text: '', attachmentIndexes: [1] },
      ],
    })
    const together = { ...limits, maxPerMessage: 2 }
    expect(plan({ text: 'See', attachments: [picture, letter] }, together)).toMatchObject({
      ok: true,
      parts: [
        { text: 'See', attachmentIndexes: [] },
        { text: '', attachmentIndexes: [0, 1] },
      ],
    })
  })

  it('keep to the first narrower limit of their type', () => {
    const sizeLimits = [
      { contentTypes: ['image/png'], maxBytes: 2_000 },
      { contentTypes: ['image/*'], maxBytes: 5 },
    ]
    expect(plan({ attachments: files(1, 2_000) }, { sizeLimits }).ok).toBe(true)
    expect(
      plan({ attachments: [{ ...file, contentType: 'image/gif', sizeBytes: 6 }] }, { sizeLimits }),
    ).toMatchObject({ refusal: { reason: 'attachment-too-large', limit: 5, actual: 6 } })
    expect(
      plan({ attachments: [{ ...file, contentType: 'text/plain', sizeBytes: 1_001 }] }, { sizeLimits }),
    ).toMatchObject({ refusal: { limit: 1_000 } })
  })

  it('are all there once, in order, within the limits', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 12 })
    fc.assert(
      fc.property(texts, sizes, fc.integer({ min: 1, max: 4 }), (text, list, maxPerMessage) => {
        const planned = plan(
          { text, attachments: list.map((sizeBytes) => ({ ...file, sizeBytes })) },
          { overCount: 'split', maxPerMessage, maxTotalBytes: 1_500, maxTextLength: 20 },
        )
        if (!planned.ok) return
        expect(planned.parts.flatMap((part) => part.attachmentIndexes)).toEqual(list.map((_, index) => index))
        expect(without(planned.parts.map((part) => part.text).join(''))).toBe(without(text))
        for (const { text: said, attachmentIndexes } of planned.parts) {
          expect(said !== '' || attachmentIndexes.length > 0 || text.trim() === '').toBe(true)
          expect(attachmentIndexes.length).toBeLessThanOrEqual(maxPerMessage)
          if (attachmentIndexes.length > 0) expect(said.length).toBeLessThanOrEqual(20)
          const bytes = attachmentIndexes.reduce((sum, index) => sum + (list[index] ?? 0), 0)
          expect(bytes).toBeLessThanOrEqual(1_500)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('formatting', () => {
  it('is cut where the text is, and says the same of each character', () => {
    const spans = fc.array(
      fc.record({
        kind: fc.constantFrom('bold', 'italic', 'code'),
        offset: fc.nat(80),
        length: fc.integer({ min: 1, max: 80 }),
      }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(texts, spans, (text, list) => {
        const within = list.flatMap(({ kind, offset, length }) =>
          offset < text.length
            ? [{ kind, offset, length: Math.min(length, text.length - offset) } as const]
            : [],
        )
        const planned = planOutbound(draft({ text, spans: within }), capabilities, {}, NOW)
        if (!planned.ok) return
        let from = 0
        for (const part of planned.parts) {
          const at = text.indexOf(part.text, from)
          for (let place = 0; place < part.text.length; place += 1) {
            const kindsAt = (
              all: readonly { kind: string; offset: number; length: number }[],
              index: number,
            ) =>
              all
                .filter((one) => one.offset <= index && index < one.offset + one.length)
                .map((one) => one.kind)
            expect(kindsAt(part.spans, place)).toEqual(kindsAt(within, at + place))
          }
          from = at + part.text.length
        }
      }),
    )
  })
})
