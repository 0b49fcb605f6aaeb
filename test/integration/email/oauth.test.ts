import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EmailConfig } from '../../../connectors/email/config.ts'
import { checkMailbox } from '../../../connectors/email/imap/check.ts'
import { accessToken, forgetAccessToken } from '../../../connectors/email/oauth.ts'
import { OutboundRefusedError } from '../../../src/runtime/guarded-fetch.ts'
import { type FakeImap, startFakeImap } from '../../fakes/imap/server.ts'
import { mailConfig, mailContext } from './mail-context.ts'
import { startSession } from './mail-session.ts'

type Answer = { readonly status: number; readonly body: unknown }

const granted = (token: string, more: object = {}): Answer => ({
  status: 200,
  body: { access_token: token, expires_in: 3_600, token_type: 'Bearer', ...more },
})

describe('signing in with OAuth', () => {
  let endpoint: Server
  let url: string
  let asked: URLSearchParams[]
  let answer: () => Answer

  beforeEach(async () => {
    asked = []
    answer = () => granted(`token-${asked.length}`)
    endpoint = createServer((request, response) => {
      let text = ''
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      request.on('end', () => {
        asked.push(new URLSearchParams(text))
        const { status, body } = answer()
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(typeof body === 'string' ? body : JSON.stringify(body))
      })
    }).listen(0, '127.0.0.1')
    await once(endpoint, 'listening')
    url = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/token`
  })
  afterEach(async () => {
    endpoint.close()
    await once(endpoint, 'close')
  })

  const config = (change: Partial<EmailConfig> = {}, port = 143): EmailConfig =>
    mailConfig(port, {
      authentication: 'oauth',
      oauthTokenEndpoint: url,
      oauthClientId: 'client',
      oauthClientSecret: 'hush-hush',
      oauthRefreshToken: 'refresh-1',
      oauthScope: 'mail',
      ...change,
    })

  const failure = (ctx: Parameters<typeof accessToken>[0]) =>
    accessToken(ctx).catch((error: unknown) => error)

  it('asks for a token once, and again a minute before it expires', async () => {
    let now = Date.now()
    const { ctx } = mailContext(config(), { change: { clock: () => now } })
    expect(await Promise.all([1, 2, 3].map(() => accessToken(ctx)))).toEqual([
      'token-1',
      'token-1',
      'token-1',
    ])
    now += 3_539_000
    expect(await accessToken(ctx)).toBe('token-1')
    now += 2_000
    expect(await accessToken(ctx)).toBe('token-2')
    expect(asked).toHaveLength(2)
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'client',
      client_secret: 'hush-hush',
      scope: 'mail',
    })
  })

  it('asks with the newest refresh token, and anew after the settings changed', async () => {
    answer = () => granted(`token-${asked.length}`, { refresh_token: 'refresh-2' })
    const { ctx } = mailContext(config())
    await accessToken(ctx)
    forgetAccessToken(ctx)
    expect(await accessToken(ctx)).toBe('token-2')
    expect(await accessToken({ ...ctx, config: config({ oauthRefreshToken: 'other' }) })).toBe('token-3')
    expect(asked.map((form) => form.get('refresh_token'))).toEqual(['refresh-1', 'refresh-2', 'other'])
  })

  it('hands a new refresh token over to be kept, until it is, and starts with the kept one', async () => {
    answer = () => granted(`token-${asked.length}`, { refresh_token: `refresh-${asked.length + 1}` })
    const kept: string[][] = []
    const lines: string[] = []
    let full = true
    const note = (facts: object, message: string): void => {
      lines.push(JSON.stringify(facts) + message)
    }
    const { ctx } = mailContext(config(), {
      change: {
        logger: { debug: note, info: note, warn: note, error: note },
        keepSecret: async (key, value) => {
          if (full) throw new Error(`no room for ${value}`)
          kept.push([key, value])
        },
      },
    })
    expect(await accessToken(ctx)).toBe('token-1')
    expect(lines).toHaveLength(1)
    expect(lines.join()).not.toMatch(/refresh-|hush-hush/)
    full = false
    expect(await accessToken(ctx)).toBe('token-1')
    expect(await accessToken(ctx)).toBe('token-1')
    expect(kept).toEqual([['oauthRefreshToken', 'refresh-2']])
    // Another part of the channel has read the settings since: it is the same grant.
    const renewed = { ...ctx, config: config({ oauthRefreshToken: 'refresh-2' }) }
    expect(await accessToken(renewed)).toBe('token-1')
    forgetAccessToken(ctx)
    expect(await accessToken(ctx)).toBe('token-2')
    const restarted = mailContext(config({ oauthRefreshToken: kept.at(-1)?.[1] ?? '' }))
    await accessToken(restarted.ctx)
    expect(asked.map((form) => form.get('refresh_token'))).toEqual(['refresh-1', 'refresh-2', 'refresh-3'])
  })

  it('is not asked for where there is a password', async () => {
    expect(await accessToken(mailContext(mailConfig(1)).ctx)).toBeUndefined()
  })

  it.each([
    [
      'a refresh token that is no longer good',
      { status: 400, body: { error: 'invalid_grant' } },
      'bad-credentials',
      'never',
    ],
    ['an unknown client', { status: 401, body: { error: 'invalid_client' } }, 'bad-credentials', 'never'],
    ['trouble at the provider', { status: 503, body: 'busy' }, 'token-endpoint-unavailable', 'later'],
    ['too many questions', { status: 429, body: {} }, 'token-endpoint-unavailable', 'later'],
    ['a page instead of an answer', { status: 200, body: '<html>' }, 'token-endpoint-unavailable', 'later'],
    ['a token with a line end', granted('a\r\nb'), 'token-endpoint-unavailable', 'later'],
  ] as const)('tells %s in words, without a secret', async (_, one, code, retry) => {
    answer = () => one
    const failed = await failure(mailContext(config()).ctx)
    expect(failed).toMatchObject({ name: 'ConnectorError', facts: { code, retry, delivery: 'not-sent' } })
    expect(String(failed)).not.toMatch(/hush-hush|refresh-1/)
  })

  it('is not led into our own network', async () => {
    const fetch = () => Promise.reject(new OutboundRefusedError('destination-not-allowed', 'inside'))
    const failed = await failure(mailContext(config(), { change: { fetch } }).ctx)
    expect(failed).toMatchObject({ facts: { code: 'destination-not-allowed', retry: 'never' } })
  })

  describe('at a mail server', () => {
    let server: FakeImap
    beforeEach(async () => {
      server = await startFakeImap('AUTH=XOAUTH2 SASL-IR IDLE')
    })
    afterEach(() => server.close())

    it('hands the token over as XOAUTH2', async () => {
      const { ctx } = mailContext(config({}, server.port))
      expect(await checkMailbox(ctx)).toMatchObject({ ok: true })
      const line = server.lines.find((one) => one.includes('AUTHENTICATE XOAUTH2 '))
      const response = Buffer.from(line?.split(' ').at(-1) ?? '', 'base64').toString()
      expect(response).toBe('user=support\u0001auth=Bearer token-1\u0001\u0001')
      expect(server.lines.join('\n')).not.toContain('LOGIN')
    })

    it('tries a new token when the server refuses one before its time', async () => {
      server.accepts = (credentials) => credentials.includes('token-2')
      expect(await checkMailbox(mailContext(config({}, server.port)).ctx)).toMatchObject({ ok: true })
    })

    it('tells that the server refuses any, and leaves it alone then', async () => {
      server.accepts = () => false
      const session = startSession(config({}, server.port))
      await expect
        .poll(() => session.health.at(-1))
        .toMatchObject({ state: 'failing', code: 'bad-credentials' })
      const tries = server.lines.length
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await session.stop()
      expect(server.lines).toHaveLength(tries)
      expect(JSON.stringify(session.health)).not.toMatch(/token-|refresh-1|hush-hush/)
    })
  })
})
