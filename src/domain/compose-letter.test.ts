import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AnsweredLetter,
  type LetterDraft,
  letterIdsIn,
  MOST_REFERENCES,
  type PlannedLetter,
  planLetter,
} from './compose-letter.ts'
import type { LetterAddress } from './letter.ts'
import { addressKeyOf, isOwnAddress } from './letter-address.ts'

const OWN = ['help@example.com', 'hilfe@example.com']
const TOKEN = 'a'.repeat(32)

const ada: LetterAddress = { address: 'ada@example.org', name: 'Ada' }
const letter = (change: Partial<NonNullable<AnsweredLetter['head']>> = {}): AnsweredLetter => ({
  direction: 'inbound',
  head: {
    from: ada,
    replyTo: [],
    to: [{ address: OWN[0] ?? '' }],
    cc: [],
    bcc: [],
    subject: 'Broken',
    ...change,
  },
  letterId: 'b@example.org',
  references: ['a@example.org'],
  chosen: false,
})

function planned(draft: Partial<LetterDraft>): PlannedLetter {
  const plan = planLetter(
    { intent: 'reply', wanted: {}, contact: { address: 'ada@example.org' }, ...draft },
    { ownAddresses: OWN },
  )
  if (!plan.ok) throw new Error(plan.field)
  return plan.letter
}

