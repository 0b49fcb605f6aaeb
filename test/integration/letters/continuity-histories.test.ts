/** Whatever happens in which order: no answer is lost, and none is sent on twice. */
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { MessageId } from '../../../src/domain/ids.ts'
import { createContinuityRig, MINUTE, WAIT } from '../../harness/continuity-rig.ts'
import { sharedDatabase } from '../../harness/database.ts'

const database = sharedDatabase()
const open = () => createContinuityRig(database.stores)

type Step = 'answer' | 'pass' | 'long' | 'sweep' | 'got-all' | 'got-last' | 'come' | 'go' | 'two' | 'crash'

it('every answer has arrived or is in exactly one letter, whatever happened in which order', async () => {
  const step = fc.constantFrom<Step>(
    ...([
      'answer',
      'answer',
      'pass',
      'long',
      'sweep',
      'got-all',
      'got-last',
      'come',
      'go',
      'two',
      'crash',
    ] as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
      const rig = await open()
      const said: { readonly id: MessageId; readonly text: string }[] = []
      const known = async () => database.stores.messages.findMany(said.map(({ id }) => id))
      const dying = (of: object, at: number) => {
        let calls = 0
        return Object.fromEntries(
          Object.entries(of).map(([name, act]) => [
            name,
            (...given: unknown[]) => {
              calls += 1
              if (calls === at) throw new Error('killed')
              return (act as (...given: unknown[]) => unknown)(...given)
            },
          ]),
        )
      }
      for (const [index, what] of steps.entries()) {
        if (what === 'answer') {
          const text = `answer ${randomUUID()}`
          said.push({ id: (await rig.answer(text)).id, text })
        } else if (what === 'pass') rig.pass(2 * MINUTE)
        else if (what === 'long') rig.pass(WAIT)
        else if (what === 'sweep') await rig.sweep()
        else if (what === 'got-all') await rig.hasGot(await known())
        else if (what === 'got-last') await rig.hasGot((await known()).slice(-1))
        else if (what === 'come' || what === 'go') rig.state.here = what === 'come'
        else if (what === 'two') await Promise.all([rig.sweep(), rig.sweep()])
        else {
          await rig
            .sweep({ continuations: dying(database.stores.continuations, (index % 7) + 1) as never })
            .catch(() => undefined)
        }
      }
      rig.state.here = false
      for (let round = 0; round < 4; round += 1) {
        rig.pass(WAIT)
        await rig.letterRound()
      }
      const texts = rig.letters.sent.map(({ text }) => text)
      for (const { id, text } of said) {
        const [message] = await database.stores.messages.findMany([id])
        const arrived = message?.status === 'delivered' || message?.status === 'read'
        const times = texts.filter((letter) => letter.includes(text)).length
        expect(arrived ? times <= 1 : times === 1).toBe(true)
      }
      expect((await rig.lines()).length).toBe(texts.length)
    }),
    { numRuns: 60 },
  )
}, 240_000)
