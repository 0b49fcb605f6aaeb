import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RawItem } from '../../../src/contract/connector.ts'
import { type FakeSlack, startFakeSlack } from '../../../test/fakes/slack/server.ts'
import { slackContext } from '../../../test/fakes/slack/slack-context.ts'
import { keepUp, readGap } from './keep-up.ts'

let slack: FakeSlack
beforeEach(async () => {
  slack = await startFakeSlack()
})
afterEach(() => slack.close())

it('brings what could not be journaled when it came, and moves no mark beyond it before', async () => {
  const { ctx, stop } = slackContext(slack)
  const marks: number[] = []
  const write = async (mark: Readonly<Record<string, unknown>>) => {
    marks.push(Number(mark['heardUntilMs']))
  }
  const here = { ...ctx, checkpoint: { ...ctx.checkpoint, write } }
  const gap = await readGap(here)
  expect(gap.isOpen).toBe(false)
  const items: RawItem[] = []
  let full = true
  const push = async (item: RawItem): Promise<void> => {
    if (full) throw new Error('the disk is full')
    items.push(item)
  }
  const keeping = keepUp(here, push, gap, ctx.signal, 5)
  await expect.poll(() => marks.length).toBeGreaterThan(2)
  slack.says(slack.addUser('Ada'), 'In vain')
  gap.isOpen = true
  await expect.poll(() => slack.provider.calls.filter(({ url }) => url.includes('history')).length).toBe(2)
  const before = marks.length
  full = false
  await expect.poll(() => items.length).toBe(1)
  await expect.poll(() => marks.length).toBeGreaterThan(before)
  expect(gap.isOpen).toBe(false)
  stop()
  await keeping
})
