import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { RawItem } from '../../../src/contract/connector.ts'
import { createFlight, StoreFailure } from './flight.ts'

const item = (key: string): RawItem => ({ key, body: new Uint8Array(), contentType: '', facts: {} })
const never = new AbortController().signal

describe('letters on their way to the journal', () => {
  it('are handed over in their order, though some are ready later', async () => {
    const handed: string[] = []
    const flight = createFlight(
      async ({ key }) => {
        handed.push(key)
        await sleep(1)
      },
      { letters: 10, bytes: 1_000 },
      never,
    )
    for (const [key, ms] of [
      ['a', 20],
      ['b', 0],
      ['c', 10],
    ] as const) {
      await flight.add(1, () => sleep(ms, item(key)))
    }
    await flight.landed()
    expect(handed).toEqual(['a', 'b', 'c'])
  })

  it.each([
    ['number', { letters: 3, bytes: 1_000_000 }, 1, 3],
    ['size', { letters: 100, bytes: 10 }, 4, 3],
  ])('are limited in %s', async (_, limits, size, expected) => {
    let open = 0
    let most = 0
    const push = async (): Promise<void> => {
      open += 1
      most = Math.max(most, open)
      await sleep(1)
      open -= 1
    }
    const flight = createFlight(push, limits, never)
    for (let n = 0; n < 20; n++) await flight.add(size, async () => item(String(n)))
    await flight.landed()
    expect(most).toBe(expected)
  })

  it('tell that one was refused, at the next or at the end', async () => {
    const refuse = () => Promise.reject(new Error('away'))
    const flight = createFlight(refuse, { letters: 10, bytes: 10 }, never)
    await flight.add(1, async () => item('a'))
    await expect(flight.landed()).rejects.toThrow(StoreFailure)
    await expect(flight.add(1, async () => item('b'))).rejects.toThrow(StoreFailure)
  })

  it('are not handed over once the session is stopped', async () => {
    const stopping = new AbortController()
    let pushed = 0
    const flight = createFlight(
      async () => {
        pushed += 1
      },
      { letters: 10, bytes: 10 },
      stopping.signal,
    )
    await flight.add(1, () => sleep(5, item('a')))
    stopping.abort()
    await expect(flight.landed()).rejects.toThrow(StoreFailure)
    expect(pushed).toBe(0)
  })
})
