import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import { configParts } from './config-blocks.ts'

const field = (key: string, part: Partial<ConfigField> = {}): ConfigField => ({
  key,
  label: key,
  kind: 'text',
  required: true,
  ...part,
})
const when = (key: string, equals: string) => ({ showWhen: { key, equals } })
const keys = (blocks: ReturnType<typeof configParts>['main']) =>
  blocks.map(({ fields }) => fields.map(({ key }) => key).join('+'))
const filler = Array.from({ length: 9 }, (_, index) => field(`f${index}`))

describe('a settings form in parts', () => {
  it('keeps what the same choice brings about together', () => {
    const { main, spare } = configParts([
      field('way'),
      field('host', when('way', 'own')),
      field('port', { ...when('way', 'own'), required: false, default: 993 }),
      field('token', when('way', 'key')),
      field('name'),
    ])
    expect(keys(main)).toEqual(['way', 'host+port', 'token', 'name'])
    expect(main.map(({ dependent }) => dependent)).toEqual([false, true, true, false])
    expect(spare).toEqual([])
  })

  it('folds in a long form what may stay as it is, with all that depends on it, and loses nothing', () => {
    const { main, spare } = configParts([
      ...filler,
      field('way', { default: 'own' }),
      field('host', { ...when('way', 'own'), default: '' }),
      field('port', { ...when('way', 'own'), required: false, default: 993 }),
      field('from', { required: false, default: 'now' }),
      field('days', { ...when('from', 'days'), default: 7 }),
      field('note', { required: false }),
    ])
    expect(keys(main)).toEqual([...filler.map(({ key }) => key), 'way', 'host+port'])
    expect(keys(spare)).toEqual(['from', 'days', 'note'])
  })

  it('leaves a short form in one piece', () => {
    expect(keys(configParts([field('a', { required: false }), field('b')]).main)).toEqual(['a', 'b'])
  })
})
