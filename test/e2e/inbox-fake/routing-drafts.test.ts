import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import type { FakeServer } from '../../fakes/agent-api/server.ts'
import { inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()
let page: Page
let server: FakeServer

beforeEach(async () => {
  const inbox = await open()
  page = inbox.page
  server = inbox.server
})

const agent = (place: number) => {
  const found = server.state.agents[place]
  if (!found) throw new Error(`no agent ${place}`)
  return found
}
const saved = () => page.getByText('Saved', { exact: true }).first().waitFor()
const button = (name: string) => page.getByRole('button', { name, exact: true })
const dialog = () => page.getByRole('dialog')

describe('pages of those who distribute work', () => {
  it('show an agent the limits of a colleague, and let him change nothing', async () => {
    agent(0).role = 'agent'
    await page.goto(`/settings/agents/${agent(1).id}`)
    await page.getByRole('radio', { name: 'Own limits' }).waitFor()
    for (const field of await page.locator('main input, main select').all()) {
      expect(await field.isDisabled()).toBe(true)
    }
    expect(await page.getByLabel('All together').inputValue()).toBe('6')
    await page.goto(`/settings/agents/${agent(2).id}`)
    await page.getByRole('grid').waitFor()
    expect(await button('Save hours').count()).toBe(0)
  })

  it('are no pages of an agent where there is nothing but settings', async () => {
    agent(0).role = 'agent'
    for (const path of ['/settings/routing', `/settings/categories/${server.state.categories[1]?.id}`]) {
      await page.goto(path)
      await page.getByText('There is nothing here').waitFor()
    }
  })
})

describe('what is edited', () => {
  it('stays with the agent it was edited for', async () => {
    // Two who have the same stored: nothing but who they are tells their forms apart.
    await page.goto(`/settings/agents/${agent(4).id}`)
    await page.getByRole('radio', { name: 'Own limits' }).waitFor()
    await page.getByRole('link', { name: 'Agents', exact: true }).last().click()
    await page.getByRole('link', { name: /hours of Chiara Rossi/ }).click()
    await page.getByRole('radio', { name: 'Own limits' }).click()
    await page.getByLabel('All together').fill('77')
    await page.evaluate(() => history.go(-2))
    await page.getByRole('heading', { name: agent(4).name }).waitFor()
    await page.getByRole('radio', { name: 'Own limits' }).waitFor()
    expect(await page.getByRole('radio', { name: 'Own limits' }).isChecked()).toBe(false)
    expect(await button('Save').count()).toBe(0)
  })

  it('is kept when a colleague changes the same, and says so', async () => {
    await page.goto('/settings/routing')
    const grace = page.getByLabel('Grace period', { exact: true })
    await grace.fill('5')
    const change = (presenceGraceMs: number) => {
      const { version } = server.state.routingSettings
      Object.assign(server.state.routingSettings, { presenceGraceMs, version: version + 1 })
      server.state.publish([{ type: 'routing.changed', part: 'settings' }])
    }
    await server.connected()
    change(60_000)
    await page.getByText('Somebody else changed this in the meantime', { exact: false }).waitFor()
    expect(await grace.inputValue()).toBe('5')
    await button('Save').click()
    await saved()
    expect(server.state.routingSettings.presenceGraceMs).toBe(300_000)
    await button('Save').waitFor({ state: 'detached' })
    change(180_000)
    await expect.poll(() => grace.inputValue()).toBe('3')
    await grace.fill('4')
    change(240_000)
    await button('Save').waitFor({ state: 'detached' })
  })

  it('of a channel is kept when a colleague changes the channel, and follows what was saved', async () => {
    const channel = server.state.channels[0]
    if (!channel) throw new Error('no channel')
    await page.goto(`/settings/channels/${channel.id}`)
    const name = page.getByLabel('Name', { exact: false }).first()
    await expect.poll(() => name.inputValue()).toBe(channel.name)
    const change = (more: object) => {
      Object.assign(channel, more, { version: channel.version + 1 })
      server.state.publish([{ type: 'channel.updated', channel }])
    }
    await server.connected()
    await name.fill('  Shop and web ')
    change({ paused: true })
    await button('Resume').waitFor()
    expect(await name.inputValue()).toBe('  Shop and web ')
    expect(await page.getByText('Somebody else changed this', { exact: false }).count()).toBe(0)
    change({ name: 'Theirs' })
    await page.getByText('Somebody else changed this', { exact: false }).waitFor()
    await button('Save').first().click()
    await saved()
    expect(channel.name).toBe('Shop and web')
    await expect.poll(() => name.inputValue()).toBe('Shop and web')
    await page.getByText('Somebody else changed this', { exact: false }).waitFor({ state: 'detached' })
    change({ name: 'Theirs again' })
    await expect.poll(() => name.inputValue()).toBe('Theirs again')
  })

  it('goes on while it is saved', async () => {
    const channel = server.state.channels[0]
    await page.goto(`/settings/channels/${channel?.id}`)
    let answer = () => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/api/v1/channels/*/routing', async (route) => {
      if (route.request().method() === 'PATCH') await held
      await route.continue()
    })
    await page.getByRole('radio', { name: 'Least open' }).click()
    await button('Save distribution').click()
    const message = page.getByLabel('Message to the customer on assignment')
    await message.fill('Typed in the meantime')
    answer()
    await saved()
    expect(channel?.policy.steps[0]?.strategy).toBe('least-open')
    await page.getByText('Not saved yet.').waitFor()
    expect(await message.inputValue()).toBe('Typed in the meantime')
    await button('Save distribution').click()
    await page.getByText('Not saved yet.').waitFor({ state: 'detached' })
    expect(channel?.policy.customerMessage).toBe('Typed in the meantime')
  })

  it('takes a year that is typed figure by figure', async () => {
    await page.goto(`/settings/agents/${agent(2).id}`)
    await button('Add time off').click()
    const until = page.getByLabel('To', { exact: true })
    await until.focus()
    await page.keyboard.type('12')
    await page.keyboard.type('24')
    await page.keyboard.type('2037')
    expect(await until.inputValue()).toMatch(/^2037-12-24T/)
    await until.blur()
    await button('Save hours').click()
    await saved()
    const [off] = server.state.routing.get(agent(2).id)?.schedule?.timeOff ?? []
    expect(new Date(off?.toMs ?? 0).getUTCFullYear()).toBe(2037)
  })
})

describe('what cannot be taken back', () => {
  it('asks before hours are removed, and leaves them on when that fails', async () => {
    const team = server.state.teams[0]
    await page.goto(`/settings/teams/${team?.id}`)
    const own = page.getByRole('switch', { name: 'Hours of its own' })
    await own.click()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    expect(team?.schedule).toBeDefined()
    Object.assign(team ?? {}, { version: (team?.version ?? 0) + 1 })
    await own.click()
    await dialog().getByRole('button', { name: 'Remove hours' }).click()
    await page.getByText('Somebody was faster').waitFor()
    expect(await own.isChecked()).toBe(true)
    await dialog().waitFor({ state: 'detached' })
    await own.click()
    await dialog().getByRole('button', { name: 'Remove hours' }).click()
    await saved()
    expect(await own.isChecked()).toBe(false)
    expect(team?.schedule).toBeUndefined()
  })

  it('asks before rules are dropped, and keeps edited ones that a colleague dropped', async () => {
    const category = server.state.categories[1]
    if (!category) throw new Error('no category')
    await page.goto(`/settings/categories/${category.id}`)
    await button('Use the channel’s rules').click()
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    expect(category.policy).toBeDefined()

    await page.getByRole('radio', { name: 'Load balanced' }).click()
    await page.getByText('Not saved yet.').waitFor()
    await server.connected()
    delete category.policy
    category.version += 1
    server.state.publish([{ type: 'routing.changed', part: 'categories' }])
    await page.getByText('Somebody took these rules away').waitFor()
    await button('Save distribution').click()
    await saved()
    expect(category.policy).toMatchObject({ steps: [{ strategy: 'load-balanced' }] })

    await page.getByText('Somebody took these rules away').waitFor({ state: 'detached' })
    await button('Use the channel’s rules').click()
    await dialog().getByRole('button', { name: 'Remove own rules' }).click()
    await button('Give it its own rules').waitFor()
    expect(category.policy).toBeUndefined()
  })
})

describe('a note for whoever gets a conversation', () => {
  const note = () => page.getByLabel('Note for whoever gets it')
  const choice = (name: string) =>
    page.getByRole('listbox', { name: 'Assignee' }).getByRole('option', { name })
  const openMenu = async () => {
    await page.locator('#main').focus()
    await page.keyboard.press('a')
    await note().waitFor()
  }

  it('is given though the conversation changed beside it, and kept until somebody gets it', async () => {
    const conversation = [...server.state.conversations.values()].find(
      ({ assigneeId, status, unreadCount }) => !assigneeId && status === 'open' && unreadCount === 0,
    )
    if (!conversation) throw new Error('no conversation')
    await page.goto(`/conversations/${conversation.id}`)
    await button('Assign').waitFor()
    await openMenu()
    await note().fill('He is in a hurry')
    await page.keyboard.press('Escape')
    await note().waitFor({ state: 'detached' })
    Object.assign(conversation, { version: conversation.version + 1, assigneeId: agent(1).id })
    await openMenu()
    await choice('Chiara Rossi').click()
    await page.getByText('Somebody was faster').waitFor()
    expect(conversation.assigneeId).toBe(agent(1).id)

    await openMenu()
    expect(await note().inputValue()).toBe('He is in a hurry')
    conversation.version += 1
    await choice('Chiara Rossi').click()
    await page.getByText('He is in a hurry').last().waitFor()
    expect(conversation.assigneeId).toBe(agent(2).id)
    await openMenu()
    expect(await note().inputValue()).toBe('')
  })
})

describe('the queue that changes while one looks', () => {
  it('leaves the order of an open menu alone', async () => {
    await page.goto('/queue')
    await page
      .getByRole('button', { name: /^Assign/ })
      .first()
      .click()
    const names = () => page.getByRole('menuitem').locator('bdi').allTextContents()
    await page.getByRole('menuitem').first().waitFor()
    const before = await names()
    await server.connected()
    server.state.routing.set(agent(1).id, { skills: {}, capacity: { total: 90 }, version: 9 })
    server.state.publish([{ type: 'routing.changed', part: 'agents' }])
    await page.getByRole('menuitem', { name: /\b90\b/ }).waitFor()
    expect(await names()).toEqual(before)
    await page.keyboard.press('Escape')
    await page.getByRole('menuitem').first().waitFor({ state: 'detached' })
    await page
      .getByRole('button', { name: /^Assign/ })
      .first()
      .click()
    await page.getByRole('menuitem').first().waitFor()
    expect(await names()).not.toEqual(before)
  })

  it('invites nobody any more when what is carried is gone', async () => {
    await page.goto('/queue')
    const row = page.locator('[data-waiting]').first()
    const id = (await row.getAttribute('data-waiting')) ?? ''
    const card = page.locator(`[data-agent="${agent(2).id}"]`)
    const resting = await card.getAttribute('class')
    const transfer = await page.evaluateHandle(() => new DataTransfer())
    await row.dispatchEvent('dragstart', { dataTransfer: transfer })
    await expect.poll(() => card.getAttribute('class')).not.toBe(resting)
    await server.connected()
    Object.assign(server.state.conversations.get(id) ?? {}, { assigneeId: agent(1).id })
    server.state.publish([{ type: 'routing.changed', part: 'agents' }])
    await page.locator(`[data-waiting="${id}"]`).waitFor({ state: 'detached' })
    await expect.poll(() => card.getAttribute('class')).toBe(resting)
  })
})
