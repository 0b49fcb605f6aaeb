import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { PHONE } from '../browser.ts'
import { type InboxPage, inboxPerTest } from './inbox-browser.ts'

const open = inboxPerTest()

const saved = (page: Page) => page.getByText('Saved', { exact: true }).first().waitFor()
const saveRules = (page: Page) => page.getByRole('button', { name: 'Save distribution' }).click()
const step = (page: Page, number: number) => page.locator(`[data-step="${number}"]`)
const noSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)

describe('the rules of a channel', () => {
  async function openRules(): Promise<InboxPage> {
    const it = await open()
    await it.page.goto(`/settings/channels/${it.server.state.channels[0]?.id}`)
    await it.page.getByRole('radio', { name: 'Round robin, online only' }).waitFor()
    return it
  }

  it('are built from steps that move by keys, by buttons and by mouse', async () => {
    const { page, server } = await openRules()
    await page.getByRole('button', { name: 'Add a step' }).click()
    await step(page, 2).getByLabel('Give it to').selectOption('last-agent')
    await page.getByRole('radio', { name: 'Custom' }).waitFor()
    await page.getByRole('button', { name: 'Add a step' }).click()
    await step(page, 3).getByLabel('Give it to').selectOption('contact-owner')

    await step(page, 3)
      .getByRole('button', { name: /^Move step 3:/ })
      .focus()
    await page.keyboard.press('ArrowUp')
    await page.getByText('Step 3 is now step 2 of 3.').waitFor({ state: 'attached' })
    await page.keyboard.press('ArrowUp')
    await page.getByText('Step 2 is now step 1 of 3.').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Move step 2 down' }).click()
    await page
      .locator('[data-step="3"] [data-grip]')
      .dragTo(step(page, 1), { targetPosition: { x: 60, y: 8 } })
    await page.getByText('Step 3 is now step 1 of 3.').waitFor({ state: 'attached' })

    await step(page, 1).getByLabel('Wait before the next step', { exact: true }).fill('5')
    await saveRules(page)
    await saved(page)
    const { steps } = server.state.channels[0]?.policy ?? { steps: [] }
    expect(steps.map(({ target }) => target.kind)).toEqual([
      'agents-and-teams',
      'contact-owner',
      'last-agent',
    ])
    expect(steps[0]?.waitMs).toBe(300_000)
  })

  it('say at the step what is wrong with it, and cannot be saved so', async () => {
    const { page, server } = await openRules()
    await page.getByRole('radio', { name: 'Team only' }).click()
    await step(page, 1).getByText('Choose a team.').waitFor()
    expect(await page.getByRole('button', { name: 'Save distribution' }).isDisabled()).toBe(true)
    await step(page, 1).getByLabel('Team', { exact: true }).selectOption({ label: 'Night watch' })
    await step(page, 1).getByText('Nobody in Night watch has an active account.').waitFor()
    await saveRules(page)
    await saved(page)
    expect(server.state.channels[0]?.policy.steps).toMatchObject([{ target: { kind: 'team' } }])
  })

  it('say at each field what is wrong with it', async () => {
    const { page } = await openRules()
    await page.getByRole('button', { name: 'Add a step' }).click()
    await step(page, 1).getByLabel('Wait before the next step', { exact: true }).fill('9')
    await step(page, 1).getByLabel('Unit of: Wait before the next step').selectOption('days')
    await step(page, 1).getByText('A step waits between nothing and seven days.').waitFor()
    await page.getByLabel('When the assignee is silent').selectOption('after')
    await page.getByLabel('Give it to the next agent after', { exact: true }).fill('0')
    const after = page.locator('section').filter({ hasText: 'After the assignment' })
    await after.getByText('It must be between 1 minute and 7 days.').waitFor()
    await after.getByLabel('At most, before the next step begins').fill('500')
    await after.getByText('From 1 to 20').waitFor()
    await page.getByLabel('Message to the customer on assignment').fill('Hello {{nmae}}')
    await page.getByText('“{{nmae}}” is no variable', { exact: false }).waitFor()
    await page.getByText('Mend what is marked in red, then save.').waitFor()
    expect(await page.getByRole('button', { name: 'Save distribution' }).isDisabled()).toBe(true)
  })

  it('lose nothing when somebody else was faster', async () => {
    const { page, server } = await openRules()
    const channel = server.state.channels[0]
    if (!channel) throw new Error('no channel')
    await page.getByRole('radio', { name: 'Least open' }).click()
    // Another setting of the channel is no conflict of rules.
    channel.version += 1
    await saveRules(page)
    await saved(page)
    expect(channel.policy.steps[0]?.strategy).toBe('least-open')

    await page.getByRole('radio', { name: 'Load balanced' }).click()
    Object.assign(channel, { version: channel.version + 1, policy: { ...channel.policy, steps: [] } })
    await saveRules(page)
    await page.getByText('Somebody else changed this in the meantime').waitFor()
    expect(channel.policy.steps).toEqual([])
    await page.getByRole('button', { name: 'Save mine instead' }).click()
    await page.getByText('Not saved yet.').waitFor({ state: 'detached' })
    expect(channel.policy.steps[0]?.strategy).toBe('load-balanced')
  })

  it('hold after the assignment too, with a message that has variables', async () => {
    const { page, server } = await openRules()
    await page.getByLabel('When the owner goes offline').selectOption('re-route')
    await page.getByLabel('When the assignee is silent').selectOption('after')
    await page.getByLabel('Message to the customer on assignment').fill('You talk to ')
    await page.getByRole('button', { name: 'Agent’s name' }).click()
    await page.getByRole('checkbox', { name: 'Ask for the customer’s language' }).click()
    await page.getByRole('button', { name: 'Add a skill' }).last().click()
    await saveRules(page)
    await saved(page)
    expect(server.state.channels[0]?.policy).toMatchObject({
      ownerOffline: 're-route',
      silentAfterMs: 600_000,
      customerMessage: 'You talk to {{agent}}',
      requireLanguage: {},
      skills: [{ skill: 'Repairs', level: 1, mode: 'require' }],
    })
  })

  it('are tried on the past beside those of today', async () => {
    const { page, server } = await openRules()
    await page.getByRole('radio', { name: 'Least open' }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('row', { name: /Median wait/ }).waitFor()
    await page.getByText(/Ana Lindqvist: today’s rules \d+, edited rules \d+/).waitFor({ state: 'attached' })
    await page.getByRole('radio', { name: 'Load balanced' }).click()
    await page.getByText('You changed the rules since this run.').waitFor()
    server.state.conversations.clear()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByText('No conversations yet').waitFor()
  })
})

describe('teams, skills and hours', () => {
  it('makes a team, fills it, gives it hours by keyboard, and keeps one that is in use', async () => {
    const { page, server } = await open()
    await page.goto('/settings/teams')
    await page.getByRole('button', { name: 'Add a team' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('workshop')
    await page.keyboard.press('Enter')
    await page.getByText('There is one of that name already').waitFor()
    await page.getByRole('dialog').getByLabel('Name').fill('Returns')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Returns' }).waitFor()
    await page.getByRole('combobox', { name: 'Find a colleague' }).click()
    await page.getByRole('option', { name: 'Bruno Okafor' }).click()
    await page.getByRole('button', { name: 'Remove: Bruno Okafor' }).waitFor()

    await page.getByRole('switch', { name: 'Hours of its own' }).click()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('gridcell', { name: /^Monday 09:00/ }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Shift+ArrowRight')
    await page.getByText('1 hour a week').waitFor()
    await page.getByRole('button', { name: 'Save hours' }).click()
    // The note of an earlier save may still stand there.
    await expect
      .poll(() => server.state.teams.at(-1))
      .toMatchObject({
        name: 'Returns',
        schedule: { weekly: [{ weekday: 1, fromMinute: 540, toMinute: 600 }] },
      })

    const workshop = server.state.teams.find(({ name }) => name === 'Workshop')
    await page.goto(`/settings/teams/${workshop?.id}`)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Used by: the category “Warranty”. Change that first.').waitFor()
  })

  it('gives an agent limits and skills with levels', async () => {
    const { page, server } = await open()
    const chiara = server.state.agents[2]?.id ?? ''
    await page.goto('/settings/agents')
    await page.getByRole('link', { name: 'Limits, skills and hours of Chiara Rossi' }).click()
    await page.getByRole('radio', { name: 'Own limits' }).click()
    await page.getByLabel('All together').fill('4')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await saved(page)
    await page.getByRole('combobox', { name: 'Add a skill' }).click()
    await page.getByRole('option', { name: 'Kayaks' }).click()
    await page.getByRole('radiogroup', { name: 'Level of Kayaks' }).getByText('5').click()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'detached' })
    expect(server.state.routing.get(chiara)).toMatchObject({ capacity: { total: 4 }, skills: { Kayaks: 5 } })
  })

  it('takes no hours that end before they begin', async () => {
    const { page, server } = await open()
    await page.goto(`/settings/teams/${server.state.teams[0]?.id}`)
    await page.getByText('Exact times').click()
    await page.getByLabel('Monday, to (1)').fill('07:00')
    await page.keyboard.press('Enter')
    await page.getByText('The end must be after the beginning').waitFor()
    await page.getByText('Mend what is marked in red, then save.').waitFor()
    expect(await page.getByRole('button', { name: 'Save hours' }).isDisabled()).toBe(true)
    await page.getByLabel('Monday, to (1)').fill('11:00')
    await page.keyboard.press('Enter')
    await page.getByText('The end must be after the beginning').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Add time off' }).click()
    await page.getByLabel('To', { exact: true }).fill('2020-01-01T09:00')
    await page.getByText('The end must be after the beginning').waitFor()
    expect(await page.getByRole('button', { name: 'Save hours' }).isDisabled()).toBe(true)
  })

  it('sets what holds for all', async () => {
    const { page, server } = await open()
    await page.goto('/settings/routing')
    await page.getByRole('checkbox', { name: 'Pending conversations count' }).click()
    await saved(page)
    await page.getByLabel('Grace period', { exact: true }).fill('40')
    await page.getByText('At most 30 minutes').waitFor()
    await page.getByLabel('Grace period', { exact: true }).fill('5')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'detached' })
    expect(server.state.routingSettings).toMatchObject({ countPending: true, presenceGraceMs: 300_000 })
  })
})

