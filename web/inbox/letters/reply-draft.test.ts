import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MessageView } from '../../../src/domain/views.ts'
import {
  addressingOf,
  baseSubject,
  lastAnswerable,
  participantsOf,
  reachesMore,
  subjectFor,
} from './reply-draft.ts'

const OWN = ['help@harbour.example', 'sales@harbour.example']
const at = (name: string) => ({ address: `${name}@x.example` })
const ours = { address: 'Help+abc@harbour.example' }
const letter = (part: object, direction = 'inbound'): MessageView =>
  ({
    direction,
    letter: { from: at('ada'), replyTo: [], to: [ours], cc: [], bcc: [], subject: 'Boats', ...part },
  }) as unknown as MessageView

const names = (people: readonly { address: string }[]) => people.map(({ address }) => address.split('@')[0])

describe('whom an answer goes to', () => {
  it('is the writer, or where he wants answers', () => {
    expect(addressingOf('reply', letter({}), OWN)).toEqual({
      to: [at('ada')],
      cc: [],
      bcc: [],
      subject: 'Re: Boats',
    })
    expect(names(addressingOf('reply', letter({ replyTo: [at('office')] }), OWN).to)).toEqual(['office'])
  })

  it('is with reply all everybody he wrote to, without ourselves, each once', () => {
    const about = letter({
      to: [ours, at('bob'), at('ada')],
      cc: [at('cleo'), at('bob'), { address: 'sales@harbour.example' }],
      bcc: [at('secret')],
    })
    const { to, cc, bcc } = addressingOf('reply-all', about, OWN)
    expect([names(to), names(cc), bcc]).toEqual([['ada', 'bob'], ['cleo'], []])
    expect(reachesMore(about, OWN)).toBe(true)
    expect(reachesMore(letter({}), OWN)).toBe(false)
  })

  it('are the readers of a letter of our own', () => {
    const about = letter({ from: ours, to: [at('ada')], cc: [at('bob')] }, 'outbound')
    expect(names(addressingOf('reply', about, OWN).to)).toEqual(['ada'])
    expect(names(addressingOf('reply-all', about, OWN).cc)).toEqual(['bob'])
  })

  it('is nobody yet for a forward, and the writer even where he is one of ours', () => {
    expect(addressingOf('reply-all', letter({ from: ours, cc: [at('bob')] }), OWN)).toMatchObject({
      to: [at('bob')],
      cc: [],
    })
    expect(addressingOf('forward', letter({}), OWN)).toMatchObject({ to: [], cc: [], subject: 'Fwd: Boats' })
    expect(names(addressingOf('reply', letter({ from: ours }), OWN).to)).toEqual(['Help+abc'])
  })

  it('never names one of ours beside others, nor anybody twice', () => {
    const person = fc.constantFrom(at('ada'), at('bob'), { address: 'ADA@x.example' }, at('cleo'), ours)
    const people = fc.array(person, { maxLength: 6 })
    fc.assert(
      fc.property(person, people, people, people, (from, replyTo, to, cc) => {
        const found = addressingOf('reply-all', letter({ from, replyTo, to, cc }), OWN)
        const keys = [...found.to, ...found.cc].map(({ address }) => address.toLowerCase())
        expect(new Set(keys).size).toBe(keys.length)
        expect(found.to.length).toBeGreaterThan(0)
        if (keys.length > 1) expect(keys.filter((key) => key.startsWith('help'))).toEqual([])
      }),
    )
  })
})

describe('the subject', () => {
  it.each([
    ['Re: Re: AW: Boats', 'Boats'],
    ['Fwd: [list] Re[2]: Boats', '[list] Re[2]: Boats'],
    ['SV: Antw : Boats', 'Boats'],
    ['Reminder: pay', 'Reminder: pay'],
    ['  ', ''],
  ])('%s is about %s', (subject, base) => expect(baseSubject(subject)).toBe(base))

  it('gets one prefix, however often it goes back and forth', () => {
    fc.assert(
      fc.property(fc.constantFrom('reply', 'reply-all', 'forward'), fc.nat(8), (kind, times) => {
        let subject = 'Boats'
        for (let count = 0; count <= times; count += 1) subject = subjectFor(kind, subject)
        expect(subject).toBe(kind === 'forward' ? 'Fwd: Boats' : 'Re: Boats')
      }),
    )
  })

  it('takes time in proportion to its length, whatever it is made of', () => {
    expect(baseSubject('re'.repeat(50_000))).toHaveLength(100_000)
    expect(baseSubject(`${'re: '.repeat(25_000)}x`).endsWith('x')).toBe(true)
  })
})

it('answers the last letter of a person', () => {
  const person = letter({})
  expect(lastAnswerable([person, letter({ automatic: 'out-of-office' })])).toBe(person)
  const machine = letter({ automatic: 'list' })
  expect(lastAnswerable([machine])).toBe(machine)
  expect(lastAnswerable([])).toBeUndefined()
})

it('names everybody of a conversation once, the last writer first, by the name that some letter gives', () => {
  const thread = [
    letter({ from: { ...at('ada'), name: 'Ada' } }),
    letter({ from: ours, to: [at('ada')], cc: [at('bob')] }, 'outbound'),
    letter({ from: at('bob') }),
  ]
  expect(participantsOf(thread, OWN)).toEqual([at('bob'), { ...at('ada'), name: 'Ada' }])
})
