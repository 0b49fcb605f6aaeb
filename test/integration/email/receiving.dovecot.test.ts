import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { emptyCheckpoint, mailConfig } from './mail-context.ts'
import { letter, startSession } from './mail-session.ts'

const HOUR_MS = 3_600_000

/** Neither a poll nor a probe of the connection can be what finds a letter. */
const NOTHING_BUT_IDLE = {
  pollMs: HOUR_MS,
  patience: { connectMs: 5_000, greetingMs: 5_000, silenceMs: HOUR_MS },
}

const numbered = (count: number, word = 'letter') =>
  Array.from({ length: count }, (_, n) => `${word} ${n + 1}`)

describe('a mailbox', () => {
  let server: DovecotServer
  let users = 0
  /** Each test has a mailbox of its own. */
  const nextUser = () => `user${++users}`
  beforeAll(async () => {
    server = await createDovecot(Array.from({ length: 30 }, (_, n) => `user${n + 1}`))
    await server.start()
  })
  afterAll(() => server.remove())

  it('announces a letter by IDLE, long before it would be looked at again', async () => {
    const user = nextUser()
    const session = startSession(mailConfig(server.port, { user }), { rhythm: NOTHING_BUT_IDLE })
    await expect.poll(() => session.health.at(-1)?.state).toBe('healthy')
    for (const subject of numbered(3)) {
      await server.deliver(letter(subject), user)
      await session.has(subject)
    }
    await session.stop()
    expect(session.subjects()).toEqual(numbered(3))
  })

  it('is read without changing a flag, and each letter comes with its facts', async () => {
    const user = nextUser()
    await server.deliver(letter('facts', { from: '"A, B" <Ann@Customer.test>' }), user)
    const session = startSession(mailConfig(server.port, { user, authservIds: ['mx.one', 'mx.two'] }))
    await session.has('facts')
    await session.stop()
    const [flags] = await server.show(user, 'flags')
    expect(flags).not.toContain('Seen')
    const [item] = session.items
    expect(item).toMatchObject({
      sender: 'ann@customer.test',
      contentType: 'message/rfc822',
      facts: {
        mailbox: 'INBOX',
        uid: '1',
        ownAddresses: 'support@example.test help@example.test',
        authservIds: 'mx.one mx.two',
        checked: '',
      },
    })
    expect(item?.key).toBe(`INBOX:${item?.facts['uidValidity']}:1`)
    expect(Number(item?.facts['sizeBytes'])).toBe(item?.body.length)
    expect(Math.abs(Number(item?.facts['internalDateMs']) - Date.now())).toBeLessThan(HOUR_MS)
  })

  it('has its senders checked by ourselves, but for letters that a trusted server has judged', async () => {
    const user = nextUser()
    const judged = (by: string, subject: string) =>
      `Authentication-Results: ${by}; spf=pass\r\n${letter(subject)}`
    await server.deliver(letter('unjudged'), user)
    await server.deliver(judged('mx.trusted', 'judged'), user)
    await server.deliver(judged('mx.forged', 'judged by whom?'), user)
    await server.deliver(letter('breaks the check'), user)
    const found = { spf: 'pass', dkim: 'none', dmarc: 'fail', by: 'tributary' } as const
    const session = startSession(
      mailConfig(server.port, { user, checkAuthentication: true, authservIds: ['MX.Trusted'] }),
      {
        checkAuthentication: async (raw) => {
          if (Buffer.from(raw).includes('breaks the check')) throw new Error('no answer')
          return found
        },
      },
    )
    await session.has('unjudged', 'judged', 'judged by whom?', 'breaks the check')
    await session.stop()
    const checked = session.items.map(({ facts }) => facts['checked'])
    expect(checked).toEqual([JSON.stringify(found), '', JSON.stringify(found), ''])
  })

  it('is taken from now on only, when asked so', async () => {
    const user = nextUser()
    await server.deliver(letter('before'), user)
    const session = startSession(mailConfig(server.port, { user, importFrom: 'now' }))
    await expect.poll(() => session.health.at(-1)?.state).toBe('healthy')
    await server.deliver(letter('after'), user)
    await session.has('after')
    await session.stop()
    expect(session.subjects()).toEqual(['after'])
  })

  it('goes on where it stood', async () => {
    const user = nextUser()
    const checkpoint = emptyCheckpoint()
    await server.deliver(letter('first'), user)
    const one = startSession(mailConfig(server.port, { user }), { checkpoint })
    await one.has('first')
    await one.stop()
    await server.deliver(letter('second'), user)
    const two = startSession(mailConfig(server.port, { user }), { checkpoint })
    await two.has('second')
    await two.stop()
    expect(two.subjects()).toEqual(['second'])
  })

  it('gives a letter again whose way to the journal was broken off', async () => {
    const user = nextUser()
    for (const subject of numbered(3)) await server.deliver(letter(subject), user)
    let broken = 0
    const session = startSession(mailConfig(server.port, { user }), {
      journal: async ({ facts }) => {
        if (facts['uid'] === '2' && broken++ < 2) throw new Error('the database is away')
      },
    })
    await session.has(...numbered(3))
    await session.stop()
    expect(broken).toBe(3)
    expect(new Set(session.items.map(({ key }) => key)).size).toBe(3)
    // It says nothing about the mailbox.
    expect(session.health.every(({ state }) => state === 'healthy')).toBe(true)
  })

  it('is not moved on in by who has lost the lease', async () => {
    const user = nextUser()
    const checkpoint = emptyCheckpoint()
    const stale = startSession(mailConfig(server.port, { user }), { checkpoint })
    await expect.poll(() => checkpoint.writes).toBeGreaterThan(0)
    await expect.poll(() => stale.health.at(-1)?.state).toBe('healthy')
    const before = JSON.stringify(checkpoint.value)
    checkpoint.fenced = true
    await server.deliver(letter('fenced'), user)
    await stale.has('fenced')
    await stale.stop()
    expect(JSON.stringify(checkpoint.value)).toBe(before)
    checkpoint.fenced = false
    const next = startSession(mailConfig(server.port, { user }), { checkpoint })
    await next.has('fenced')
    await next.stop()
    expect(next.items[0]?.key).toBe(stale.items[0]?.key)
  })

  it('without the folder is told so', async () => {
    const session = startSession(mailConfig(server.port, { user: nextUser(), folder: 'Nowhere' }))
    await expect
      .poll(() => session.health.at(-1))
      .toMatchObject({ state: 'failing', code: 'folder-not-found' })
    await session.stop()
  })

  it('with a wrong password is tried once, then left alone', async () => {
    let asked = 0
    const config = mailConfig(server.port, { user: nextUser(), password: 'wrong' })
    const session = startSession(config, {
      change: {
        resolveHost: async (host) => {
          asked += 1
          return host
        },
      },
    })
    await expect
      .poll(() => session.health.at(-1))
      .toMatchObject({ state: 'failing', code: 'bad-credentials' })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await session.stop()
    expect(asked).toBe(1)
    expect(JSON.stringify(session.health)).not.toContain('wrong')
  })
})
