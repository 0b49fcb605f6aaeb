import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createSecretBox } from './secret-box.ts'

const box = createSecretBox(Buffer.alloc(32, 7))

describe('the secret box', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const sealed = box.seal('äöü secret', 'channel:1:key')
    expect(box.open(sealed, 'channel:1:key')).toBe('äöü secret')
    expect(box.seal('äöü secret', 'channel:1:key')).not.toBe(sealed)
    expect(sealed).not.toContain('secret')
  })

  it('opens nothing that was moved to another record', () => {
    const sealed = box.seal('x', 'channel:1:key')
    expect(() => box.open(sealed, 'channel:2:key')).toThrow()
  })

  it('opens nothing that was changed', () => {
    const sealed = box.seal('x'.repeat(40), 'a')
    for (let at = sealed.lastIndexOf('.') + 1; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1)
      expect(() => box.open(changed, 'a')).toThrow()
    }
    expect(() => box.open('', 'a')).toThrow('not a sealed text')
    expect(() => box.open('v1.x', 'a')).toThrow('not a sealed text')
  })

  it('says so when the key is another one', () => {
    const other = createSecretBox(randomBytes(32))
    expect(() => other.open(box.seal('x', 'a'), 'a')).toThrow(/SECRET_KEY/)
  })

  it('derives keys that differ by purpose and stay the same', () => {
    expect(box.derive('cookie')).toEqual(createSecretBox(Buffer.alloc(32, 7)).derive('cookie'))
    expect(box.derive('cookie')).not.toEqual(box.derive('other'))
  })

  it('takes no short key', () => {
    expect(() => createSecretBox(Buffer.alloc(16))).toThrow()
  })
})