describe('the queue', () => {
  it('gives by menu and by mouse, says when that is too much, and empties', async () => {
    const { page, server } = await open()
    await page.goto('/queue')
    const rows = page.locator('[data-waiting]')
    await rows.first().waitFor()
    const first = (await rows.first().getAttribute('data-waiting')) ?? ''
    const before = await rows.count()
    await rows
      .first()
      .getByRole('button', { name: /^Assign/ })
      .click()
    await page.getByRole('menuitem', { name: /Bruno Okafor/ }).click()
    await page.getByText('Above the limit').waitFor()
    await page.locator(`[data-waiting="${first}"]`).waitFor({ state: 'detached' })
    expect(server.state.conversations.get(first)?.assigneeId).toBe(server.state.agents[1]?.id)

    const second = (await rows.first().getAttribute('data-waiting')) ?? ''
    await rows.first().dragTo(page.locator(`[data-agent="${server.state.agents[2]?.id}"]`))
    await page.locator(`[data-waiting="${second}"]`).waitFor({ state: 'detached' })
    expect(server.state.conversations.get(second)?.assigneeId).toBe(server.state.agents[2]?.id)
    expect(await rows.count()).toBe(before - 2)

    server.state.waitingSince.clear()
    server.customerWrites(second, 'Hello?')
    await page.getByText('Nobody waits').waitFor()
  })

  it('fits a phone', async () => {
    const { page } = await open({ viewport: PHONE })
    await page.goto('/queue')
    await page.locator('[data-waiting]').first().waitFor()
    expect(await noSideways(page)).toBe(true)
  })
})

