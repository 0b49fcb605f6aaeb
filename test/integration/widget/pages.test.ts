import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../http/test-server.ts'
import { FRAME, LOADER, startWidgetServer, type WidgetServer } from './widget-server.ts'

let server: WidgetServer
let owner: Agent

beforeAll(async () => {
  server = await startWidgetServer()
})
afterAll(() => server.close())

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

const policyOf = (answer: Response): ReadonlyMap<string, string> =>
  new Map(
    (answer.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources.join(' ')] as const
    }),
  )

describe('the demo page', () => {
  it('says what to do before there is a channel', async () => {
    const answer = await get('/demo')
    expect(answer.status).toBe(200)
    const html = await answer.text()
    expect(html).toContain('There is no chat to show yet')
    expect(html).not.toContain('<script')
    owner = (await server.owner()).agent
    await pauseAll()
  })

  it('carries the snippet of the first channel, and allows exactly what stands in it', async () => {
    const first = await server.channel(owner)
    await server.channel(owner)
    const answer = await get('/demo')
    const html = await answer.text()
    expect(html).toContain(first.snippet)
    expect(html).toContain('href="/"')
    const policy = policyOf(answer)
    for (const [tag, directive] of [
      ['script', 'script-src'],
      ['style', 'style-src'],
    ] as const) {
      const inline = [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
      expect(inline.length).toBeGreaterThan(0)
      for (const [, content = ''] of inline) {
        const digest = createHash('sha256').update(content).digest('base64')
        expect(policy.get(directive)).toContain(`'sha256-${digest}'`)
      }
      expect(policy.get(directive)).not.toContain('unsafe')
    }
    expect(policy.get('default-src')).toBe("'none'")
    expect(policy.get('frame-ancestors')).toBe("'none'")
    // Nothing is loaded from anywhere else.
    const addresses = [...html.matchAll(/(?:src|href)="(https?:[^"]*)"/g)].map(
      ([, address = '']) => new URL(address).origin,
    )
    expect(new Set(addresses)).toEqual(new Set([server.url]))
    expect(html).not.toMatch(/\son\w+=|style="/)
  })

  it('tells when the channel does not allow this server', async () => {
    await pauseAll()
    await server.channel(owner, { allowedDomains: ['shop.example'] })
    const html = await (await get('/demo')).text()
    expect(html).toContain('The chat is not allowed on this page')
    expect(html).toContain(new URL(server.url).host)
  })
})

async function pauseAll(): Promise<void> {
  const { body } = await owner.get('/api/v1/channels').expect(200)
  for (const { id, version, paused } of body.items) {
    if (!paused) await owner.patch(`/api/v1/channels/${id}`).send({ paused: true, version }).expect(200)
  }
}

describe('the loader', () => {
  it('may run on any site, and is kept for a short while', async () => {
    const answer = await get('/widget/loader.js')
    expect(await answer.text()).toBe(LOADER)
    expect(answer.headers.get('content-type')).toMatch('text/javascript')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    expect(answer.headers.get('set-cookie')).toBeNull()
    const again = await get('/widget/loader.js', { 'if-none-match': answer.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
  })

  it('has its parts under names that change with them', async () => {
    const answer = await get('/widget/assets/frame-abc123.js')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    for (const path of ['', 'nothing.js', '..%2fframe.html', '%2e%2e/frame.html', '.hidden', '%00']) {
      expect([400, 404], path).toContain((await get(`/widget/assets/${path}`)).status)
    }
    for (const path of ['', '/', '/frame', '/v1', '/nothing', '/frame.html']) {
      expect((await get(`/widget${path}`)).status, path).toBe(404)
    }
  })

  it('answers other methods as what they are', async () => {
    const { id } = await server.channel(owner)
    const answer = await fetch(`${server.url}/widget/v1/${id}/settings`, { method: 'DELETE' })
    expect(answer.status).toBe(405)
  })
})

describe('the frame', () => {
  const policyFor = async (allowedDomains?: readonly string[]) => {
    const { id } = await server.channel(owner, allowedDomains === undefined ? {} : { allowedDomains })
    const answer = await get(`/widget/frame/${id}`)
    expect(await answer.text()).toBe(FRAME)
    expect(answer.headers.get('x-frame-options')).toBeNull()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('set-cookie')).toBeNull()
    return policyOf(answer)
  }

  it('stands on any site when none is listed', async () => {
    expect((await policyFor()).get('frame-ancestors')).toBe('*')
    expect((await policyFor([])).get('frame-ancestors')).toBe('*')
  })

  it('stands only on the listed sites', async () => {
    const policy = await policyFor(['shop.example', '*.shop.example', 'localhost:8080', 'localhost:*'])
    expect(policy.get('frame-ancestors')).toBe(
      [
        'https://shop.example http://shop.example https://*.shop.example http://*.shop.example',
        'https://localhost:8080 http://localhost:8080 https://localhost:* http://localhost:*',
      ].join(' '),
    )
  })

  it('runs and reaches only what is ours', async () => {
    const policy = await policyFor()
    expect(Object.fromEntries(policy)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' blob: data:",
      'base-uri': "'none'",
      'form-action': "'none'",
      'connect-src': `'self' ${server.url.replace('http', 'ws')}`,
    })
  })

  it('takes no source that would end the directive', async () => {
    for (const domain of [
      'a.example; script-src *',
      "a.example' 'unsafe-inline",
      '*',
      'a b',
      'https://a.example',
    ]) {
      await owner
        .post('/api/v1/channels')
        .send({ type: 'web-chat', name: 'x', config: { allowedDomains: [domain] } })
        .expect(400)
    }
  })
})
