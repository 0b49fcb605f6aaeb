/** Pictures that letters name elsewhere: fetched for agents, and never a way into a network. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../../../src/runtime/guarded-fetch.ts'
import {
  createRemotePictures,
  MOST_PICTURE_BYTES,
  MOST_PICTURES_AT_ONCE,
} from '../../../src/services/remote-pictures.ts'
import { gif, jpeg, png, webp } from '../attachments/samples.ts'

let server: Server
let port = 0
let asked: { url: string; headers: IncomingHttpHeaders }[] = []

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
const ANSWERS: Readonly<Record<string, { type: string; body: Uint8Array | string }>> = {
  '/a.png': { type: 'image/png', body: png(3, 2) },
  '/a.jpg': { type: 'text/html', body: jpeg(3, 2) },
  '/a.gif': { type: 'application/octet-stream', body: gif(3, 2) },
  '/a.webp': { type: 'image/webp', body: webp('VP8X', 3, 2) },
  '/a.svg': { type: 'image/svg+xml', body: SVG },
  '/svg.png': { type: 'image/png', body: SVG },
  '/page.png': { type: 'image/png', body: '<html><script>alert(1)</script>' },
  '/text.png': { type: 'image/png', body: 'root:x:0:0' },
  '/empty.png': { type: 'image/png', body: '' },
  '/bomb.png': { type: 'image/png', body: png(60_000, 60_000) },
  '/huge.png': { type: 'image/png', body: Buffer.concat([png(3, 2), Buffer.alloc(MOST_PICTURE_BYTES)]) },
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push({ url, headers: request.headers })
    const steps = /^\/steps\/(\d)$/.exec(url)
    if (steps) {
      const left = Number(steps[1])
      response.writeHead(302, { location: left > 1 ? `/steps/${left - 1}` : '/a.png' }).end()
    } else if (url === '/inside') {
      response.writeHead(302, { location: `http://127.0.0.2:${port}/a.png` }).end()
    } else if (url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end()
    else if (url === '/nowhere') response.writeHead(302).end()
    else if (url === '/gone') response.writeHead(404, { 'content-type': 'image/png' }).end(png(3, 2))
    else if (url === '/cut') {
      response.writeHead(200, { 'content-length': '100000' })
      response.write(png(3, 2))
      setTimeout(() => response.destroy(), 20)
    } else if (url !== '/never') {
      const { type, body } = ANSWERS[url] ?? { type: 'text/plain', body: 'canary' }
      response.writeHead(200, { 'content-type': type, 'set-cookie': 'a=b' }).end(body)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

/** Only 127.0.0.1 stands for the world outside here. */
const outside = createRemotePictures({ fetch: createGuardedFetch({ allow: ['127.0.0.1'] }) })
const at = (path: string): string => `http://127.0.0.1:${port}${path}`

describe('a remote picture', () => {
  it.each([
    ['/a.png', 'image/png'],
    ['/a.jpg', 'image/jpeg'],
    ['/a.gif', 'image/gif'],
    ['/a.webp', 'image/webp'],
    ['/steps/3', 'image/png'],
  ])('%s is given as what its bytes are', async (path, contentType) => {
    const picture = await outside(at(path))
    expect(picture.contentType).toBe(contentType)
    expect(picture.bytes.byteLength).toBeGreaterThan(20)
  })

  it('is asked for without a word of who asks', async () => {
    await outside(`http://user:secret@127.0.0.1:${port}/steps/1`)
    expect(asked.map(({ url }) => url)).toEqual(['/steps/1', '/a.png'])
    for (const { headers } of asked) {
      for (const name of ['cookie', 'referer', 'authorization', 'origin', 'x-forwarded-for'])
        expect(headers).not.toHaveProperty(name)
    }
  })

  it.each([
    '/a.svg',
    '/svg.png',
    '/page.png',
    '/text.png',
    '/empty.png',
    '/bomb.png',
    '/huge.png',
    '/cut',
    '/gone',
    '/steps/4',
    '/file',
    '/nowhere',
    '/canary',
  ])('%s is refused, whatever it calls itself', async (path) => {
    await expect(outside(at(path))).rejects.toMatchObject({ code: 'remote-unavailable' })
  })

  it('is fetched beside few others, in turn, and waits for those that never come no longer than they may', async () => {
    let underWay = 0
    let most = 0
    const fetch = createGuardedFetch({ allow: ['127.0.0.1'] })
    const counting: typeof globalThis.fetch = async (...asking) => {
      underWay += 1
      most = Math.max(most, underWay)
      try {
        return await fetch(...asking)
      } finally {
        underWay -= 1
      }
    }
    const pictures = createRemotePictures({ fetch: counting, limitMs: 20_000 })
    const all = await Promise.all(Array.from({ length: 100 }, () => pictures(at('/a.png'))))
    expect(all).toHaveLength(100)
    expect(most).toBe(MOST_PICTURES_AT_ONCE)

    const hurried = createRemotePictures({ fetch: counting, limitMs: 500 })
    const never = await Promise.allSettled(Array.from({ length: 100 }, () => hurried(at('/never'))))
    expect(new Set(never.map(({ status }) => status))).toEqual(new Set(['rejected']))
    await expect(pictures(at('/a.png'))).resolves.toMatchObject({ contentType: 'image/png' })
    await expect(hurried(at('/never'))).rejects.toMatchObject({ code: 'remote-unavailable' })
    expect(underWay).toBe(0)
  })

  it('that never comes is given up', async () => {
    const impatient = createRemotePictures({
      fetch: createGuardedFetch({ allow: ['127.0.0.1'] }),
      limitMs: 200,
    })
    await expect(impatient(at('/never'))).rejects.toMatchObject({ code: 'remote-unavailable' })
  })
})

describe('no picture of a letter', () => {
  const product = createRemotePictures({ fetch: createGuardedFetch() })

  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    'localhost',
    'localhost.',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    'a@127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '192.168.1.1',
  ])('reaches %s', async (host) => {
    await expect(product(`http://${host}:${port}/a.png`)).rejects.toMatchObject({
      code: 'remote-unavailable',
    })
    // Other programs may knock at a port that was theirs a moment ago; none of them asks for this.
    expect(asked).toEqual([])
  })

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/a.png',
    'data:image/png;base64,AAAA',
    'gopher://127.0.0.1/',
  ])('is %s', async (url) => {
    await expect(product(url)).rejects.toMatchObject({ code: 'remote-unavailable' })
  })

  it('is led inside by a redirect', async () => {
    await expect(outside(at('/inside'))).rejects.toMatchObject({ code: 'remote-unavailable' })
    expect(asked.map(({ url }) => url)).toEqual(['/inside'])
  })
})
