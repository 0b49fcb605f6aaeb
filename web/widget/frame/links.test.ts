import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkify } from './links.ts'

const linksOf = (text: string): (string | undefined)[] =>
  linkify(text)
    .filter(({ href }) => href !== undefined)
    .map(({ href }) => href)

it.each([
  ['See https://shop.example/a?b=1#c.', ['https://shop.example/a?b=1#c']],
  ['(https://shop.example/a)', ['https://shop.example/a']],
  ['https://en.example/wiki/Ink_(pen)!', ['https://en.example/wiki/Ink_(pen)']],
  ['www.shop.example, please', ['https://www.shop.example/']],
  ['ada@site.example.', ['mailto:ada@site.example']],
  ['javascript:alert(1) data:text/html,x ftp://x.example', []],
  ['https://', []],
  ['no links at all', []],
])('%s', (text, links) => {
  expect(linksOf(text)).toEqual(links)
})

it('loses and adds no character, and only ever makes safe links', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('https://a.b', 'www.a.b', 'a@b.c', ')', '.', ' ', 'javascript:', '\n', 'x')),
      (parts) => {
        const text = parts.join('')
        const pieces = linkify(text)
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        for (const { href } of pieces) expect(href ?? 'https:').toMatch(/^(https?|mailto):/)
      },
    ),
  )
})

it('does not take long over a hostile text', () => {
  expect(linksOf('a.'.repeat(5_000))).toEqual([])
  expect(linksOf(`${'a'.repeat(10_000)}@`)).toEqual([])
})
