import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { emptyCheckpoint, mailConfig } from './mail-context.ts'
import { letter, startSession } from './mail-session.ts'

const COUNT = process.env['FAULTS'] === 'long' ? 20_000 : 2_000
const BYTES = 4_000

describe(`a first connection to a folder with ${COUNT} letters`, () => {
  let server: DovecotServer
  beforeAll(async () => {
    server = await createDovecot(['support'])
    await server.start()
    const body = 'x'.repeat(BYTES)
    const letters = Array.from({ length: COUNT }, (_, n) =>
      letter(`old ${n}`, { from: `c${n % 50}@customer.test`, body }),
    )
    await server.deliverBulk(letters, 'support')
  })
  afterAll(() => server.remove())

  it('takes all, few at a time, lets new ones pass, and goes on where it was cut off', async () => {
    const checkpoint = emptyCheckpoint()
    let inFlight = 0
    let most = 0
    const journal = async (): Promise<void> => {
      inFlight += 1
      most = Math.max(most, inFlight)
      await new Promise((resolve) => setTimeout(resolve, 5))
      inFlight -= 1
    }
    const first = startSession(mailConfig(server.port), { checkpoint, journal })
    await expect.poll(() => first.items.length).toBeGreaterThan(COUNT / 10)
    await server.deliver(letter('new'), 'support')
    await first.has('new')
    const before = first.items.length
    expect(before).toBeLessThan(COUNT)
    await first.stop()

    const second = startSession(mailConfig(server.port), { checkpoint, journal })
    const all = () => new Set([...first.items, ...second.items].map(({ key }) => key))
    await expect.poll(() => all().size, { timeout: 300_000, interval: 200 }).toBe(COUNT + 1)
    await second.stop()
    expect(most).toBeLessThanOrEqual(50)
    // Nothing but the step that was cut off came twice.
    expect(first.items.length + second.items.length).toBeLessThanOrEqual(COUNT + 1 + 200)
    const order = (items: typeof first.items) =>
      items.filter(({ sender }) => sender === 'c7@customer.test').map(({ facts }) => Number(facts['uid']))
    expect(order(first.items)).toEqual(order(first.items).toSorted((a, b) => a - b))
    expect(order(second.items)).toEqual(order(second.items).toSorted((a, b) => a - b))
  })
})
