import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { withoutInlineCode } from './inline-code.ts'

it('renames styles and handlers of elements, and nothing that is said', () => {
  expect(withoutInlineCode('<p style="color:red" class=x>style="a" onclick="b" 1 < 2</p>')).toBe(
    '<p data-css="color:red" class=x>style="a" onclick="b" 1 < 2</p>',
  )
  expect(withoutInlineCode(`<img alt="a > b style='c'" STYLE = 'd' onError=x>`)).toBe(
    `<img alt="a > b style='c'" data-css = 'd' data-code=x>`,
  )
})

it('leaves markup without styles and handlers as it is, also where it is broken', () => {
  const part = fc.constantFrom('<a ', '<', '>', '"', "'", 'href=', '=', ' ', 'x', '</p>', '<!--', 'alt="s"')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
      expect(withoutInlineCode(parts.join(''))).toBe(parts.join(''))
    }),
  )
})

it('takes time in proportion to the length, whatever is left open', () => {
  const open = '<a '.repeat(300_000)
  expect(withoutInlineCode(open)).toBe(open)
  const quoted = '<a x="'.repeat(100_000)
  expect(withoutInlineCode(quoted)).toBe(quoted)
})
