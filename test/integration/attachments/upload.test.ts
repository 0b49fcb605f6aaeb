import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttachmentView } from '../../../src/domain/views.ts'
import { playEach } from '../../harness/permutations.ts'
import type { Agent } from '../http/test-server.ts'
import {
  formOf,
  MAX_BYTES,
  startWidgetServer,
  uploadAs,
  type Visitor,
  type WidgetServer,
} from '../widget/widget-server.ts'
import { HOSTILE_NAMES } from './hostile-names.ts'
import { DISGUISED, gif, gzipBomb, jpeg, png, SVG, webp } from './samples.ts'

let server: WidgetServer
let owner: Agent
let visitor: Visitor

beforeAll(async () => {
  server = await startWidgetServer()
  owner = (await server.owner()).agent
  const { id } = await server.channel(owner)
  visitor = await server.visitor(id)
})
afterAll(() => server.close())

const upload = (name: string, content: Buffer, type?: string) => {
  const { body, headers } = formOf(name, content, type === undefined ? {} : { type })
  return owner.post('/api/v1/attachments').set(headers).send(body)
}

async function traces(): Promise<{ records: number; files: number; chunks: number }> {
  const { db } = server.store
  const [records, files, chunks] = await Promise.all(
    ['attachments', 'attachment-bytes.files', 'attachment-bytes.chunks'].map((name) =>
      db.collection(name).countDocuments(),
    ),
  )
  return { records: records ?? 0, files: files ?? 0, chunks: chunks ?? 0 }
}

async function untilTraces(expected: Awaited<ReturnType<typeof traces>>): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    if (JSON.stringify(await traces()) === JSON.stringify(expected)) return
    await sleep(20)
  }
  expect(await traces()).toEqual(expected)
}

describe('what a file is', () => {
  it.each(DISGUISED.map(([name, content, type]) => [name, type, content] as const))(
    '%s is %s by its bytes',
    async (name, expected, content) => {
      for (const claimed of ['image/png', 'image/svg+xml', 'text/html', 'no type at all']) {
        const { body } = await upload(name, content, claimed).expect(201)
        expect(body).toMatchObject({ contentType: expected, sizeBytes: content.length })
        if (expected === 'application/octet-stream') expect(body).not.toHaveProperty('width')
      }
    },
  )

  it.each([
    ['image/png', png(640, 480)],
    ['image/gif', gif(640, 480)],
    ['image/jpeg', jpeg(640, 480)],
    ['image/jpeg', jpeg(640, 480, 300_000)],
    ['image/webp', webp('VP8 ', 640, 480)],
    ['image/webp', webp('VP8L', 640, 480)],
    ['image/webp', webp('VP8X', 640, 480)],
  ])('%s shows its size', async (contentType, content) => {
    const { body } = await upload('p', content).expect(201)
    expect(body).toMatchObject({ contentType, width: 640, height: 480 })
  })

  it('gives the bytes back as they came, unpacking nothing', async () => {
    const bomb = gzipBomb()
    const { body } = await upload('bomb.gz', bomb).expect(201)
    const answer = await owner.get(`/api/v1/attachments/${body.id}`).buffer(true).parse(collect).expect(200)
    expect(Buffer.compare(answer.body as Buffer, bomb)).toBe(0)
    const large = Buffer.alloc(MAX_BYTES, 7)
    const view = (await upload('large.bin', large).expect(201)).body as AttachmentView
    expect(view.sizeBytes).toBe(MAX_BYTES)
    const back = await owner.get(`/api/v1/attachments/${view.id}`).buffer(true).parse(collect).expect(200)
    expect(Buffer.compare(back.body as Buffer, large)).toBe(0)
  })
})

