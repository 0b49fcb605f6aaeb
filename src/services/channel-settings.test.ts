import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../contract/config-field.ts'
import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import { createSecretBox } from '../runtime/secret-box.ts'
import { openSettings, redactSettings, sealSettings, validateSettings } from './channel-settings.ts'

const text: ConfigField = { key: 'text', label: 'Text', kind: 'text', required: false }
const secret: ConfigField = { key: 'secret', label: 'Secret', kind: 'secret', required: false }

function faultsOf(fields: readonly ConfigField[], given: object): readonly string[] {
  try {
    validateSettings(fields, given as never)
    return []
  } catch (error) {
    return error instanceof AppError ? (error.details.errors ?? []).map(({ message }) => message) : ['?']
  }
}

describe('settings', () => {
  it('match a pattern as a whole, line by line', () => {
    const list: ConfigField = { ...text, kind: 'list', pattern: '[a-z]+', patternHelp: 'Lower case.' }
    expect(faultsOf([list], { text: ['abc', 'x'] })).toEqual([])
    expect(faultsOf([list], { text: ['abc', 'x1'] })).toEqual(['Lower case.'])
  })

  it.each(['javascript:alert(1)', 'ftp://x', 'x', 'https://user:pass@x', '//x'])(
    'take no address %s',
    (url) => {
      expect(faultsOf([{ ...text, kind: 'url' }], { text: url })).toHaveLength(1)
    },
  )

  it('are refused by a name that an object has anyway', () => {
    expect(faultsOf([text], { constructor: 'x' })).toHaveLength(1)
    expect(validateSettings([text], {})['text']).toBeUndefined()
    expect(validateSettings([{ ...text, key: 'constructor' }], {})['constructor']).toBeUndefined()
  })

  it('are no secret but as text, or as the form was shown it', () => {
    for (const wrong of [7, ['a', 'b']]) {
      expect(faultsOf([secret], { secret: wrong })).toEqual(['Secret must be text.'])
    }
    for (const right of ['s3cret', '', true, false]) expect(faultsOf([secret], { secret: right })).toEqual([])
  })

  it('are needed only while they are shown', () => {
    const mode: ConfigField = { ...text, key: 'mode', default: 'a' }
    const field: ConfigField = { ...text, required: true, showWhen: { key: 'mode', equals: 'b' } }
    expect(faultsOf([mode, field], {})).toEqual([])
    expect(faultsOf([mode, field], { mode: 'b' })).toEqual(['Text is needed.'])
    expect(faultsOf([mode, field], { mode: 'b', text: '  ' })).toEqual(['Text is needed.'])
  })

  it('are needed while another field holds any of several values', () => {
    const mode: ConfigField = { ...text, key: 'mode', default: 'a' }
    const field: ConfigField = { ...text, required: true, showWhen: { key: 'mode', equals: ['b', 'c'] } }
    expect(faultsOf([mode, field], {})).toEqual([])
    expect(faultsOf([mode, field], { mode: 'b' })).toEqual(['Text is needed.'])
    expect(faultsOf([mode, field], { mode: 'c' })).toEqual(['Text is needed.'])
  })

  it('are needed only while all that they depend on holds', () => {
    const mode: ConfigField = { ...text, key: 'mode', default: 'a' }
    const live: ConfigField = { key: 'live', label: 'Live', kind: 'boolean', required: false, default: false }
    const field: ConfigField = {
      ...text,
      required: true,
      showWhen: [
        { key: 'mode', equals: 'b' },
        { key: 'live', equals: true },
      ],
    }
    const faults = (given: object) => faultsOf([mode, live, field], given)
    expect(faults({ mode: 'b' })).toEqual([])
    expect(faults({ live: true })).toEqual([])
    expect(faults({ mode: 'b', live: true })).toEqual(['Text is needed.'])
  })

  it('keep a secret that is left alone, replace one that is given, and make generated ones anew each time', () => {
    const existing = { secret: 'old' }
    const untouched: readonly Record<string, string | boolean>[] = [{}, { secret: '' }, { secret: true }]
    for (const given of untouched) {
      expect(validateSettings([secret], given, existing)['secret']).toBe('old')
    }
    expect(validateSettings([secret], { secret: 'new' }, existing)['secret']).toBe('new')
    const generated = { ...secret, generated: true }
    const [one, two] = [validateSettings([generated], {}), validateSettings([generated], {})]
    expect(one['secret']).toMatch(/^[\w-]{43}$/)
    expect(one['secret']).not.toBe(two['secret'])
    const standard = validateSettings([{ ...generated, generatedAs: 'whsec' }], {})['secret']
    expect(standard).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  })

  it('survive the way into the database and back, bound to their channel', () => {
    const box = createSecretBox(Buffer.alloc(32, 3))
    const fields = [{ ...text, default: 'd' }, secret]
    const id = 'a'.repeat(24) as ChannelId
    const settings = sealSettings(fields, id, { text: 'x', secret: 'hush' }, box)
    expect(JSON.stringify(settings)).not.toContain('hush')
    expect(openSettings(fields, { id, settings }, box)).toEqual({ text: 'x', secret: 'hush' })
    expect(openSettings(fields, { id, settings: [] }, box)).toEqual({ text: 'd', secret: undefined })
    expect(() => openSettings(fields, { id: 'b'.repeat(24) as ChannelId, settings }, box)).toThrow()
    expect(redactSettings(fields, { text: 'x', secret: 'hush' })).toEqual({ text: 'x', secret: true })
    expect(redactSettings(fields, {})).toEqual({ secret: false })
  })
})
