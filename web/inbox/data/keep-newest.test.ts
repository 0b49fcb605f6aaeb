import { QueryClient } from '@tanstack/react-query'
import { expect, it } from 'vitest'
import { keepNewest } from './keep-newest.ts'

const contact = (version: number, id = 'c1') => ({ id, version, name: `as of ${version}` })

it('shows no older state of a thing, whichever way it comes', async () => {
  const client = new QueryClient({ defaultOptions: { queries: { structuralSharing: keepNewest } } })
  client.setQueryData(['contact', 'c1'], contact(3))
  client.setQueryData(['contact', 'c1'], contact(2))
  expect(client.getQueryData(['contact', 'c1'])).toEqual(contact(3))
  await client.fetchQuery({ queryKey: ['contact', 'c1'], queryFn: async () => contact(1) })
  expect(client.getQueryData(['contact', 'c1'])).toEqual(contact(3))
  client.setQueryData(['contact', 'c1'], contact(4))
  expect(client.getQueryData(['contact', 'c1'])).toEqual(contact(4))
})

it('takes equal versions, other things and what has no version as they come', () => {
  const seen = { ...contact(3), present: true }
  expect(keepNewest(contact(3), seen)).toEqual(seen)
  expect(keepNewest(contact(3), contact(1, 'c2'))).toEqual(contact(1, 'c2'))
  expect(keepNewest({ items: [contact(3)] }, { items: [] })).toEqual({ items: [] })
  expect(keepNewest(undefined, contact(1))).toEqual(contact(1))
})
