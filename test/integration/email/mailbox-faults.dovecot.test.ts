import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RawItem } from '../../../src/contract/connector.ts'
import { createDovecot, type DovecotServer } from '../../harness/dovecot.ts'
import { emptyCheckpoint, mailConfig } from './mail-context.ts'
import { letter, type MailSession, startSession, subjectOf } from './mail-session.ts'

const numbered = (count: number, word = 'letter') =>
  Array.from({ length: count }, (_, n) => `${word} ${n + 1}`)

const text = ({ body }: RawItem): string => Buffer.from(body).toString('latin1')

const messageId = (item: RawItem): string => /^message-id: (.*?)\r?$/im.exec(text(item))?.[1] ?? ''

describe('a mailbox in trouble', () => {
  let server: DovecotServer
  beforeEach(async () => {
    server = await createDovecot(['support'])
    await server.start()
  })
  afterEach(() => server.remove())

  const connected = (session: MailSession) =>
    expect.poll(() => session.health.at(-1)).toEqual({ state: 'healthy' })

  it.each(['stop', 'kill'] as const)('is connected to again after a %s of its server', async (how) => {
    const session = startSession(mailConfig(server.port))
    await connected(session)
    await server[how]()
    await expect
      .poll(() => session.health.at(-1))
      .toMatchObject({ state: 'degraded', code: expect.stringMatching(/^connection-/) as string })
    await server.start()
    await server.deliver(letter('after the restart'), 'support')
    await session.has('after the restart')
    await connected(session)
    await session.stop()
    expect(session.subjects()).toEqual(['after the restart'])
  })

  it('that stands still is noticed, though its connection stays open', async () => {
    const session = startSession(mailConfig(server.port), {
      rhythm: { pollMs: 300, patience: { connectMs: 500, greetingMs: 500, silenceMs: 500 } },
    })
    await connected(session)
    server.freeze()
    await expect.poll(() => session.health.at(-1)).toMatchObject({ state: 'degraded', code: 'timeout' })
    server.thaw()
    await server.deliver(letter('after the thaw'), 'support')
    await session.has('after the thaw')
    await session.stop()
  })

  it('that numbers its letters anew loses none, and those that come again are the same letters', async () => {
    for (const subject of numbered(5)) await server.deliver(letter(subject), 'support')
    const session = startSession(mailConfig(server.port))
    await session.has(...numbered(5))
    const before = session.items.length
    await server.renumber('support')
    await server.deliver(letter('under the new numbers'), 'support')
    await session.has('under the new numbers')
    await expect.poll(() => session.items.length).toBeGreaterThanOrEqual(before + 6)
    await session.stop()
    const [old, fresh] = [session.items.slice(0, before), session.items.slice(before)]
    expect(fresh[0]?.facts['uidValidity']).not.toBe(old[0]?.facts['uidValidity'])
    expect(new Set(session.items.map(({ key }) => key)).size).toBe(session.items.length)
    // The core knows a letter by its Message-ID and its content: to that, the doubles are nothing new.
    const doubles = fresh.filter((item) => subjectOf(item) !== 'under the new numbers')
    expect(doubles).toHaveLength(5)
    for (const item of doubles) {
      const same = old.find((one) => messageId(one) === messageId(item))
      expect(same && text(same)).toBe(text(item))
    }
  })

  it('that numbers its letters anew while nobody is connected loses none', async () => {
    const checkpoint = emptyCheckpoint()
    await server.deliver(letter('one'), 'support')
    const before = startSession(mailConfig(server.port, { importFrom: 'now' }), { checkpoint })
    await connected(before)
    await server.deliver(letter('two'), 'support')
    await before.has('two')
    await before.stop()
    await server.renumber('support')
    for (const subject of numbered(3, 'away')) await server.deliver(letter(subject), 'support')
    const after = startSession(mailConfig(server.port, { importFrom: 'now' }), { checkpoint })
    await after.has(...numbered(3, 'away'))
    await after.stop()
  })

  it('that goes back to an earlier state under the same numbering loses none', async () => {
    const checkpoint = emptyCheckpoint()
    for (const subject of numbered(3)) await server.deliver(letter(subject), 'support')
    const before = startSession(mailConfig(server.port), { checkpoint })
    await before.has(...numbered(3))
    await before.stop()
    // As if it had been at UID 50 once.
    const { cursor } = checkpoint.value as { cursor: object }
    checkpoint.value = { ...checkpoint.value, cursor: { ...cursor, lastUid: 50 } }
    const after = startSession(mailConfig(server.port), { checkpoint })
    await server.deliver(letter('after the restore'), 'support')
    await after.has('after the restore')
    await after.stop()
    const keys = [...before.items, ...after.items].map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('whose folder is renamed is told, and taken up again when it is back', async () => {
    await server.doveadm('mailbox', 'create', '-u', 'support', 'Tickets')
    const session = startSession(mailConfig(server.port, { folder: 'Tickets' }))
    await connected(session)
    await server.doveadm('mailbox', 'rename', '-u', 'support', 'Tickets', 'Elsewhere')
    await expect
      .poll(() => session.health.at(-1))
      .toMatchObject({ state: 'failing', code: 'folder-not-found' })
    await server.doveadm('mailbox', 'rename', '-u', 'support', 'Elsewhere', 'Tickets')
    await connected(session)
    await server.deliverBulk([letter('back again')], 'support', 'Tickets')
    await session.has('back again')
    await session.stop()
  })

  it('whose folder is deleted and made again is taken up with the letters of the new one', async () => {
    await server.doveadm('mailbox', 'create', '-u', 'support', 'Tickets')
    await server.deliverBulk([letter('in the old one')], 'support', 'Tickets')
    const session = startSession(mailConfig(server.port, { folder: 'Tickets' }))
    await session.has('in the old one')
    await server.doveadm('mailbox', 'delete', '-u', 'support', 'Tickets')
    await expect
      .poll(() => session.health.at(-1))
      .toMatchObject({ state: 'failing', code: 'folder-not-found' })
    await server.doveadm('mailbox', 'create', '-u', 'support', 'Tickets')
    await server.deliverBulk([letter('in the new one')], 'support', 'Tickets')
    await session.has('in the new one')
    await session.stop()
  })

  it('whose letters are deleted while they are fetched gives all the others', async () => {
    const body = 'x'.repeat(200_000)
    await server.deliverBulk(
      numbered(120).map((subject) => letter(subject, { body })),
      'support',
    )
    let deleted = false
    const session = startSession(mailConfig(server.port), {
      journal: async () => {
        if (deleted) return sleep(2)
        deleted = true
        await server.doveadm('expunge', '-u', 'support', 'mailbox', 'INBOX', 'uid', '60:99,110')
      },
    })
    const kept = numbered(120).filter((_, n) => n + 1 < 60 || (n + 1 > 99 && n + 1 !== 110))
    await session.has(...kept)
    await server.deliver(letter('the next one'), 'support')
    await session.has('the next one')
    await session.stop()
    expect(new Set(session.items.map(({ key }) => key)).size).toBe(session.items.length)
    expect(session.health.at(-1)).toEqual({ state: 'healthy' })
  })
})