describe('a conversation', () => {
  it('says why nobody has it yet, goes to a team with a note, and back to the queue', async () => {
    const { page, server } = await open()
    const waiting = [...server.state.conversations.values()].find(
      ({ assigneeId, status, teamId }) => !assigneeId && status === 'open' && !teamId,
    )
    const id = waiting?.id ?? ''
    await page.goto(`/conversations/${id}`)
    await page.getByRole('button', { name: 'Why nobody yet?' }).click()
    await page.getByText('Nobody has it yet.', { exact: false }).first().waitFor()
    await page.getByRole('row', { name: /Bruno Okafor 6 of 6/ }).waitFor()
    await page.getByRole('row', { name: /no Arabic/ }).waitFor()
    await page.keyboard.press('Escape')

    await page.locator('#main').focus()
    await page.keyboard.press('a')
    await page.getByLabel('Note for whoever gets it').fill('He is in a hurry')
    await page.getByRole('listbox').getByRole('option', { name: 'Workshop' }).click()
    await page.getByText('gave it to the team Workshop').waitFor()
    await page.getByText('He is in a hurry').last().waitFor()
    expect(server.state.conversations.get(id)).toMatchObject({ teamByHand: true })

    await page.locator('#main').focus()
    await page.keyboard.press('a')
    await page.getByRole('option', { name: /Send back to the queue/ }).click()
    await page.getByText('sent it back to the queue').waitFor()

    await page.getByLabel('Category').selectOption({ label: 'Warranty' })
    await expect
      .poll(() => server.state.conversations.get(id)?.categoryId)
      .toBe(server.state.categories[1]?.id)
  })

  it('is found among those of its team', async () => {
    const { page, server } = await open()
    const team = server.state.teams[0]
    await page.getByLabel('Team', { exact: true }).selectOption({ label: team?.name ?? '' })
    await page.waitForFunction(() => new URL(location.href).searchParams.has('team'))
    const ids = new Set(
      [...server.state.conversations.values()]
        .filter(({ teamId }) => teamId === team?.id)
        .map(({ id }) => id),
    )
    await page.waitForFunction(
      (known) =>
        [...document.querySelectorAll('[data-conversation]')].every((row) =>
          known.includes(row.getAttribute('data-conversation') ?? ''),
        ),
      [...ids] as string[],
    )
  })
})
