import { describe, expect, it } from 'vitest'
import { inTurn } from './turns.ts'

const never = new AbortController().signal
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('sending in turn', () => {
  it('runs three of a channel at once, the others in order, and those of other channels beside them', async () => {
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const run = (name: string, channel = 'one'): Promise<string> =>
      inTurn(channel, never, async () => {
        begun.push(name)
        await new Promise<void>((resolve) => ends.set(name, resolve))
        return name
      })
    const runs = ['a', 'b', 'c', 'd', 'e'].map((name) => run(name))
    const beside = run('x', 'other')
    await settled()
    expect(begun).toEqual(['a', 'b', 'c', 'x'])
    ends.get('b')?.()
    await settled()
    expect(begun.slice(4)).toEqual(['d'])
    ends.get('a')?.()
    await settled()
    expect(begun.slice(5)).toEqual(['e'])
    for (const end of ends.values()) end()
    expect(await Promise.all([...runs, beside])).toEqual(['a', 'b', 'c', 'd', 'e', 'x'])
  })

  it('gives the place of one that failed to the next, and none to one that left', async () => {
    const stop = new AbortController()
    const ends: (() => void)[] = []
    const busy = [1, 2, 3].map(() =>
      inTurn(
        'failing',
        never,
        () => new Promise<void>((_, reject) => ends.push(() => reject(new Error('no')))),
      ),
    )
    const failures = Promise.allSettled(busy)
    const left = inTurn('failing', stop.signal, async () => 'left')
    const stays = inTurn('failing', never, async () => 'stays')
    stop.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await settled()
    for (const end of ends) end()
    expect(await stays).toBe('stays')
    expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(await inTurn('failing', never, async () => 'again')).toBe('again')
    await expect(inTurn('failing', AbortSignal.abort(new Error('late')), async () => 1)).resolves.toBe(1)
  })
})
