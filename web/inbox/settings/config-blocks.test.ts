import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../../../src/contract/config-field.ts'
import { configParts, wideFields } from './config-blocks.ts'

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

  it('never folds a secret that somebody has to bring, nor the choice that asks for it', () => {
    const { main, spare } = configParts([
      ...filler,
      field('way', { required: false, default: 'auto' }),
      field('token', { ...when('way', 'auto'), kind: 'secret', required: false }),
      field('note', { required: false }),
    ])
    expect(keys(main)).toEqual([...filler.map(({ key }) => key), 'way', 'token'])
    expect(keys(spare)).toEqual(['note'])
  })

  it('leaves a short form in one piece', () => {
    expect(keys(configParts([field('a', { required: false }), field('b')]).main)).toEqual(['a', 'b'])
  })
})

describe('how wide fields are', () => {
  const isShort = ({ kind }: ConfigField) => kind !== 'textarea'
  const isTiny = ({ kind }: ConfigField) => kind === 'number'
  const wide = (...fields: ConfigField[]) => [...wideFields(configParts(fields).main, isShort, isTiny)]

  it('puts short ones side by side, and gives the whole line to one that is left alone', () => {
    expect(wide(field('a'), field('b'), field('c'), field('long', { kind: 'textarea' }))).toEqual([
      'c',
      'long',
    ])
  })

  it('leaves a number short, and pairs nothing with what depends on a choice', () => {
    expect(wide(field('n', { kind: 'number' }))).toEqual([])
    expect(wide(field('way'), field('host', when('way', 'own')), field('name'))).toEqual([
      'way',
      'host',
      'name',
    ])
  })
})
