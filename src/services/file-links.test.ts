import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFileLinks } from './file-links.ts'

const DAY = 86_400_000
const ID = '0123456789abcdef0123456789abcdef'
const PUBLIC = 'https://inbox.example'

function links(change: { readonly key?: Uint8Array } = {}) {
  const state = { nowMs: Date.UTC(2026, 10, 23) }
  const made = createFileLinks({
    key: change.key ?? new Uint8Array(32).fill(7),
    publicUrl: PUBLIC,
    clock: () => state.nowMs,
  })
  const tokenOf = (id = ID): string => made.of(id).slice(`${PUBLIC}/files/`.length)
  return { ...made, state, tokenOf }
}

describe('file links', () => {
  it('are the same all day', () => {
    const { of, state } = links()
    state.nowMs += 1
    const first = of(ID)
    state.nowMs += DAY - 1
    expect(of(ID)).toBe(first)
    state.nowMs += 1
    expect(of(ID)).not.toBe(first)
  })

  it('name a file for two days', () => {
    const { of, read, tokenOf, state } = links()
    expect(of(ID)).toMatch(/^https:\/\/inbox\.example\/files\/[\w-]+$/)
    const token = tokenOf()
    expect(read(token)).toBe(ID)
    state.nowMs += 2 * DAY - 1
    expect(read(token)).toBe(ID)
    state.nowMs += 1_001
    expect(read(token)).toBeUndefined()
  })

  it('name no other file, are no longer valid than they say, and are worth nothing elsewhere', () => {
    const { read, tokenOf } = links()
    const [, until = '', proof = ''] = tokenOf().split('-')
    expect(read(`${'f'.repeat(32)}-${until}-${proof}`)).toBeUndefined()
    const later = (Number.parseInt(until, 36) + 1).toString(36)
    expect(read(`${ID}-${later}-${proof}`)).toBeUndefined()
    expect(links({ key: new Uint8Array(32).fill(8) }).read(tokenOf())).toBeUndefined()
  })

  it('fall with any change of a character', () => {
    const { read, tokenOf } = links()
    const token = tokenOf()
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(character !== token[at])
        const changed = token.slice(0, at) + character + token.slice(at + 1)
        expect(read(changed)).toBeUndefined()
      }),
    )
  })

  it('are no place for anything else', () => {
    const { read } = links()
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(read(text)).toBeUndefined()
      }),
    )
    for (const token of ['', ID, `${ID}--`, `../${ID}`, `${ID}-zzzzzzzzzz-${'A'.repeat(22)}`])
      expect(read(token)).toBeUndefined()
  })
})
