import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { checkAuthentication } from './check-authentication.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

const MAIL =
  'From: Jane <jane@example.net>\r\nTo: support@shop.example\r\nSubject: Hello\r\n\r\nHow are you?\r\n'
const KEY = { 's._domainkey.example.net': `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}` }
const POLICY = { '_dmarc.example.net': 'v=DMARC1; p=reject' }

/** A domain name system of these texts. */
function dns(texts: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const resolve = async (name: string, type: string): Promise<unknown> => {
    asked.push(`${type} ${name}`)
    const text = texts[name.toLowerCase()]
    if (text === undefined) throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    return [[text]]
  }
  return { asked, resolve }
}

async function signed(mail: string, signingDomain = 'example.net', extra: { maxBodyLength?: number } = {}) {
  const key = { signingDomain, selector: 's', privateKey }
  const { signatures } = await dkimSign(mail, {
    ...key,
    canonicalization: 'relaxed/relaxed',
    // Left out, it is read twice, and a second may end in between: such a signature holds for nothing.
    signTime: new Date(),
    signatureData: [{ ...key, ...extra }],
  })
  return signatures + mail
}

async function check(mail: string, texts: Readonly<Record<string, string>>) {
  return checkAuthentication(Buffer.from(mail, 'latin1'), dns(texts).resolve)
}

describe('our own check', () => {
  it('proves what the sender’s domain has signed', async () => {
    expect(await check(await signed(MAIL), { ...KEY, ...POLICY })).toEqual({
      spf: 'none',
      dkim: 'pass',
      dmarc: 'pass',
      by: 'tributary',
    })
  })

  it.each([
    ['text', 'How are', 'Who are'],
    ['subject', 'Subject: Hello', 'Subject: Hullo'],
    ['sender', 'From: Jane <jane@', 'From: Jane <joan@'],
  ])('sees that the %s was changed', async (_, from, to) => {
    const mail = (await signed(MAIL)).replace(from, to)
    expect(await check(mail, { ...KEY, ...POLICY })).toMatchObject({ dkim: 'fail', dmarc: 'fail' })
  })

  it('takes another domain’s signature for no proof of the sender', async () => {
    const texts = { 's._domainkey.mailer.example': KEY['s._domainkey.example.net'], ...POLICY }
    expect(await check(await signed(MAIL, 'mailer.example'), texts)).toMatchObject({
      dkim: 'none',
      dmarc: 'fail',
    })
  })

  it('keeps strict alignment strict', async () => {
    const key = { 's._domainkey.news.example.net': KEY['s._domainkey.example.net'] }
    const mail = await signed(MAIL, 'news.example.net')
    expect(await check(mail, { ...key, ...POLICY })).toMatchObject({ dkim: 'pass', dmarc: 'pass' })
    const strict = { '_dmarc.example.net': 'v=DMARC1; p=reject; adkim=s' }
    expect(await check(mail, { ...key, ...strict })).toMatchObject({ dmarc: 'fail' })
    expect(await check(await signed(MAIL), { ...KEY, ...strict })).toMatchObject({ dmarc: 'pass' })
  })

  it('calls an unsigned letter a failure only where the domain wants it turned away', async () => {
    expect(await check(MAIL, POLICY)).toMatchObject({ dkim: 'none', dmarc: 'fail' })
    expect(await check(MAIL, { '_dmarc.example.net': 'v=DMARC1; p=none' })).toMatchObject({ dmarc: 'none' })
    expect(await check(MAIL, {})).toEqual({ spf: 'none', dkim: 'none', dmarc: 'none', by: 'tributary' })
  })

  it('trusts no signature that leaves the end open', async () => {
    const mail = `${await signed(MAIL, 'example.net', { maxBodyLength: 14 })}Pay to this account.\r\n`
    expect(mail).toMatch(/l=14/)
    expect(await check(mail, { ...KEY, ...POLICY })).toMatchObject({ dkim: 'none', dmarc: 'fail' })
  })

  it('proves nobody where two senders are named', async () => {
    const mail = await signed(MAIL)
    for (const forged of [
      `From: boss@bank.example\r\n${mail}`,
      mail.replace('To:', 'From: boss@bank.example\r\nTo:'),
    ]) {
      const result = await check(forged, { ...KEY, ...POLICY })
      expect([result?.dkim, result?.dmarc]).not.toContain('pass')
      expect(result?.dmarc).toBe('fail')
    }
  })

  it('says none where the domain name system fails', async () => {
    const mail = Buffer.from(await signed(MAIL))
    for (const resolve of [
      () => Promise.reject(Object.assign(new Error('broken'), { code: 'ESERVFAIL' })),
      () => Promise.resolve('nonsense'),
      () => Promise.resolve([[1, null]]),
    ]) {
      expect(await checkAuthentication(mail, resolve)).toEqual({
        spf: 'none',
        dkim: 'none',
        dmarc: 'none',
        by: 'tributary',
      })
    }
  })
})

