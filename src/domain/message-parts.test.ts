import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  comparePartIds,
  composeParts,
  type MessagePart,
  withEditedPart,
  withoutPart,
  withParts,
} from './message-parts.ts'

const part = (id: string, text = '', more: Partial<MessagePart> = {}): MessagePart => ({
  id,
  text,
  attachments: [],
  ...more,
})

type Change = (parts: readonly MessagePart[]) => readonly MessagePart[]

describe('the parts of a message', () => {
  it('make the same of it whatever the order of what happens to each', () => {
    const change = fc.oneof(
      fc.record({
        id: fc.constantFrom('m1', 'm2'),
        text: fc.string(),
        editedAtMs: fc.integer({ min: 1, max: 4 }),
        editOrder: fc.integer({ min: 1, max: 3 }),
      }),
      fc.record({ id: fc.constantFrom('m1', 'm2'), deletedAtMs: fc.constant(9) }),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(change, {
          maxLength: 6,
          selector: (one) => `${one.id}:${'editedAtMs' in one ? `${one.editedAtMs}:${one.editOrder}` : 'x'}`,
        }),
        fc.infiniteStream(fc.nat()),
        (changes, random) => {
          const changing = changes.map(
            (one): Change =>
              (parts) =>
                'editedAtMs' in one
                  ? withEditedPart(parts, one.id, one)
                  : withoutPart(parts, one.id, one.deletedAtMs),
          )
          const start = [part('m1', 'a'), part('m2', 'b')]
          const shuffled = changing
            .map((apply) => [random.next().value as number, apply] as const)
            .sort(([a], [b]) => a - b)
            .map(([, apply]) => apply)
          const end = (all: readonly Change[]) =>
            composeParts(all.reduce((parts, apply) => apply(parts), start as readonly MessagePart[]))
          expect(end(shuffled)).toEqual(end(changing))
        },
      ),
    )
  })

  it('stand in the order of their numbers, with their formatting where it belongs', () => {
    const whole = composeParts([
      part('m10', 'ten', { spans: [{ kind: 'bold', offset: 0, length: 3 }] }),
      part('m9', 'nine'),
      part('m11'),
    ])
    expect(whole).toMatchObject({
      externalId: 'm9',
      partIds: ['m9', 'm10', 'm11'],
      text: 'nine\n\nten',
      spans: [{ kind: 'bold', offset: 6, length: 3 }],
    })
  })

  it('come once', () => {
    const known = [part('m1', 'kept')]
    expect(withParts(known, [part('m1', 'again')])).toBe(known)
    expect(withParts(known, [part('m2'), part('m2')])).toHaveLength(2)
  })

  it('have one order', () => {
    const id = fc.oneof(
      fc.string(),
      fc.nat(2_000).map((number) => `chat:${number}`),
    )
    fc.assert(
      fc.property(id, id, id, (a, b, c) => {
        expect(Math.sign(comparePartIds(a, b))).toBe(-Math.sign(comparePartIds(b, a)) + 0)
        if (comparePartIds(a, b) <= 0 && comparePartIds(b, c) <= 0)
          expect(comparePartIds(a, c)).toBeLessThanOrEqual(0)
      }),
    )
    expect(['-100:10', '-100:9', '-100:100'].sort(comparePartIds)).toEqual(['-100:9', '-100:10', '-100:100'])
  })
})