describe('what a file is called', () => {
  it(`is for display only, whatever it is (${HOSTILE_NAMES.length} names)`, async () => {
    expect(HOSTILE_NAMES.length).toBeGreaterThan(300)
    await playEach(HOSTILE_NAMES, async (name) => {
      const answer = await upload(name, Buffer.from('x'))
      expect(answer.status, JSON.stringify(name)).toBe(201)
      const view = answer.body as AttachmentView
      expect(view.id).toMatch(/^[0-9a-f]{32}$/)
      expect(view.name.length).toBeLessThanOrEqual(255)
      expect(view.name, JSON.stringify(name)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]|^\.{0,2}$/u)
      const download = await owner.get(`/api/v1/attachments/${view.id}`)
      expect(download.status, JSON.stringify(name)).toBe(200)
      const disposition = download.headers['content-disposition'] as string
      expect(disposition).toMatch(
        /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.~!#$&+^`|%-]+$/,
      )
      expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(view.name)
      expect(download.headers).not.toHaveProperty('set-cookie.1')
    })
  })

  it('is refused as a broken form when it breaks the form itself', async () => {
    for (const name of HOSTILE_NAMES.filter((one) => /[\u0000-\u001f\u007f]/.test(one))) {
      const { body, headers } = formOf(name, Buffer.from('x'), { raw: true })
      const answer = await owner.post('/api/v1/attachments').set(headers).send(body)
      expect([201, 400], JSON.stringify(name)).toContain(answer.status)
    }
    expect(server.logs()).not.toContain('a request failed')
  })

  it('keeps an honest name in any script', async () => {
    for (const name of [
      'Rechnung März.pdf',
      '请求.docx',
      'فاتورة.pdf',
      'photo (1).png',
      '50%.txt',
      "O'Neil.txt",
    ]) {
      expect((await upload(name, Buffer.from('x')).expect(201)).body.name).toBe(name)
    }
  })
})

describe('how a file is served', () => {
  it('is saved, not opened, and may do nothing', async () => {
    for (const content of [SVG, Buffer.from('plain'), png(3, 3)]) {
      const { body } = await upload('f', content).expect(201)
      const { headers } = await owner.get(`/api/v1/attachments/${body.id}`).expect(200)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'private, no-cache',
        'content-length': String(content.length),
      })
      expect(headers['content-disposition']).toMatch(/^attachment;/)
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
    }
  })

  it('shows only pictures of a sensible size in place', async () => {
    const disposition = async (content: Buffer): Promise<string> => {
      const { body } = await upload('f.png', content, 'image/png').expect(201)
      const { headers } = await owner.get(`/api/v1/attachments/${body.id}?inline=1`).expect(200)
      expect(headers['content-security-policy']).toMatch(/^sandbox;/)
      return `${headers['content-type']} ${headers['content-disposition']?.split(';')[0]}`
    }
    expect(await disposition(png(3, 3))).toBe('image/png inline')
    expect(await disposition(jpeg(3, 3))).toBe('image/jpeg inline')
    expect(await disposition(png(20_000, 20_000))).toBe('application/octet-stream attachment')
    expect(await disposition(SVG)).toBe('application/octet-stream attachment')
    expect(await disposition(Buffer.from('%PDF-1.7\n'))).toBe('application/pdf attachment')
    expect(await disposition(Buffer.from('text'))).toBe('text/plain; charset=utf-8 attachment')
  })

  it('is not sent again to who has it, and says only its head when only that is asked', async () => {
    const { body } = await upload('f', Buffer.from('x')).expect(201)
    const path = `/api/v1/attachments/${body.id}`
    const { headers } = await owner.get(path).expect(200)
    await owner
      .get(path)
      .set('if-none-match', headers['etag'] as string)
      .expect(304)
    const head = await owner.head(path).expect(200)
    expect(head.headers['content-length']).toBe('1')
  })
})

