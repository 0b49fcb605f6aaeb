import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../../src/contract/config-field.ts'
import { configOf, faultOf, initialInputs, isShown } from './config-values.ts'

const fields: readonly ConfigField[] = [
  { key: 'title', label: 'Title', kind: 'text', required: true, default: 'Chat', maxLength: 10 },
  {
    key: 'color',
    label: 'Colour',
    kind: 'color',
    required: false,
    pattern: '#[0-9a-f]{6}',
    patternHelp: 'Like #0a0b0c',
  },
  { key: 'preChat', label: 'Ask first', kind: 'boolean', required: false, default: false },
  {
    key: 'question',
    label: 'Question',
    kind: 'text',
    required: true,
    showWhen: { key: 'preChat', equals: true },
  },
  { key: 'domains', label: 'Domains', kind: 'list', required: false, pattern: '[a-z.]+' },
  { key: 'days', label: 'Days', kind: 'number', required: false, minimum: 1, maximum: 30 },
  { key: 'secret', label: 'Secret', kind: 'secret', required: true },
  { key: 'made', label: 'Made', kind: 'secret', required: true, generated: true },
]
const field = (key: string): ConfigField => {
  const found = fields.find((candidate) => candidate.key === key)
  if (!found) throw new Error(key)
  return found
}

describe('settings generated from configFields', () => {
  it('begins with what is stored, then with defaults, and never with a secret', () => {
    expect(initialInputs(fields, { title: 'Help', domains: ['a.org', 'b.org'], secret: true })).toEqual({
      title: 'Help',
      color: '',
      preChat: false,
      question: '',
      domains: 'a.org\nb.org',
      days: '',
      secret: '',
      made: '',
    })
    expect(initialInputs(fields)['title']).toBe('Chat')
  })

  it('shows and requires a field only while the other has its value', () => {
    const hidden = initialInputs(fields)
    expect(isShown(field('question'), hidden)).toBe(false)
    expect(faultOf(field('question'), hidden)).toBeUndefined()
    const shown = { ...hidden, preChat: true }
    expect(faultOf(field('question'), shown)).toEqual({ kind: 'required' })
    expect('question' in configOf(fields, { ...hidden, question: 'left over' })).toBe(false)
  })

  it('shows a field that depends on any of several values', () => {
    const either = { ...field('question'), showWhen: { key: 'title', equals: ['Chat', 'Help'] } }
    const inputs = initialInputs(fields)
    expect(isShown(either, { ...inputs, title: 'Other' })).toBe(false)
    expect(isShown(either, { ...inputs, title: 'Chat' })).toBe(true)
    expect(isShown(either, { ...inputs, title: 'Help' })).toBe(true)
  })

  it('shows a field that depends on several others only while all have their values', () => {
    const both = {
      ...field('question'),
      showWhen: [
        { key: 'preChat', equals: true },
        { key: 'title', equals: 'Chat' },
      ],
    }
    const inputs = initialInputs(fields)
    expect(isShown(both, inputs)).toBe(false)
    expect(isShown(both, { ...inputs, preChat: true })).toBe(true)
    expect(isShown(both, { ...inputs, preChat: true, title: 'Help' })).toBe(false)
    expect(faultOf(both, { ...inputs, preChat: true })).toEqual({ kind: 'required' })
  })

  it('finds what is wrong', () => {
    const inputs = {
      ...initialInputs(fields),
      title: 'much too long a title',
      color: 'red',
      days: '31',
      domains: 'a.org\nB!',
    }
    expect(faultOf(field('title'), inputs)).toEqual({ kind: 'too-long', most: 10 })
    expect(faultOf(field('color'), inputs)).toEqual({ kind: 'pattern', help: 'Like #0a0b0c' })
    expect(faultOf(field('days'), inputs)).toEqual({ kind: 'range', low: 1, high: 30 })
    expect(faultOf(field('days'), { ...inputs, days: 'soon' })).toEqual({ kind: 'number' })
    expect(faultOf(field('domains'), inputs)).toMatchObject({ kind: 'pattern' })
  })

  it('asks for a secret only when none is stored and none will be made', () => {
    const inputs = initialInputs(fields)
    expect(faultOf(field('secret'), inputs)).toEqual({ kind: 'required' })
    expect(faultOf(field('secret'), inputs, true)).toBeUndefined()
    expect(faultOf(field('made'), inputs)).toBeUndefined()
  })

  it('sends values in their own types and leaves empty secrets out', () => {
    const inputs = { ...initialInputs(fields), days: '7', domains: ' a.org \n\n b.org', color: '#0a0b0c' }
    expect(configOf(fields, inputs)).toEqual({
      title: 'Chat',
      color: '#0a0b0c',
      preChat: false,
      domains: ['a.org', 'b.org'],
      days: 7,
    })
  })
})
