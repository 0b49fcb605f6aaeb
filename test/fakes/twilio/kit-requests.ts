/** What is alike in the requests by which the contract kit tries channels over Twilio. */
import type { ConfigValues } from '../../../src/contract/config-field.ts'
import type { RawRequest } from '../../../src/contract/raw-request.ts'
import type { WebhookFixtures } from '../../contract/fixtures/connector-fixtures.ts'
import { at } from '../../contract/fixtures/standing-place.ts'
import { FAKE_ACCOUNT } from './fake-twilio.ts'
import { forgeries, formRequest, jsonRequest, signedBytes, tokenOf } from './raw-requests.ts'

type Parameters = Readonly<Record<string, string>>

/** Makes signed requests of parameters. */
export interface Signed {
  readonly form: (parameters: Parameters) => RawRequest
  readonly json: (parameters: Parameters) => RawRequest
}

export const sid = (prefix: string, number: number): string =>
  `${prefix}${number.toString(16).padStart(32, '0')}`

export const mediaUrl = (number: number): string =>
  `https://api.twilio.com/2010-04-01/Accounts/${FAKE_ACCOUNT}/Messages/${sid('MM', 3)}/Media/${sid('ME', number)}`

/** What every message of a customer's says. */
export const heardAs = (number: number): Parameters => ({
  SmsMessageSid: sid('SM', number),
  SmsSid: sid('SM', number),
  MessageSid: sid('SM', number),
  SmsStatus: 'received',
  NumMedia: '0',
  NumSegments: '1',
  AccountSid: FAKE_ACCOUNT,
  ApiVersion: '2010-04-01',
})

/** What every report on a message of ours says. */
export const reportedAs = (externalId: string, status: string): Parameters => ({
  AccountSid: FAKE_ACCOUNT,
  ApiVersion: '2010-04-01',
  MessageSid: externalId,
  MessageStatus: status,
  SmsSid: externalId,
  SmsStatus: status,
})

/** The part of the fixtures that follows from what a channel is told. */
export function signedFixtures({
  first,
  echo,
  delivered,
  requests,
}: {
  /** The message that is forged. */
  readonly first: Parameters
  /** What Twilio tells of a message of ours. */
  readonly echo: Parameters
  readonly delivered: (externalId: string) => Parameters
  readonly requests: (signed: Signed) => ReturnType<WebhookFixtures['requests']>
}): Pick<WebhookFixtures, 'echo' | 'signed' | 'receipt' | 'forged' | 'requests'> {
  const signedBy = (config: ConfigValues): Signed => ({
    form: (parameters) => formRequest(parameters, tokenOf(config)),
    json: (parameters) => jsonRequest(parameters, tokenOf(config)),
  })
  return {
    echo: (config) => signedBy(config).form(echo),
    signed: signedBytes,
    receipt: (externalId, config) => signedBy(config).form(delivered(externalId)),
    forged: (config, place) => at(place, () => forgeries(first, config)),
    requests: (config, place) => at(place, () => requests(signedBy(config))),
  }
}
