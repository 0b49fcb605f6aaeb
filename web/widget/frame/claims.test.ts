import { expect, it } from 'vitest'
import type { HostState } from '../link.ts'
import { claimsOf, identityOf } from './claims.ts'

const host = (part: object): HostState => ({
  open: true,
  attributes: {},
  page: { url: 'https://shop.example/', title: 'Shop' },
  ...part,
})

it('what a page claims beyond the form is left out, and the rest goes along', () => {
  const claims = claimsOf(
    host({
      identity: { name: '  Ada ', email: 'not an address' },
      attributes: {
        plan: 'pro',
        seats: 3,
        $ne: 1,
        'a.b': 'x',
        __proto__x: 1,
        deep: {},
        long: 'x'.repeat(900),
      },
    }),
    { email: 'form@site.example' },
  )
  expect(claims).toEqual({
    preChat: { name: 'Ada' },
    attributes: { plan: 'pro', seats: '3', long: 'x'.repeat(500) },
    page: { url: 'https://shop.example/', title: 'Shop' },
  })
})

it('the form before the chat is used where the page says nothing', () => {
  const claims = claimsOf(host({ page: { url: 'file:///x', title: '' } }), {
    name: 'Ada',
    email: 'a@b.example',
  })
  expect(claims).toEqual({ preChat: { name: 'Ada', email: 'a@b.example' } })
})

it('an identity is reduced to what the server reads', () => {
  expect(identityOf(host({ identity: { id: 7, name: 'Ada', admin: true, email: {}, jwt: '' } }))).toEqual({
    id: '7',
    name: 'Ada',
  })
  expect(identityOf(host({}))).toBeUndefined()
})
