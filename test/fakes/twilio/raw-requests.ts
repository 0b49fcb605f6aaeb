/** Signed requests of Twilio's as they arrive, for whoever tests without a line. */
import { createHash } from 'node:crypto'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { RawRequest } from '../../../src/contract/raw-request.ts'
import type { ConfigValue } from '../../../src/domain/commands.ts'
import { at, placeNow } from '../../contract/fixtures/standing-place.ts'
import { FAKE_ACCOUNT, FAKE_TOKEN } from './fake-twilio.ts'
import { type FormParameters, signedForm } from './webhooks.ts'

const pathNow = (): string => new URL(placeNow().webhookUrl).pathname
const publicUrlOf = (path: string): string => new URL(path, placeNow().webhookUrl).href

/** Settings of a channel of the fake's account, with a number. */
export const channelSettings = (number: string): Readonly<Record<string, ConfigValue>> => ({
  accountSid: FAKE_ACCOUNT,
  authToken: FAKE_TOKEN,
  sender: 'number',
  number,
})

/** A form as it arrives at our address. */
export function formRequest(
  parameters: FormParameters,
  token: string,
  address = placeNow().webhookUrl,
): RawRequest {
  const { headers, body } = signedForm(address, parameters, token)
  return rawRequest(body, headers)
}

export function rawRequest(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>>,
  path = pathNow(),
): RawRequest {
  return {
    method: 'POST',
    url: path,
    publicUrl: publicUrlOf(path),
    headers,
    body: typeof body === 'string' ? Buffer.from(body) : body,
    receivedAtMs: placeNow().nowMs,
  }
}

/** Any JSON, with the hash that is signed in its place. */
export function jsonRequest(
  value: unknown,
  token: string,
  hashed: string = JSON.stringify(value),
): RawRequest {
  const hash = createHash('sha256').update(hashed).digest('hex')
  const path = `${pathNow()}?bodySHA256=${hash}`
  const signature = getExpectedTwilioSignature(token, publicUrlOf(path), {})
  const headers = { 'content-type': 'application/json', 'x-twilio-signature': signature }
  return rawRequest(JSON.stringify(value), headers, path)
}

/** Any bytes, signed as a form. */
export function signedBytes(body: Uint8Array, config: ConfigValues): RawRequest {
  const parameters: Record<string, string[]> = {}
  for (const [name, value] of new URLSearchParams(Buffer.from(body).toString('utf8'))) {
    const values = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (values) values.push(value)
    else Object.defineProperty(parameters, name, { value: [value], enumerable: true })
  }
  const signature = getExpectedTwilioSignature(tokenOf(config), placeNow().webhookUrl, parameters)
  return rawRequest(body, {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signature,
  })
}

export const tokenOf = (config: ConfigValues): string => String(config['authToken'])

/** The same request in ways that Twilio never signed; `parameters` must hold `Body`. @param address what is called */
export const forgeries = (
  parameters: Readonly<Record<string, string>>,
  config: ConfigValues,
  address = placeNow().webhookUrl,
): Readonly<Record<string, RawRequest>> =>
  at({ ...placeNow(), webhookUrl: address }, () => forgedNow(parameters, config))

function forgedNow(
  parameters: Readonly<Record<string, string>>,
  config: ConfigValues,
): Readonly<Record<string, RawRequest>> {
  const token = tokenOf(config)
  const { webhookUrl } = placeNow()
  const good = formRequest(parameters, token)
  const signature = good.headers['x-twilio-signature'] ?? ''
  const withBody = (change: Readonly<Record<string, string | readonly string[]>>): RawRequest => ({
    ...good,
    body: formRequest({ ...parameters, ...change }, token).body,
  })
  const withSignature = (value: string): RawRequest => ({
    ...good,
    headers: { ...good.headers, 'x-twilio-signature': value },
  })
  const { Body: _, ...bodiless } = parameters
  const { 'x-twilio-signature': __, ...unsigned } = good.headers
  const json = jsonRequest(parameters, token)
  const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  return {
    'no signature': { ...good, headers: unsigned },
    'an empty signature': withSignature(''),
    'another key': formRequest(parameters, `${token}x`),
    'no key': formRequest(parameters, ''),
    'a changed parameter': withBody({ Body: `${parameters['Body']}!` }),
    'a parameter more': withBody({ Injected: '1' }),
    'a parameter less': { ...good, body: formRequest(bodiless, token).body },
    'another value beside the first': withBody({ Body: [parameters['Body'] ?? '', 'Evil'] }),
    'another sender': withBody({ From: '+12025550666' }),
    'an array where a value was': withBody({ Body: ['a', 'b'] }),
    'one letter of the signature changed': withSignature(flipped),
    'a signature cut short': withSignature(signature.slice(0, -2)),
    'a signature in hex': withSignature(Buffer.from(signature, 'base64').toString('hex')),
    'something behind the signature': withSignature(`${signature}=`),
    'the signature of http': formRequest(parameters, token, otherScheme(webhookUrl)),
    'the signature of another address': formRequest(parameters, token, `${webhookUrl}2`),
    'the signature of another host': formRequest(parameters, token, webhookUrl.replace('://', '://evil.')),
    'a query that was not signed': { ...good, publicUrl: `${webhookUrl}?x=1`, url: `${pathNow()}?x=1` },
    'another account': formRequest({ ...parameters, AccountSid: `AC${'b2'.repeat(16)}` }, token),
    'no account': formRequest(
      Object.fromEntries(Object.entries(parameters).filter(([name]) => name !== 'AccountSid')),
      token,
    ),
    'JSON with the hash of something else': jsonRequest(parameters, token, '{}'),
    'JSON without a hash': { ...json, url: pathNow(), publicUrl: webhookUrl },
    'JSON under the signature of a form': {
      ...good,
      body: json.body,
      headers: { ...good.headers, 'content-type': 'application/json' },
    },
    'JSON of another account': jsonRequest({ ...parameters, AccountSid: 'AC0' }, token),
  }
}

const otherScheme = (address: string): string =>
  address.startsWith('https:') ? address.replace('https:', 'http:') : address.replace('http:', 'https:')
