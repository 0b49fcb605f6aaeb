import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mediaRef } from '../../../connectors/shared/twilio/media-ref.ts'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import type { AttachmentRef } from '../../../src/contract/inbound-event.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { CUSTOMER, factsOf, smsRig } from './twilio-context.ts'

type Remote = Extract<AttachmentRef, { kind: 'remote' }>

let fake: FakeTwilio
let elsewhere: FakeTwilio
beforeEach(async () => {
  fake = await startFakeTwilio()
  elsewhere = await startFakeTwilio()
})
afterEach(async () => {
  await fake.close()
  await elsewhere.close()
})

async function sentFile(): Promise<Remote> {
  const { sid } = await fake.writes(CUSTOMER, {
    media: [{ contentType: 'image/png', bytes: Buffer.from('a picture') }],
    inVain: true,
  })
  const file = fake.state.messages.find((message) => message.sid === sid)?.media[0]
  const url = `https://api.twilio.com/2010-04-01/Accounts/${fake.accountSid}/Messages/${sid}/Media/${file?.sid}`
  return mediaRef(url, 'image/png', 0) as Remote
}

async function contentOf(ref: Remote, ctx = smsRig(fake).ctx): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of (await sms.fetchAttachment?.(ref, ctx)) ?? [])
    chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString()
}

describe('a file', () => {
  it('is asked for with credentials, and fetched from where it lies without any', async () => {
    const ref = await sentFile()
    expect(ref).toMatchObject({ name: 'picture-1.png', contentType: 'image/png', fetchAtOnce: true })
    expect(await contentOf(ref)).toBe('a picture')
    expect(fake.calls.map(({ headers }) => 'authorization' in headers)).toEqual([true, false])
    expect(fake.storageCalls).toEqual([{ url: expect.stringMatching(/^\/storage\/ME/) as string }])
  })

  it('is asked for at the address in the settings, wherever the message says that it lies', async () => {
    const ref = await sentFile()
    const lying = mediaRef(`${elsewhere.url}${ref.ref}`, 'image/png', 0) as Remote
    expect(await contentOf(lying)).toBe('a picture')
    expect(elsewhere.calls).toEqual([])
  })

  it('is not fetched unencrypted from anywhere else', async () => {
    const ref = await sentFile()
    fake.redirectFilesTo(() => `${elsewhere.url}/storage/x`)
    expect(await factsOf(contentOf(ref))).toMatchObject({ code: 'file-gone', retry: 'never' })
    expect(elsewhere.calls).toEqual([])
  })

  it.each([
    'file:///etc/passwd',
    'http://169.254.169.254/',
    'https://user:pass@storage.example/',
    'https://',
  ])('is not fetched from %s', async (place) => {
    const ref = await sentFile()
    fake.redirectFilesTo(() => place)
    const asked: string[] = []
    const watching: typeof fetch = (input, init) => {
      asked.push(String(input))
      return fetch(input, { redirect: 'manual', ...init })
    }
    expect(await factsOf(contentOf(ref, smsRig(fake, { fetch: watching }).ctx))).toMatchObject({
      retry: 'never',
    })
    expect(asked).toHaveLength(1)
  })

  it('that lies outside Twilio’s API is fetched without credentials, and only encrypted', async () => {
    const asked: RequestInit[] = []
    const answering: typeof fetch = async (_, init = {}) => {
      asked.push(init)
      return new Response('elsewhere')
    }
    const { ctx } = smsRig(fake, { fetch: answering })
    const ref = mediaRef('https://elsewhere.example/file', undefined, 2) as Remote
    expect(ref).toMatchObject({ name: 'file-3', ref: 'https://elsewhere.example/file' })
    expect(await contentOf(ref, ctx)).toBe('elsewhere')
    expect(new Headers(asked[0]?.headers).has('authorization')).toBe(false)
    expect(await factsOf(contentOf({ ...ref, ref: 'http://elsewhere.example/file' }, ctx))).toMatchObject({
      code: 'file-gone',
    })
    expect(asked).toHaveLength(1)
  })

  it('that Twilio no longer has is gone', async () => {
    const ref = await sentFile()
    fake.misbehave(() => ({ kind: 'status', status: 410 }))
    expect(await factsOf(contentOf(ref))).toMatchObject({ code: 'file-gone', retry: 'never' })
  })

  it.each([
    ['which it does not find yet, as in the first seconds', 404, 'file-not-ready'],
    ['while the token is being changed', 401, 'bad-credentials'],
    ['that its storage refuses now', 403, 'platform-refused'],
    ['while it has trouble of its own', 503, 'platform-unavailable'],
  ])('comes later %s', async (_, status, code) => {
    const ref = await sentFile()
    fake.misbehave(() => ({ kind: 'status', status }))
    expect(await factsOf(contentOf(ref))).toMatchObject({ code, retry: 'later', delivery: 'not-sent' })
    fake.misbehave()
    expect(await contentOf(ref)).toBe('a picture')
  })

  it('comes later when the line is cut', async () => {
    const ref = await sentFile()
    fake.misbehave(() => ({ kind: 'cut-before' }))
    expect(await factsOf(contentOf(ref))).toMatchObject({ retry: 'later', delivery: 'not-sent' })
  })

  it('that is sent round and round is given up', async () => {
    const ref = await sentFile()
    fake.misbehave(({ url }) =>
      url.startsWith('/storage/')
        ? { kind: 'status', status: 302, headers: { Location: '/storage/again' } }
        : undefined,
    )
    expect(await factsOf(contentOf(ref))).toMatchObject({ code: 'file-gone' })
    expect(fake.calls.length).toBeLessThan(10)
  })
})
