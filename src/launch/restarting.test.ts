import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { createRestarting } from './restarting.mjs'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** Counts how many run at the same time. */
function rig(code = 'setInterval(() => undefined, 1000)') {
  const state = { most: 0 }
  const running = createRestarting(() => {
    const child = spawn(process.execPath, ['-e', code], { stdio: 'ignore' })
    children.push(child)
    const alive = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    state.most = Math.max(state.most, alive.length)
    return child
  })
  return { running, state }
}
const started = (count: number) => expect.poll(() => children.length).toBe(count)

it('makes one restart of many wishes, and never runs two at once', async () => {
  const { running, state } = rig()
  running.restart()
  for (let wish = 0; wish < 5; wish += 1) running.restart()
  await started(2)
  running.restart()
  await started(3)
  expect(state.most).toBe(1)
})

it('starts anew what ended by itself or was killed', async () => {
  const { running } = rig()
  running.restart()
  const [first] = children
  first?.kill('SIGKILL')
  if (first) await once(first, 'exit')
  running.restart()
  await started(2)
})

it('starts nothing more after the end', async () => {
  const { running } = rig()
  running.restart()
  running.restart()
  running.end()
  const [first] = children
  if (first) await once(first, 'exit')
  running.restart()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(children).toHaveLength(1)
})
