import { describe, expect, it } from 'vitest'
import { answered, draftFrom, rebased } from './use-draft.ts'

const edited = (value: object, sent?: object) => ({
  ...draftFrom<object>({ most: 1 }),
  value,
  ...(sent ? { sent: { value: sent } } : {}),
})

describe('a draft of something stored', () => {
  it('follows what is stored while nothing was edited', () => {
    expect(rebased(draftFrom({ most: 1 }), { most: 2 })).toEqual(draftFrom({ most: 2 }))
  })

  it('is kept when somebody else was faster, and says so', () => {
    expect(rebased(edited({ most: 5 }), { most: 2 })).toEqual({
      value: { most: 5 },
      base: { most: 2 },
      overtaken: true,
    })
  })

  it('is not overtaken by its own save, also with more typed since', () => {
    expect(rebased(edited({ most: 5 }, { most: 5 }), { most: 5 }).overtaken).toBe(false)
    expect(rebased(edited({ most: 57 }, { most: 5 }), { most: 5 })).toEqual({
      value: { most: 57 },
      base: { most: 5 },
      overtaken: false,
    })
  })

  it('follows the answer to its save, whatever the server made of it, but for what was typed since', () => {
    const stored = { most: 4 }
    expect(answered(edited({ most: 5 }), { most: 5 }, stored)).toEqual(draftFrom(stored))
    expect(answered(edited({ most: 57 }), { most: 5 }, stored)).toEqual({
      value: { most: 57 },
      base: stored,
      overtaken: false,
    })
  })

  it('is not overtaken by somebody who wrote the same', () => {
    expect(rebased(edited({ most: 5, windowMs: undefined, from: 1 }), { from: 1, most: 5 }).overtaken).toBe(
      false,
    )
  })
})
