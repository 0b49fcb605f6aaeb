import { describe, expect, it } from 'vitest'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import { fileRefusal, fileRules } from './limits.ts'

const attachments: Capabilities['attachments'] = {
  support: 'native',
  maxBytes: 1_000,
  maxPerMessage: 3,
  maxTotalBytes: 1_500,
  contentTypes: ['image/*'],
}
const png = (size: number) => ({ size, type: 'image/png' })
const none = { count: 0, bytes: 0 }

describe('a file in the composer', () => {
  const rules = fileRules(attachments)

  it('goes exactly at the limits', () => {
    expect(fileRefusal(png(1_000), none, rules)).toBeUndefined()
    expect(fileRefusal(png(500), { count: 2, bytes: 1_000 }, rules)).toBeUndefined()
  })

  it.each([
    ['one byte too large', png(1_001), none],
    ['one byte too large together with the others', png(501), { count: 1, bytes: 1_000 }],
    ['one too many', png(1), { count: 3, bytes: 3 }],
    ['of a type that is not carried', { size: 1, type: 'text/plain' }, none],
  ])('is refused when it is %s', (_, file, standing) => {
    expect(fileRefusal(file, standing, rules)).toEqual(expect.any(String))
  })

  it('is refused as any file is where the channel carries none', () => {
    const refusal = fileRefusal(
      png(1),
      none,
      fileRules({ ...attachments, support: 'absent', maxPerMessage: 0 }),
    )
    expect(refusal).toBe('This channel carries no files')
  })

  it('is limited alone where no limit of all together is set', () => {
    const { maxTotalBytes: _, ...alone } = attachments
    expect(fileRefusal(png(1_000), { count: 2, bytes: 10_000_000 }, fileRules(alone))).toBeUndefined()
  })
})

describe('where files are limited by their type, or go in further messages', () => {
  const rules = fileRules({
    ...attachments,
    contentTypes: [],
    overCount: 'split',
    sizeLimits: [
      { contentTypes: ['image/*'], maxBytes: 500 },
      { contentTypes: ['image/png'], maxBytes: 900 },
    ],
  })

  it('the first limit that fits the type counts', () => {
    expect(fileRefusal(png(500), none, rules)).toBeUndefined()
    expect(fileRefusal(png(501), none, rules)).toEqual(expect.any(String))
    expect(fileRefusal({ size: 1_000, type: 'application/pdf' }, none, rules)).toBeUndefined()
  })

  it('one more than a message takes is fine, however large they are together', () => {
    expect(fileRefusal(png(400), { count: 3, bytes: 1_400 }, rules)).toBeUndefined()
  })
})
