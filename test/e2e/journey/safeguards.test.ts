import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Seat, World } from './world.ts'
import { ask, openWorld } from './world.ts'

let world: World
let owner: Seat & { readonly snippet: string }
beforeEach(async () => {
  world = await openWorld()
  owner = await world.setUp()
})
afterEach(async () => {
  const complaints = world.complaints()
  await world.close()
  expect(complaints).toEqual([])
})

interface Listed {
  readonly items: readonly { readonly id: string; readonly contact: { readonly id: string } }[]
}

test('what is written without a connection is sent once, after it is back', async () => {
  const customer = await world.customer(owner.snippet)
  await customer.command('open')
  await customer.write('Is anybody there?')
  await owner.page.locator('[data-conversation]').waitFor()
  await customer.context.setOffline(true)
  await customer.write('I am on a train.')
  await customer.context.setOffline(false)
  const row = owner.page.locator('[data-conversation]').filter({ hasText: 'I am on a train.' })
  await row.waitFor()
  const id = (await row.getAttribute('data-conversation')) ?? ''
  const { items } = await ask<{ items: { text: string }[] }>(owner, 'GET', `/conversations/${id}/messages`)
  expect(items.filter(({ text }) => text === 'I am on a train.')).toHaveLength(1)
  // The browser itself says that it is offline; nothing of ours has anything to add.
  const said = customer.complaints.splice(0)
  expect(said.filter((line) => !line.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
})

test('only a signature makes a visitor who the site says', async () => {
  const { items } = await ask<{ items: { id: string }[] }>(owner, 'GET', '/channels')
  const path = `/channels/${items[0]?.id}`
  const { version } = await ask<{ version: number }>(owner, 'GET', path)
  const { value } = await ask<{ value: string }>(owner, 'POST', `${path}/secrets/identitySecret/rotate`, {
    version,
  })
  const hash = createHmac('sha256', value).update('u-1').digest('hex')
  for (const [claim, verified] of [
    [{ id: 'u-1', name: 'Mallory' }, false],
    [{ id: 'u-1', name: 'Ada', hash }, true],
  ] as const) {
    const customer = await world.customer(owner.snippet)
    await customer.command('setUser', claim)
    await customer.command('open')
    await customer.write(`I am ${claim.name}.`)
    const row = owner.page.locator('[data-conversation]').filter({ hasText: `I am ${claim.name}.` })
    await row.waitFor()
    const found = await ask<Listed>(owner, 'GET', '/conversations?view=all')
    const contactId = found.items[0]?.contact.id ?? ''
    const contact = await ask<{ identities: { verified: boolean }[] }>(owner, 'GET', `/contacts/${contactId}`)
    expect(contact.identities.map((identity) => identity.verified)).toEqual([verified])
  }
})
