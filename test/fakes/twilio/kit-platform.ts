/** The fake as the contract kit sends to it. */
import type { Arrival, FakePlatform } from '../../contract/fixtures/connector-fixtures.ts'
import { type FakeTwilioOptions, startFakeTwilio } from './fake-twilio.ts'
import type { FakeMessage } from './state.ts'

/** Starts it. @param to the customer's address, as Twilio writes it; @param stranger another customer's id */
export async function kitPlatform(
  to: string,
  stranger: string,
  options: FakeTwilioOptions = {},
): Promise<FakePlatform> {
  const fake = await startFakeTwilio(options)
  const { sid } = await fake.writes(to, { text: 'Hello', inVain: true })
  const place = { apiBaseUrl: fake.url, ...(to.startsWith('whatsapp:') ? { contentBaseUrl: fake.url } : {}) }
  let stopped: Promise<void> | undefined
  return {
    settings: place,
    wrongSettings: { ...place, authToken: 'not the right one' },
    arrivals: () => fake.sent().map(arrivalOf),
    misbehave: fake.misbehave,
    isSend: ({ method }) => method === 'POST',
    heard: sid,
    stranger: { identityExternalId: stranger, threadKey: stranger },
    stop: () => {
      stopped ??= fake.settled().then(fake.close)
      return stopped
    },
  }
}

function arrivalOf(message: FakeMessage): Arrival {
  const { sid, to, body, mediaUrls, contentSid } = message
  return {
    kind: 'message',
    externalId: sid,
    ...(to.startsWith('whatsapp:') ? screenOf(body) : { text: body }),
    files: mediaUrls.map((url) => ({ url })),
    ...(contentSid === undefined ? {} : { template: contentSid }),
  }
}

/** What a phone shows: marks at the edges of words set the words between them apart, what is invisible is not there. */
function screenOf(body: string): { readonly text: string; readonly bold?: readonly string[] } {
  const bold: string[] = []
  let text = body
  for (const mark of ['\\*', '_', '~', '`']) {
    const pair = new RegExp(
      `(?<![\\p{L}\\p{N}])${mark}(?=[^\\s\\u200b])([^\\n]*?[^\\s])${mark}(?![\\p{L}\\p{N}])`,
      'gu',
    )
    text = text.replace(pair, (_, inner: string) => {
      if (mark === '\\*') bold.push(inner)
      return inner
    })
  }
  return { text: text.replaceAll('\u200b', ''), ...(bold.length > 0 ? { bold } : {}) }
}
