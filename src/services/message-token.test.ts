import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageId } from '../domain/ids.ts'
import { createMessageTokens } from './message-token.ts'

const tokens = createMessageTokens(new Uint8Array(32).fill(1))
const ids = fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('hex'))

describe('message tokens', () => {
  it('name their message, in any case, and fit into the local part of an address', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const token = tokens.of(id as MessageId)
        expect(token).toMatch(/^[a-z2-7]{32}$/)
        expect(tokens.read(token)).toBe(id)
        expect(tokens.read(token.toUpperCase())).toBe(id)
      }),
    )
  })

  it('are nobody else’s to make', () => {
    const others = createMessageTokens(new Uint8Array(32).fill(2))
    fc.assert(
      fc.property(ids, fc.nat(31), fc.constantFrom('a', 'b', 'z', '2', '7'), (id, at, letter) => {
        const token = tokens.of(id as MessageId)
        expect(others.read(token)).toBeUndefined()
        const changed = token.slice(0, at) + letter + token.slice(at + 1)
        expect(tokens.read(changed)).toBe(changed === token ? id : undefined)
      }),
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokens.read(text)).toBeUndefined()
      }),
    )
  })
})
