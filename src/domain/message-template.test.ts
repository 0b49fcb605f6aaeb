import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillTemplate, gapsOf } from './message-template.ts'

const template = (body: string) => ({ body, variables: gapsOf(body).map((key) => ({ key })) })

describe('fillTemplate', () => {
  it('fills every gap, also one that comes twice', () => {
    expect(fillTemplate(template('Hi {{1}}, {{ 2 }} for {{1}}'), { 1: 'Ada', 2: 'news' })).toEqual({
      ok: true,
      text: 'Hi Ada, news for Ada',
    })
  })

  it('names what is missing, in the order of the gaps; blank counts as missing', () => {
    expect(fillTemplate(template('{{b}} {{a}} {{c}}'), { a: ' ', c: 'x' })).toEqual({
      ok: false,
      missing: ['b', 'a'],
    })
  })

  it('asks for variables that its text does not show, such as those of buttons', () => {
    expect(fillTemplate({ body: 'Hi', variables: [{ key: 'link' }] }, {})).toEqual({
      ok: false,
      missing: ['link'],
    })
  })

  it('never takes a value for a gap or for anything of an object', () => {
    expect(fillTemplate(template('{{1}}{{2}}'), { 1: '{{2}}', 2: '$&' })).toEqual({
      ok: true,
      text: '{{2}}$&',
    })
    expect(fillTemplate(template('{{constructor}}'), {})).toEqual({ ok: false, missing: ['constructor'] })
  })

  it('puts each value in whole, whatever it is', () => {
    const values = fc.string({ minLength: 1 }).filter((value) => value.trim() !== '')
    fc.assert(
      fc.property(values, values, (one, two) => {
        expect(fillTemplate(template('a {{1}} b {{2}} c'), { 1: one, 2: two })).toEqual({
          ok: true,
          text: `a ${one} b ${two} c`,
        })
      }),
    )
  })
})
