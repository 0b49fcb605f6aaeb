import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addLetter } from '../../fakes/imap/mailbox.ts'
import { type FakeImap, startFakeImap } from '../../fakes/imap/server.ts'
import { mailConfig } from './mail-context.ts'
import { letter, startSession } from './mail-session.ts'

const HOUR_MS = 3_600_000

/** Tries of one letter lie minutes and hours apart: here an hour passes in six seconds. */
const hastyClock = () => {
  const start = Date.now()
  return () => start + (Date.now() - start) * 600
}

describe('a mailbox server that misbehaves', () => {
  let server: FakeImap
  beforeEach(async () => {
    server = await startFakeImap()
  })
  afterEach(() => server.close())

  it('and shows a letter only after later ones loses none', async () => {
    const session = startSession(mailConfig(server.port))
    await expect.poll(() => session.health.at(-1)?.state).toBe('healthy')
    const late = addLetter(server.box, letter('late'), { hidden: true })
    addLetter(server.box, letter('in time'))
    server.announce()
    await session.has('in time')
    late.hidden = false
    await session.has('late')
    await session.stop()
    expect(session.subjects()).toEqual(['in time', 'late'])
  })

  it.each(['refuse', 'omit', 'drop'] as const)(
    'by a %s of one letter does not stop the others, and gives it later',
    async (how) => {
      for (const subject of ['one', 'two', 'three']) addLetter(server.box, letter(subject))
      let times = 0
      server.onFetch = ({ uid }) => (uid === 2 && times++ < 2 ? how : 'ok')
      const session = startSession(mailConfig(server.port), { change: { clock: hastyClock() } })
      await session.has('one', 'two', 'three')
      await expect.poll(() => session.health.at(-1)).toEqual({ state: 'healthy' })
      await session.stop()
    },
  )

  it('and never hands a letter over has its headers taken, and itself named as a file', async () => {
    for (const subject of ['one', 'two', 'three']) addLetter(server.box, letter(subject))
    server.onFetch = ({ uid }, what) => (uid === 2 && what === 'content' ? 'refuse' : 'ok')
    const session = startSession(mailConfig(server.port), { change: { clock: hastyClock() } })
    await session.has('one', 'two', 'three')
    expect(session.health).toContainEqual(
      expect.objectContaining({ state: 'degraded', code: 'letter-unreadable' }) as object,
    )
    await expect.poll(() => session.health.at(-1)).toEqual({ state: 'healthy' })
    await session.stop()
    const rescued = session.items.find(({ key }) => key.endsWith(':2'))
    expect(rescued?.contentType).toContain('partial-letter')
    expect(JSON.parse(Buffer.from(rescued?.body ?? []).toString())).toMatchObject({
      bodies: [],
      files: [{ name: 'letter.eml', contentType: 'message/rfc822' }],
    })
  })

  it('and says nothing for long is asked whether it lives, and goes on announcing', async () => {
    const session = startSession(mailConfig(server.port), {
      change: { clock: hastyClock() },
      rhythm: {
        pollMs: 500 * HOUR_MS,
        patience: { connectMs: 5_000, greetingMs: 5_000, silenceMs: 300 },
      },
    })
    const idles = () => server.lines.filter((line) => line.endsWith('IDLE')).length
    await expect.poll(idles).toBeGreaterThan(3)
    addLetter(server.box, letter('announced'))
    server.announce()
    await session.has('announced')
    await session.stop()
    expect(server.lines.filter((line) => line.includes('EXAMINE'))).toHaveLength(1)
    expect(session.health).toEqual([{ state: 'healthy' }])
  })

  it('and is too busy to sign anybody in is tried again soon: the password is not to blame', async () => {
    let busy = true
    server.accepts = () => !busy
    server.refusal = 'NO [ALERT] Too many simultaneous connections. (Failure)'
    addLetter(server.box, letter('one'))
    const session = startSession(mailConfig(server.port))
    await expect.poll(() => session.health.at(-1)).toMatchObject({ state: 'degraded', code: 'server-error' })
    busy = false
    await session.has('one')
    await session.stop()
  })

  it('and has no IDLE is looked at from time to time', async () => {
    const plain = await startFakeImap('AUTH=PLAIN SASL-IR')
    const session = startSession(mailConfig(plain.port))
    await expect.poll(() => session.health.at(-1)?.state).toBe('healthy')
    addLetter(plain.box, letter('polled'))
    await session.has('polled')
    await session.stop()
    expect(plain.lines.filter((line) => line.includes('IDLE'))).toEqual([])
    await plain.close()
  })

  it('is never asked for anything that changes it', async () => {
    addLetter(server.box, letter('one'))
    const session = startSession(mailConfig(server.port))
    await session.has('one')
    await session.stop()
    const commands = server.lines.join('\n')
    expect(commands).toContain('EXAMINE')
    expect(commands).not.toMatch(/SELECT|STORE|BODY\[|EXPUNGE|APPEND/)
  })
})