describe('what is refused', () => {
  it('says too large before, and while, it comes; nothing remains', async () => {
    const before = await traces()
    const tooLarge = Buffer.alloc(MAX_BYTES + 1, 1)
    for (const answer of [
      await upload('a', tooLarge),
      await upload('a', Buffer.alloc(MAX_BYTES + 200_000)),
    ]) {
      expect(answer.status).toBe(413)
      expect(answer.body).toMatchObject({ code: 'attachment-too-large', field: 'file', limit: MAX_BYTES })
    }
    const { body, headers } = formOf('a', Buffer.alloc(MAX_BYTES * 3, 1))
    const unannounced = await fetch(`${server.url}/widget/v1/${visitor.channelId}/attachments`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${visitor.token}` },
      body: new Blob([new Uint8Array(body)]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(unannounced.status).toBe(413)
    await untilTraces(before)
  })

  it('says what is wrong with a form', async () => {
    const before = await traces()
    const send = (headers: Record<string, string>, body: string | Buffer) =>
      owner.post('/api/v1/attachments').set(headers).send(body)
    const multipart = { 'content-type': 'multipart/form-data; boundary=b' }
    const part = (field: string, content: string) =>
      `--b\r\nContent-Disposition: form-data; name="${field}"; filename="f"\r\n\r\n${content}\r\n`
    const wrong: (readonly [Record<string, string>, string, number, string])[] = [
      [{ 'content-type': 'application/json' }, '{"file":"x"}', 415, 'unsupported-content-type'],
      [{ 'content-type': 'image/png' }, 'x', 415, 'unsupported-content-type'],
      [{ 'content-type': 'multipart/form-data' }, 'x', 415, 'unsupported-content-type'],
      [{ 'content-type': 'multipart/form-data; x=y' }, 'x', 400, 'invalid-input'],
      [multipart, '', 400, 'invalid-input'],
      [multipart, 'nonsense', 400, 'invalid-input'],
      [multipart, '--b--\r\n', 400, 'invalid-input'],
      [multipart, `${part('files', 'x')}--b--\r\n`, 400, 'invalid-input'],
      [multipart, `${part('file', 'x')}${part('file', 'y')}--b--\r\n`, 400, 'invalid-input'],
      [multipart, `${part('file[$ne]', 'x')}--b--\r\n`, 400, 'invalid-input'],
      [multipart, `${part('__proto__', 'x')}--b--\r\n`, 400, 'invalid-input'],
      [multipart, part('file', 'cut off'), 400, 'invalid-input'],
      [multipart, `${part('file', 'x').slice(0, -2)}`, 400, 'invalid-input'],
      [
        multipart,
        '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n',
        400,
        'invalid-input',
      ],
      [
        multipart,
        `${Array.from({ length: 50 }, (_, i) => `--b\r\nContent-Disposition: form-data; name="f${i}"\r\n\r\nx\r\n`).join('')}--b--\r\n`,
        400,
        'invalid-input',
      ],
    ]
    for (const [headers, body, status, code] of wrong) {
      const answer = await send(headers, body)
      expect([answer.status, answer.body.code], body.slice(0, 80)).toEqual([status, code])
    }
    await untilTraces(before)
    await owner.get('/api/v1/session').expect(200)
  })

  it('holds to the types that a channel takes, by bytes', async () => {
    const { id } = await server.channel(owner, {}, { type: 'picky' })
    const picky = await server.visitor(id)
    const before = await traces()
    expect((await uploadAs(server.url, picky, 'a.png', png(2, 2))).status).toBe(201)
    for (const content of [SVG, Buffer.from('text'), Buffer.concat([Buffer.from('MZ'), Buffer.alloc(99)])]) {
      const { status, body } = await uploadAs(server.url, picky, 'a.png', content, 'image/png')
      expect([status, body.code, body.field]).toEqual([415, 'attachment-type', 'file'])
    }
    expect(await traces()).toEqual({
      records: before.records + 1,
      files: before.files + 1,
      chunks: before.chunks + 1,
    })
  })

  it('takes no file where visitors may send none', async () => {
    const { id } = await server.channel(owner, { attachments: false })
    const { status, body } = await uploadAs(server.url, await server.visitor(id), 'a', Buffer.from('x'))
    expect([status, body.code]).toEqual([415, 'attachment-type'])
  })
})

describe('a sender who breaks off', () => {
  it('leaves nothing behind', async () => {
    const before = await traces()
    const { port } = new URL(server.url)
    const { body } = formOf('cut.bin', Buffer.alloc(MAX_BYTES - 10_000, 5))
    for (const share of [0.01, 0.3, 0.6, 0.99]) {
      const socket = connect(Number(port), '127.0.0.1')
      await once(socket, 'connect')
      socket.write(
        [
          `POST /widget/v1/${visitor.channelId}/attachments HTTP/1.1`,
          'Host: 127.0.0.1',
          `Authorization: Bearer ${visitor.token}`,
          'Content-Type: multipart/form-data; boundary=x-boundary-7f3a',
          `Content-Length: ${body.length}`,
          '',
          '',
        ].join('\r\n'),
      )
      socket.write(body.subarray(0, Math.floor(body.length * share)))
      // The record comes first: once it is there, the upload is under way.
      while ((await traces()).records === before.records) await sleep(5)
      socket.destroy()
      await untilTraces(before)
    }
    expect(server.logs()).not.toContain('a request failed')
  })
})

function collect(answer: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const response = answer as NodeJS.ReadableStream
  const parts: Buffer[] = []
  response.on('data', (part: Buffer) => parts.push(part))
  response.on('end', () => done(null, Buffer.concat(parts)))
}
