import { describe, expect, it } from 'vitest'
import { toggleMark } from './marks.ts'

/** `|` stands for the ends of the selection. */
function select(shown: string) {
  const [before = '', chosen = '', after = ''] = shown.split('|')
  return { text: before + chosen + after, start: before.length, end: before.length + chosen.length }
}
const show = ({ text, start, end }: ReturnType<typeof select>) =>
  `${text.slice(0, start)}|${text.slice(start, end)}|${text.slice(end)}`

describe('marks around a selection', () => {
  it.each([
    ['see |the bag| here', 'bold', 'see *|the bag|* here'],
    ['see| the bag |here', 'italic', 'see _|the bag|_ here'],
    ['|all|', 'strike', '~|all|~'],
    ['code: ||', 'code', 'code: `||`'],
  ] as const)('%s', (before, kind, after) => {
    expect(show(toggleMark(select(before), kind))).toBe(after)
  })

  it.each([
    ['see *|the bag|* here', 'see |the bag| here'],
    ['see |*the bag*| here', 'see |the bag| here'],
  ])('are taken away again: %s', (before, after) => {
    expect(show(toggleMark(select(before), 'bold'))).toBe(after)
  })

  it('of another kind stand beside them', () => {
    expect(show(toggleMark(select('*|bag|*'), 'italic'))).toBe('*_|bag|_*')
  })
})