describe('the head of a letter', () => {
  it('answers the sender of what is answered, in his thread', () => {
    expect(planned({ answered: letter() })).toEqual({
      subject: 'Re: Broken',
      to: [ada],
      cc: [],
      bcc: [],
      inReplyTo: 'b@example.org',
      references: ['a@example.org', 'b@example.org'],
    })
  })

  it('goes where its sender wants answers, unless that is us', () => {
    const boss = { address: 'boss@example.org' }
    expect(planned({ answered: letter({ replyTo: [boss] }) }).to).toEqual([boss])
    expect(planned({ answered: letter({ replyTo: [{ address: 'no address' }] }) }).to).toEqual([ada])
    expect(planned({ answered: letter({ replyTo: [{ address: `help+${TOKEN}@example.com` }] }) }).to).toEqual(
      [ada],
    )
  })

  it('goes to a stranger only when his very letter is answered', () => {
    const eve = { address: 'eve@example.net' }
    const answered = letter({ from: eve, stranger: true })
    expect(planned({ answered }).to).toEqual([{ address: 'ada@example.org' }])
    expect(planned({ answered: { ...answered, chosen: true } }).to).toEqual([eve])
  })

  it('goes to whom the conversation is with when somebody only passed on what that person wrote', () => {
    const eve = { address: 'eve@example.net' }
    const answered = letter({ forwardedFrom: { address: 'Eve@example.net', name: 'Eve' } })
    expect(planned({ answered, contact: eve }).to).toEqual([eve])
    expect(planned({ answered: { ...answered, chosen: true }, contact: eve }).to).toEqual([ada])
    expect(planned({ answered }).to).toEqual([ada])
  })

  it('follows a letter of our own to the same people', () => {
    const own: AnsweredLetter = {
      ...letter({ to: [ada, { address: 'bob@example.org' }] }),
      direction: 'outbound',
    }
    expect(planned({ answered: { ...own, chosen: true } }).to.map(({ address }) => address)).toEqual([
      'ada@example.org',
      'bob@example.org',
    ])
  })

  it('passed on goes to nobody by itself', () => {
    expect(planned({ intent: 'forward', answered: letter() })).toMatchObject({
      subject: 'Fwd: Broken',
      to: [],
    })
  })

  it('begun has the subject it was given, and no thread', () => {
    const wanted = { subject: 'Re: is mine', to: ['ada@example.org'] }
    expect(planned({ intent: 'new', wanted })).toMatchObject({ subject: 'Re: is mine', references: [] })
    expect(planned({ intent: 'new', wanted })).not.toHaveProperty('inReplyTo')
  })

  it('names the field of what is no address', () => {
    const plan = planLetter(
      { intent: 'new', wanted: { to: ['ada@example.org'], cc: ['bob@example.org', 'a\r\nb@example.org'] } },
      { ownAddresses: OWN },
    )
    expect(plan).toEqual({ ok: false, field: 'letter.cc.1' })
  })

  const addresses = fc
    .tuple(
      fc.constantFrom('ada', 'ADA', 'bob', 'help', `help+${TOKEN}`, 'hilfe'),
      fc.constantFrom('example.com', 'example.org'),
    )
    .map((parts) => parts.join('@'))
  const list = fc.array(addresses, { maxLength: 8 })
  const people = fc.array(
    fc.record({ address: fc.oneof(addresses, fc.string()), name: fc.string({ unit: 'binary' }) }),
    { maxLength: 4 },
  )

  it('names nobody twice, never ourselves, and nobody it was not told of', () => {
    fc.assert(
      fc.property(
        fc.record({ to: list, cc: list, bcc: list }, { requiredKeys: [] }),
        people,
        people,
        fc.constantFrom('new', 'reply', 'forward'),
        fc.boolean(),
        (wanted, replyTo, others, intent, chosen) => {
          const answered = { ...letter({ replyTo, to: others, cc: others }), chosen }
          const { to, cc, bcc } = planned({ wanted, intent, answered })
          const all = [...to, ...cc, ...bcc]
          const keys = all.map(({ address }) => addressKeyOf(address))
          expect(new Set(keys).size).toBe(keys.length)
          expect(all.filter(({ address }) => isOwnAddress(address, OWN))).toEqual([])
          for (const name of ['to', 'cc', 'bcc'] as const) {
            for (const address of wanted[name] ?? []) {
              if (!isOwnAddress(address, OWN)) expect(keys).toContain(addressKeyOf(address))
            }
          }
          for (const { name = '' } of all) expect(name).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
        },
      ),
    )
  })

  const ids = fc.oneof(
    fc.nat(80).map((number) => `${number}@example.org`),
    fc.string({ unit: 'binary' }),
  )

  it('names its forerunners once each, the oldest first, at most fifty, each fit for a header', () => {
    fc.assert(
      fc.property(
        fc.array(ids, { maxLength: 120 }),
        fc.option(ids, { nil: undefined }),
        (references, letterId) => {
          const answered = { ...letter(), references, ...(letterId === undefined ? {} : { letterId }) }
          const { references: chain, inReplyTo } = planned({ answered })
          expect(chain.length).toBeLessThanOrEqual(MOST_REFERENCES)
          expect(new Set(chain).size).toBe(chain.length)
          for (const id of chain) expect(id).not.toMatch(/[\s<>\p{Cc}]/u)
          if (inReplyTo !== undefined) expect(chain.at(-1)).toBe(inReplyTo)
        },
      ),
    )
  })

  it('keeps the first letter of a long thread, which names it', () => {
    const references = Array.from({ length: 100_000 }, (_, index) => `${index}@example.org`)
    const chain = planned({ answered: { ...letter(), references } }).references
    expect([chain[0], chain.at(-2), chain.at(-1), chain.length]).toEqual([
      '0@example.org',
      '99999@example.org',
      'b@example.org',
      50,
    ])
  })
})

describe('ids in a line', () => {
  it.each([
    ['<a@b> <c@d>', ['a@b', 'c@d']],
    ['<a@b><c@d>\t(comment) garbage <', ['a@b', 'c@d']],
    ['<with space@b> <ok@b>', ['ok@b']],
    ['no ids > at < all', []],
  ])('%j', (line, ids) => expect(letterIdsIn(line)).toEqual(ids))

  it('are read in one pass over whatever was written', () => {
    expect(letterIdsIn('<'.repeat(5_000_000))).toEqual([])
    expect(letterIdsIn('<>'.repeat(500_000))).toEqual([])
    expect(letterIdsIn('<a@b>'.repeat(500_000))).toHaveLength(1_000)
  })
})
