/** What is kept of letters: bodies, sources, files, reports; each once, whatever is replayed. */
import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import type { ConversationId } from '../../../src/domain/ids.ts'
import { openAttachmentForAgent } from '../../../src/services/open-attachment.ts'
import { openReport, openSource, readLetter } from '../../../src/services/read-letter.ts'
import { freshDatabase } from '../../harness/database.ts'
import { createLetterRig, file, type LetterRig, letter } from '../../harness/inbound-letters.ts'
import { MAX_ATTACHMENT_BYTES } from '../../harness/path-rig.ts'
import { png } from '../attachments/samples.ts'

const database = freshDatabase()
const open = (options = {}) => createLetterRig(database.stores, options)

async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const countOf = (name: string): Promise<number> => database.store.db.collection(name).countDocuments()

/** How many records of each kind there are. */
const kept = async () => ({
  attachments: await countOf('attachments'),
  files: await countOf('attachment-bytes.files'),
  letters: await countOf('letters'),
  sources: await countOf('letter_sources'),
  parts: await countOf('letter_source_parts'),
  messages: await countOf('messages'),
})

const read = async (rig: LetterRig, id: string) =>
  readLetter((await rig.message(id)).id, rig.agent, database.stores)

describe('a letter', () => {
  const HTML =
    '<p onclick="x()">Hello</p><img src="cid:logo@x"><img src="https://pixel.example/1.gif">' +
    '<blockquote class="tributary-quoted">old</blockquote><script>alert(1)</script>'
  const rich = (): InboundEvent =>
    letter({
      id: 'a',
      text: 'Hello',
      fullText: 'Hello\n> old',
      html: HTML,
      cc: ['bob@example.com'],
      subject: 'Lamp',
      headers: [
        { name: 'received', value: 'by here' },
        { name: 'subject', value: 'Lamp' },
      ],
      attachments: [
        file('logo.png', png(4, 4), 'logo@x'),
        file('page.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
        file('../../long\u202Ename.txt', Buffer.alloc(MAX_ATTACHMENT_BYTES + 1, 65)),
      ],
      authentication: { spf: 'pass', dkim: 'fail', dmarc: 'fail', by: 'mx.example' },
      forwardedFrom: { address: 'carl@example.com' },
    })

  it('is shown with all it has, its body apart, nothing active in it', async () => {
    const rig = open()
    await rig.receive([rig.entry(rich())])
    const message = await rig.message('a')
    expect(message.letter).toMatchObject({
      subject: 'Lamp',
      hasHtml: true,
      hasQuoted: true,
      hasSource: true,
      authentication: { dmarc: 'fail' },
      forwardedFrom: { address: 'carl@example.com' },
      cc: [{ address: 'bob@example.com' }],
    })
    const [logo, page, ...others] = message.attachments
    expect(others).toEqual([])
    expect(logo).toMatchObject({ name: 'logo.png', contentType: 'image/png', contentId: 'logo@x', width: 4 })
    expect(page).toMatchObject({ name: 'page.png', contentType: 'application/octet-stream' })
    // What is too large to be kept is named where it is missed.
    expect(message.text).toBe('Hello\n\n[Not kept beside the letter, but in its source: .. .. long name.txt]')
    const body = await read(rig, 'a')
    expect(body).toEqual({
      text: 'Hello\n> old',
      html:
        `<p>Hello</p><img src="/api/v1/attachments/${logo?.id}?inline=1" /><img data-remote-image="0" />` +
        '<blockquote class="tributary-quoted">old</blockquote>',
      remoteImages: 1,
      headers: [
        { name: 'received', value: 'by here' },
        { name: 'subject', value: 'Lamp' },
      ],
    })
    const opened = await openAttachmentForAgent(logo?.id ?? '', rig.agent, {
      ...database.stores,
      fetchAttachment: async (one) => one,
    })
    expect(opened.showable).toBe(true)
    expect(await bytesOf(await opened.read())).toEqual(png(4, 4))
  })

  it('has its raw source, byte for byte, also a large one', async () => {
    const rig = open()
    const entry = rig.entry(letter({ id: 'a', text: 'x', fullText: 'é'.repeat(1_300_000) }))
    await rig.receive([entry])
    const source = await openSource((await rig.message('a')).id, rig.agent, database.stores)
    expect(source).toMatchObject({ contentType: 'message/rfc822', sizeBytes: entry.body.byteLength })
    expect(source.sizeBytes).toBeGreaterThan(2_000_000)
    expect((await bytesOf(source.read())).equals(Buffer.from(entry.body))).toBe(true)
    expect((await read(rig, 'a')).text.length).toBeLessThan(1_100_000)
  })

  it('is kept once, however often it comes', async () => {
    const rig = open()
    const entry = rig.entry(rich())
    await rig.receive([entry])
    const once = await kept()
    expect(once).toMatchObject({ attachments: 2, files: 2, letters: 1, sources: 1, parts: 1 })
    await rig.receive([entry])
    rig.state.nowMs += 3_600_000
    await rig.receive([rig.entry(rich())])
    await rig.receive([rig.entry(rich()), rig.entry(rich())])
    expect(await kept()).toEqual(once)
    expect((await read(rig, 'a')).html).toContain('Hello')
  })

  it('is kept once and whole when the database goes away at any moment of it', async () => {
    const stores = database.stores
    const parts = [
      ['attachments', 'storeContent'],
      ['letterSources', 'keep'],
      ['letters', 'record'],
      ['messages', 'recordInbound'],
    ] as const
    const cases = parts.flatMap((part) =>
      (['before', 'after'] as const).map((when) => [...part, when] as const),
    )
    for (const [store, method, when] of cases) {
      const rig = open()
      const before = await kept()
      const real = stores[store] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
      const original = real[method]
      if (!original) throw new Error('no such method')
      const entry = rig.entry(rich())
      real[method] = async (...args) => {
        if (when === 'after') await original.apply(real, args)
        throw new Error('away')
      }
      try {
        await expect(rig.receive([entry])).rejects.toThrow('away')
      } finally {
        real[method] = original
      }
      await rig.receive([entry])
      expect(await kept()).toMatchObject({
        messages: before.messages + 1,
        attachments: before.attachments + 2,
        files: before.files + 2,
        letters: before.letters + 1,
        sources: before.sources + 1,
      })
      expect((await rig.conversationOf('a')).unreadCount).toBe(1)
      const source = await openSource((await rig.message('a')).id, rig.agent, stores)
      expect((await bytesOf(source.read())).byteLength).toBe(source.sizeBytes)
    }
  })

  it('takes over a file whose storing a crash cut short', async () => {
    const rig = open()
    const entry = rig.entry(rich())
    const records = database.store.db.collection('attachments')
    await rig.receive([entry])
    const { id, attachments } = await rig.message('a')
    // As a crash leaves it: the record without its content, the message not yet there.
    await records.updateOne(
      { _id: attachments[0]?.id as never },
      { $set: { state: 'uploading', contentType: 'application/octet-stream', sizeBytes: 0 } },
    )
    await database.store.db.collection('messages').deleteMany({ externalId: 'mail-a' })
    const before = await kept()
    await rig.receive([entry])
    const again = await rig.message('a')
    expect(again.id).toBe(id)
    expect(again.attachments).toEqual(attachments)
    expect(await kept()).toEqual({ ...before, messages: before.messages + 1 })
  })

  it('of any length is shown shortened and kept', async () => {
    const rig = open()
    await rig.receive([rig.entry(letter({ id: 'a', text: '😀'.repeat(600_000) }))])
    const { text } = await rig.message('a')
    expect(text.length).toBeLessThan(101_000)
    expect(text.isWellFormed()).toBe(true)
    expect(text).toContain('source of the letter')
    expect((await read(rig, 'a')).text.length).toBeGreaterThan(900_000)
  })

  it('with more files, addresses, headers and references than anybody reads is cut to what is read', async () => {
    const rig = open()
    const many = <T>(count: number, of: (index: number) => T): T[] =>
      Array.from({ length: count }, (_, i) => of(i))
    await rig.receive([
      rig.entry(
        letter({
          id: 'a',
          cc: many(5_000, (index) => `${index}@example.com`),
          references: many(100_000, (index) => `ref-${index}`),
          tokens: many(10_000, () => 'a'.repeat(32)),
          headers: many(1_000, (index) => ({ name: `x-${index}`, value: 'y'.repeat(12_000) })),
          attachments: many(250, (index) => file(`${index}.txt`, Buffer.from('x'))),
          threadKey: 'a',
        }),
      ),
    ])
    const { letter: said, attachments, text } = await rig.message('a')
    expect(said?.cc).toHaveLength(200)
    expect(attachments).toHaveLength(200)
    expect(text).toContain('200.txt')
    const { headers } = await read(rig, 'a')
    expect(JSON.stringify(headers).length).toBeLessThan(250_000)
    expect(headers.length).toBeGreaterThan(10)
  })
})

describe('a report on a message of ours', () => {
  const bounce = (externalId: string): InboundEvent => ({
    type: 'status',
    externalId,
    status: 'failed',
    atMs: 0,
    errorCode: 'mailbox-unknown',
    errorDetail: '550 no such user',
    keepSource: true,
  })

  async function sent(
    rig: LetterRig,
  ): Promise<{ id: string; conversationId: ConversationId; externalId: string }> {
    await rig.receiveEach(letter({ id: 'a' }))
    const { id: conversationId } = await rig.conversationOf('a')
    const { messages } = await rig.reply(conversationId, 'Hi')
    const [message] = messages
    if (!message) throw new Error('nothing to send')
    return { id: message.id, conversationId, externalId: `out-${message.id}` }
  }

  const expectReport = async (rig: LetterRig, externalId: string, body: Uint8Array) => {
    const [message] = await database.stores.messages.findByExternalIds(rig.channelId, [externalId])
    if (!message) throw new Error('it is not there')
    expect(message).toMatchObject({
      status: 'failed',
      delivery: { hasReport: true, errorCode: 'mailbox-unknown' },
    })
    // It stays when everything that waits in vain is swept.
    await database.stores.letterSources.sweep(new Date(rig.state.nowMs + 30 * 86_400_000))
    const report = await openReport(message.id, rig.agent, database.stores)
    expect((await bytesOf(report.read())).equals(Buffer.from(body))).toBe(true)
  }

  it('marks it failed and can be read, also when it comes again', async () => {
    const rig = open()
    const { conversationId, externalId } = await sent(rig)
    await rig.deliver(conversationId)
    const entry = rig.entry(bounce(externalId))
    await rig.receive([entry])
    await expectReport(rig, externalId, entry.body)
    await rig.receive([entry, rig.entry(bounce(externalId))])
    await expectReport(rig, externalId, entry.body)
  })

  it('that comes before we know that it was sent waits for it', async () => {
    const rig = open()
    const { conversationId, externalId } = await sent(rig)
    const entry = rig.entry(bounce(externalId))
    await rig.receive([entry])
    await rig.deliver(conversationId)
    await expectReport(rig, externalId, entry.body)
  })

  it('on a message that arrived after all, or on none, is kept for a while and then not', async () => {
    const rig = open()
    const { conversationId, externalId } = await sent(rig)
    await rig.deliver(conversationId)
    await rig.receive([rig.entry({ type: 'status', externalId, status: 'delivered', atMs: 0 })])
    await rig.receive([rig.entry(bounce(externalId)), rig.entry(bounce('never-sent'))])
    const [message] = await database.stores.messages.findByExternalIds(rig.channelId, [externalId])
    expect(message).toMatchObject({ status: 'delivered' })
    expect(message?.delivery?.hasReport).toBeUndefined()
    await expect(openReport(message?.id ?? ('' as never), rig.agent, database.stores)).rejects.toThrow()
    const { sources, parts } = await kept()
    expect(await database.stores.letterSources.sweep(new Date(rig.state.nowMs + 7 * 86_400_000))).toBe(0)
    expect(await database.stores.letterSources.sweep(new Date(rig.state.nowMs + 9 * 86_400_000))).toBe(2)
    expect(await kept()).toMatchObject({ sources: sources - 2, parts: parts - 2 })
  })
})
