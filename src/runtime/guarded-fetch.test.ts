import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuardedFetch, isAllowedAddress } from './guarded-fetch.ts'

let canary: Server
let port = 0
let connections = 0

beforeAll(async () => {
  canary = createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: '/elsewhere' }).end()
    else if (request.url === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000)))
    } else if (request.url === '/echo') {
      response.writeHead(200, { 'x-type': request.headers['content-type'] ?? '' })
      request.pipe(response)
    } else if (request.url === '/slow') {
      let bytes = 0
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
      })
      request.on('end', () => setTimeout(() => response.end(String(bytes)), 1_500))
    } else if (request.url !== '/never') response.end('canary')
  })
  canary.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => canary.listen(0, '::', resolve))
  port = (canary.address() as AddressInfo).port
})
afterAll(() => {
  canary.closeAllConnections()
  canary.close()
})

const INTERNAL = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0x7f.0.0.1',
  '0177.0.0.1',
  '017700000001',
  '127.0.0.1.',
  '127.255.255.254',
  '0.0.0.0',
  '0',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001::7f00:1]',
  '[fe80::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  '①②⑦.0.0.1',
]

describe('the guarded fetch', () => {
  it.each(INTERNAL)('makes no connection to %s', async (host) => {
    const before = connections
    await expect(createGuardedFetch()(`http://${host}:${port}/`)).rejects.toMatchObject({
      code: 'destination-not-allowed',
    })
    expect(connections).toBe(before)
  })

  it.each([
    ['only an internal address', [{ address: '127.0.0.1', family: 4 }]],
    [
      'an internal address beside a public one',
      [
        { address: '93.184.216.34', family: 4 },
        { address: '::1', family: 6 },
      ],
    ],
    ['no address', []],
  ])('makes no connection for a name that has %s', async (_what, addresses) => {
    const before = connections
    const fetch = createGuardedFetch({ lookup: async () => addresses })
    await expect(fetch(`http://wild.example:${port}/`)).rejects.toMatchObject({
      code: 'destination-not-allowed',
    })
    expect(connections).toBe(before)
  })

  it('judges the address that is connected to, not one of an earlier look', async () => {
    const answers = ['93.184.216.34', '127.0.0.1']
    let asked = 0
    const fetch = createGuardedFetch({
      timeoutMs: 300,
      lookup: async () => [{ address: answers[Math.min(asked++, 1)] ?? '', family: 4 }],
    })
    const before = connections
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.toThrow()
    await expect(fetch(`http://rebind.example:${port}/`)).rejects.toThrow()
    expect(connections).toBe(before)
  })

  it.each(['file:///etc/passwd', 'data:text/plain,x', 'ftp://example.com/', 'gopher://example.com/'])(
    'takes no other scheme: %s',
    async (url) => {
      await expect(createGuardedFetch()(url)).rejects.toThrow()
    },
  )

  it('takes no credentials in an address', async () => {
    await expect(createGuardedFetch()(`http://user:pass@localhost:${port}/`)).rejects.toThrow()
  })

  it('reaches an internal network that the operator named', async () => {
    const fetch = createGuardedFetch({ allow: ['127.0.0.0/8'] })
    const response = await fetch(`http://127.0.0.1:${port}/`)
    expect(await response.text()).toBe('canary')
    await expect(fetch(`http://[::1]:${port}/`)).rejects.toMatchObject({ code: 'destination-not-allowed' })
  })

  it('hands redirects back instead of following them', async () => {
    const response = await createGuardedFetch({ allow: ['127.0.0.1'] })(`http://127.0.0.1:${port}/redirect`)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('/elsewhere')
  })

  it('stops an answer that unpacks to more than allowed', async () => {
    const fetch = createGuardedFetch({ allow: ['127.0.0.1'], maxResponseBytes: 1_000_000 })
    const response = await fetch(`http://127.0.0.1:${port}/bomb`)
    await expect(response.arrayBuffer()).rejects.toMatchObject({ code: 'response-too-large' })
  })

  it('gives up on a server that never answers', async () => {
    const fetch = createGuardedFetch({ allow: ['127.0.0.1'], timeoutMs: 100 })
    await expect(fetch(`http://127.0.0.1:${port}/never`)).rejects.toThrow()
  })

  it('gives a large body the time that it takes on a slow line', async () => {
    const fetch = createGuardedFetch({ allow: ['127.0.0.1'], timeoutMs: 200, slowestBytesPerSecond: 10_000 })
    const slowly = (body: Uint8Array<ArrayBuffer>) =>
      fetch(`http://127.0.0.1:${port}/slow`, { method: 'POST', body })
    await expect(slowly(new Uint8Array(10))).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(await (await slowly(new Uint8Array(300_000))).text()).toBe('300000')
  })

  it('carries forms and their boundary', async () => {
    const form = new FormData()
    form.set('file', new Blob(['bytes']), 'a.txt')
    const fetch = createGuardedFetch({ allow: ['127.0.0.1'] })
    const response = await fetch(`http://127.0.0.1:${port}/echo`, { method: 'POST', body: form })
    expect(response.headers.get('x-type')).toMatch(/^multipart\/form-data; boundary=/)
    expect(await response.text()).toContain('bytes')
  })

  it('knows the public internet', () => {
    for (const address of ['93.184.216.34', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8']) {
      expect(isAllowedAddress(address)).toBe(true)
    }
    expect(isAllowedAddress('not an address')).toBe(false)
  })
})
