import { expect, it, vi } from 'vitest'
import type { LookUp } from '../services/look-up-identity.ts'
import { createLookUps } from './look-ups.ts'

const of = (id: string): LookUp =>
  ({ channelId: 'c', identityId: id, conversationId: 'x' }) as unknown as LookUp

it('asks for each once at a time, two at a time, and for a failure again', async () => {
  const ends: (() => void)[] = []
  const asked: string[] = []
  let isDown = false
  const lookUps = createLookUps({
    lookUp: async ({ identityId }) => {
      asked.push(identityId)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (isDown) throw new Error('down')
    },
    onFailure: () => undefined,
    retryMs: 1,
  })
  for (const id of ['a', 'a', 'b', 'c', 'a', 'c']) lookUps.want(of(id))
  await vi.waitFor(() => expect(asked).toEqual(['a', 'b']))
  isDown = true
  ends[0]?.()
  await vi.waitFor(() => expect(asked).toEqual(['a', 'b', 'c']))
  isDown = false
  ends[1]?.()
  await vi.waitFor(() => expect(asked).toEqual(['a', 'b', 'c', 'a']))
  for (const end of ends) end()
  lookUps.stop()
  lookUps.want(of('d'))
  expect(asked).not.toContain('d')
})

it('gives up after some tries', async () => {
  let tries = 0
  const lookUps = createLookUps({
    lookUp: async () => {
      tries += 1
      throw new Error('down')
    },
    onFailure: () => undefined,
    retryMs: 1,
    mostTries: 3,
  })
  lookUps.want(of('a'))
  await vi.waitFor(() => expect(tries).toBe(3))
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(tries).toBe(3)
  lookUps.stop()
})