describe('a domain name system that never answers', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is not waited for', async () => {
    const mail = Buffer.from(await signed(MAIL))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let asked = 0
    const resolve = () => {
      asked += 1
      vi.advanceTimersByTime(10_000)
      return new Promise<never>(() => undefined)
    }
    expect(await checkAuthentication(mail, resolve)).toMatchObject({ dkim: 'none', dmarc: 'none' })
    expect(asked).toBe(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a hostile letter', () => {
  it('asks for few names, and only for such as can be names', async () => {
    const signature = (name: string) =>
      `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${name}; s=s; h=from; bh=QUJD; b=QUJD\r\n`
    const bad = ['a b', 'x/../y', '[127.0.0.1]', 'ä.example', `${'a.'.repeat(200)}example`]
      .map(signature)
      .join('')
    const many = Array.from({ length: 100 }, (_, at) => signature(`d${at}.example`)).join('')
    const { asked, resolve } = dns({})
    await checkAuthentication(Buffer.from(bad + many + MAIL, 'latin1'), resolve)
    expect(asked.length).toBeLessThanOrEqual(40)
    expect(asked.filter((each) => !/^TXT [a-z0-9_.-]+$/i.test(each))).toEqual([])
  })

  it.each([
    ['is too large', Buffer.alloc(14_000_001, 'x')],
    ['has no header block', Buffer.alloc(1_000_000, 'x')],
    ['has a header block without end', Buffer.from(`X: y\r\n`.repeat(100_000))],
    ['has too many fields', Buffer.from(`${'X: y\r\n'.repeat(2000)}${MAIL}`)],
    ['has a field of very many lines', Buffer.from(`X: y${'\r\n '.repeat(60_000)}z\r\n${MAIL}`)],
    ['has very many carriage returns', Buffer.from(`X: y${'\r'.repeat(60_000)}z\r\n${MAIL}`)],
    ['has lines that two of them end', Buffer.from(`X: y${'\r\r\n'.repeat(2_900)}z\r\n${MAIL}`)],
    ['has an endless line', Buffer.from(`${MAIL}${' '.repeat(100_000)}x`)],
    ['names endless senders', Buffer.from(`From: ${'a:'.repeat(50_000)}\r\n\r\nx`)],
    ['names no sender', Buffer.from('Subject: x\r\n\r\nHello')],
    ['is junk', Buffer.from([0, 255, 10, 10, 3])],
    ['is empty', Buffer.alloc(0)],
  ])('that %s is not checked', async (_, raw) => {
    expect(await checkAuthentication(raw, dns(KEY).resolve)).toBeUndefined()
  })

  it('cannot hide its signature behind folded lines', async () => {
    const folded = `DKIM-Signature: v=1;${'\r\n '.repeat(2_900)} d=example.net\r\n${MAIL}`
    expect(await check(folded, KEY)).toMatchObject({ dkim: 'none' })
  })
})
