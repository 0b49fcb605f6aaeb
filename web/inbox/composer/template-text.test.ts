import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillTemplate, gapsOf, type MessageTemplate } from '../../../src/domain/message-template.ts'
import { openGaps, searchTemplates, templatePieces, templateText } from './template-text.ts'

const ORDER: MessageTemplate = {
  id: 'HX1',
  name: 'order_update',
  language: 'en',
  body: 'Hello {{1}}, your order {{ 2 }} is ready. Bye, {{1}}!',
  variables: [{ key: '1', example: 'Ada' }, { key: '2' }],
  buttons: [],
  media: [],
}

describe('a template', () => {
  it('is cut at its gaps, which know their examples', () => {
    expect(templatePieces(ORDER, { 1: 'Eva' })).toEqual([
      { kind: 'text', text: 'Hello ' },
      { kind: 'gap', key: '1', value: 'Eva', example: 'Ada' },
      { kind: 'text', text: ', your order ' },
      { kind: 'gap', key: '2' },
      { kind: 'text', text: ' is ready. Bye, ' },
      { kind: 'gap', key: '1', value: 'Eva', example: 'Ada' },
      { kind: 'text', text: '!' },
    ])
  })

  it('is whole once every gap is filled; what stands in a value is no gap', () => {
    expect(openGaps(ORDER, { 1: ' ' })).toEqual(['1', '2'])
    expect(openGaps(ORDER, { 1: '{{2}}', 2: '7' })).toEqual([])
    expect(templateText(ORDER, { 1: '{{2}}', 2: '$& 7' })).toBe(
      'Hello {{2}}, your order $& 7 is ready. Bye, {{2}}!',
    )
    expect(openGaps({ variables: [{ key: 'constructor' }] }, {})).toEqual(['constructor'])
  })

  it('is found by words of its name and text, and by its language', () => {
    const others = [ORDER, { ...ORDER, id: 'HX2', language: 'sv', name: 'greeting', body: 'Hej' }]
    const found = (search: string, language = '') =>
      searchTemplates(others, search, language).map(({ id }) => id)
    expect(found('')).toEqual(['HX1', 'HX2'])
    expect(found('order READY')).toEqual(['HX1'])
    expect(found('order update')).toEqual(['HX1'])
    expect(found('', 'sv')).toEqual(['HX2'])
    expect(found('ready', 'sv')).toEqual([])
  })

  it('says what the server sends', () => {
    const piece = fc.constantFrom('{{1}}', '{{ 2 }}', '{{', '}}', '{', 'Hello ', '$&', '{{}}', '\n')
    const body = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    const value = fc.constantFrom('Eva', '{{2}}', '$1', ' x ')
    fc.assert(
      fc.property(body, value, value, (said, one, two) => {
        const variables = gapsOf(said).map((key) => ({ key }))
        const values = { 1: one, 2: two }
        const filled = fillTemplate({ body: said, variables }, values)
        expect(openGaps({ variables }, values)).toEqual(filled.ok ? [] : filled.missing)
        if (filled.ok) expect(templateText({ body: said, variables }, values)).toBe(filled.text)
      }),
    )
  })
})
