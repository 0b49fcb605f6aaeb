import { describe, expect, it } from 'vitest'
import { phoneFromPlatform, phonesFrom, toE164 } from './phone-number.ts'

describe('a phone number', () => {
  it.each([
    ['+49 30 901820', '+4930901820'],
    ['+49 (0)30 / 90 18-20', '+4930901820'],
    ['0049 30 901820', '+4930901820'],
    ['+1 (415) 555-2671', '+14155552671'],
    [' +44 20 7946 0018 ', '+442079460018'],
  ])('%s is %s', (typed, number) => expect(toE164(typed)).toBe(number))

  it.each([
    ['030 901820'],
    ['415 555 2671'],
    ['+49'],
    ['+999 123456789'],
    ['+49 30 9018209018209018'],
    ['call +49 30 901820'],
    ['x'],
    [''],
  ])('%s is none', (typed) => expect(toE164(typed)).toBeUndefined())

  it('is kept once, and says what is wrong with it and which one it is', () => {
    expect(phonesFrom(['+49 30 901820', '+4930901820'], [])).toEqual(['+4930901820'])
    expect(() => phonesFrom(['+49 30 901820', '030 901820'], [])).toThrow(/does not say its country/)
    expect(() => phonesFrom(['+999 1'], [])).toThrow(/no phone number of any country/)
  })

  it('that was stored before stays as it is', () => {
    expect(phonesFrom(['030 901820', '+49 30 901820'], ['030 901820'])).toEqual(['030 901820', '+4930901820'])
  })

  it('of a platform is kept in any case', () => {
    expect(phoneFromPlatform('+49 30 901820')).toBe('+4930901820')
    expect(phoneFromPlatform('12345')).toBe('12345')
  })
})
