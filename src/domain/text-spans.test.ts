import { describe, expect, it } from 'vitest'
import { sliceSpans } from './text-spans.ts'

describe('sliceSpans', () => {
  const spans = [
    { kind: 'quote', offset: 0, length: 10 },
    { kind: 'link', offset: 2, length: 3, url: 'https://a.example' },
    { kind: 'bold', offset: 8, length: 4 },
  ] as const

  it('moves what lies inside and cuts what reaches out', () => {
    expect(sliceSpans(spans, 3, 9)).toEqual([
      { kind: 'quote', offset: 0, length: 6 },
      { kind: 'link', offset: 0, length: 2, url: 'https://a.example' },
      { kind: 'bold', offset: 5, length: 1 },
    ])
  })

  it('leaves out what lies outside, also when it touches', () => {
    expect(sliceSpans(spans, 10, 12)).toEqual([{ kind: 'bold', offset: 0, length: 2 }])
    expect(sliceSpans(spans, 12, 20)).toEqual([])
    expect(sliceSpans(spans, 4, 4)).toEqual([])
  })
})
