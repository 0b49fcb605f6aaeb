import { describe, expect, it } from 'vitest'
import { readMarks } from '../../../src/domain/text-marks.ts'
import { typedText } from './typed-text.ts'

describe('a sent message as one would type it', () => {
  it.each([
    'plain words, snake_case, 2*3*4 and a\\path',
    'a *bold* word, _an italic one_ and ~a gone one~',
    'see `a * b` and\n```\nconst x = `y`\n```\nbelow',
    '> quoted *twice*\n> and on\nthen not',
    'escaped \\*stars\\* and \\_lines\\_',
    '*all _of_ it*',
    '> not the mark of a quote > here',
  ])('reads back to the same: %s', (typed) => {
    const sent = readMarks(typed)
    expect(readMarks(typedText(sent.text, sent.spans))).toEqual(sent)
  })

  it('shows what looks like a mark but is none as it is meant', () => {
    const sent = { text: '*literally* > this', spans: [] }
    expect(readMarks(typedText(sent.text, sent.spans))).toEqual(sent)
  })
})
