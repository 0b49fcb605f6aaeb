/** What the Bot API refuses, and what a broken line lets us believe, in words that agents understand. */
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import { asObject, numberIn, objectIn, textIn } from './wire.ts'

/** What the platform said when it refused. */
export interface Refusal {
  readonly code: number
  readonly description: string
  readonly retryAfterMs?: number
  readonly movedTo?: number
}

/** A refusal among errors; the library's class is not loaded for it. */
export function refusalIn(error: unknown): Refusal | undefined {
  const response =
    error instanceof Error ? objectIn(error as unknown as Record<string, unknown>, 'response') : undefined
  const code = response && numberIn(response, 'error_code')
  if (!response || code === undefined) return undefined
  const parameters = objectIn(response, 'parameters') ?? {}
  const seconds = numberIn(parameters, 'retry_after')
  const movedTo = numberIn(parameters, 'migrate_to_chat_id')
  return {
    code,
    description: textIn(response, 'description'),
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1_000 }),
    ...(movedTo === undefined ? {} : { movedTo }),
  }
}

type Rule = readonly [
  code: number,
  words: RegExp,
  facts: Partial<ConnectorErrorFacts> & { readonly code: string },
]

/** The first that fits counts. The words are those of the real server's source (Client.cpp). */
const RULES: readonly Rule[] = [
  [401, /./, { code: 'bad-credentials', detail: 'Telegram does not know this bot token (any more).' }],
  // A token that has not even the right form leads to no method.
  [
    404,
    /^(?:not found|HTTP 404)$/i,
    { code: 'bad-credentials', detail: 'Telegram does not know this bot token.' },
  ],
  [
    403,
    /blocked by the user/i,
    { code: 'blocked-by-recipient', detail: 'The customer has blocked the bot.', optedOut: true },
  ],
  [403, /deactivated/i, { code: 'recipient-gone', detail: 'The customer’s Telegram account is gone.' }],
  [
    403,
    /can't initiate conversation|can't send messages to (?:bots|the user)/i,
    { code: 'recipient-unknown', detail: 'A bot may write only to people who wrote to it first.' },
  ],
  [
    403,
    /kicked|not a member/i,
    { code: 'removed-from-group', detail: 'The bot was removed from this group.' },
  ],
  [
    400,
    /not enough rights|have no rights|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED/i,
    { code: 'not-permitted', detail: 'The group does not let the bot do this.' },
  ],
  [
    400,
    /chat not found|user not found|PEER_ID_INVALID|chat_id is empty/i,
    {
      code: 'recipient-unknown',
      detail: 'Telegram knows no such chat, or the customer never wrote to this bot.',
    },
  ],
  [
    400,
    /(?:message|caption) is too long|MESSAGE_TOO_LONG/i,
    { code: 'text-too-long', detail: 'The text is longer than Telegram takes.' },
  ],
  [
    400,
    /file is too big|too large/i,
    { code: 'attachment-too-large', detail: 'Telegram does not take a file of this size.' },
  ],
  [
    400,
    /temporarily unavailable/i,
    { code: 'file-not-available', detail: 'Telegram does not give this file just now.', retry: 'later' },
  ],
  [
    400,
    /webhook can be set up only on ports/i,
    {
      code: 'webhook-port',
      detail:
        'Telegram calls a server on the ports 443, 80, 88 and 8443 only. Choose long polling, or another public address.',
    },
  ],
  [413, /./, { code: 'attachment-too-large', detail: 'Telegram does not take a file of this size.' }],
  [
    400,
    /message can't be deleted/i,
    { code: 'too-old-to-delete', detail: 'Telegram deletes a bot’s messages for 48 hours only.' },
  ],
  [
    400,
    /message can't be edited/i,
    { code: 'not-editable', detail: 'Telegram does not let this message be changed.' },
  ],
  [
    400,
    /TOPIC_CLOSED/i,
    {
      code: 'not-permitted',
      detail: 'This topic is closed: nobody but its group’s administrators may write in it.',
    },
  ],
  [
    400,
    /message thread not found|TOPIC_DELETED|TOPIC_ID_INVALID/i,
    { code: 'topic-gone', detail: 'This topic is not in the chat any more.' },
  ],
  [
    400,
    /message to (?:edit|delete|be replied) not found|message not found/i,
    { code: 'message-gone', detail: 'This message is not in the chat any more.' },
  ],
  [
    400,
    /group chat was upgraded|migrated/i,
    { code: 'group-moved', detail: 'The group goes on under another number.' },
  ],
  [
    409,
    /webhook/i,
    {
      code: 'webhook-in-the-way',
      detail:
        'Another program has set a webhook for this bot. A bot has one receiver only: end the other one.',
      retry: 'later',
    },
  ],
  [
    409,
    /./,
    {
      code: 'fetched-elsewhere',
      detail:
        'Another program fetches the messages of this bot. A bot has one receiver only: end the other one.',
      retry: 'later',
    },
  ],
]

/** Whatever a call threw, as the contract wants it. @param token taken out of all words */
export function toConnectorError(error: unknown, token: string): ConnectorError {
  if (error instanceof ConnectorError) return error
  const refusal = refusalIn(error)
  if (!refusal) return brokenLine(error)
  const { code, description, retryAfterMs } = refusal
  if (code === 429) {
    return new ConnectorError({
      code: 'rate-limited',
      detail: 'Telegram takes no more messages just now; it goes on by itself.',
      retry: 'later',
      delivery: 'not-sent',
      holds: 'message',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
  if (code >= 500) return inTrouble(code)
  const rule = RULES.find(([status, words]) => status === code && words.test(description || ' '))
  if (rule) return new ConnectorError({ retry: 'never', delivery: 'not-sent', ...rule[2] })
  const said = description.replaceAll(token, '…').slice(0, 300)
  return new ConnectorError({
    code: 'refused-by-platform',
    detail: `Telegram refused it: ${said === '' ? `error ${code}` : said}`,
    retry: 'never',
    delivery: 'not-sent',
  })
}

const unavailable: ConnectorErrorFacts = {
  code: 'platform-unavailable',
  detail: 'Telegram cannot be used just now.',
  retry: 'later',
  delivery: 'not-sent',
}

/**
 * Only 503 says that nobody was there to take it. A gateway answers for a server that may have gone on, in JSON too, and
 * the server itself says 500 of messages that it was sending when it was restarted (Client.cpp, `fail_query_closing`).
 */
function inTrouble(status: number): ConnectorError {
  if (status === 503) return new ConnectorError(unavailable)
  const detail = 'Telegram is in trouble; it may have taken the message.'
  return new ConnectorError({ ...unavailable, detail, delivery: 'unknown' })
}

/** An answer that is not the Bot API's. */
export const unreadableAnswer = (): ConnectorError =>
  new ConnectorError({
    code: 'unreadable-answer',
    detail: 'What came back is not an answer of the Bot API.',
    retry: 'later',
    delivery: 'unknown',
  })

/** Before a connection stands nothing can have left. */
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ...['ERR_TLS_CERT_ALTNAME_INVALID', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])
const TIMED_OUT: ReadonlySet<unknown> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
])

/** A call that got no answer. Its own words may name the address, and so the token: they are not passed on. */
export function brokenLine(error: unknown, signal?: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error
  const marks = marksOf(error)
  if (marks.has('destination-not-allowed')) {
    return new ConnectorError({
      code: 'destination-not-allowed',
      detail: 'The Bot API server is inside this network; OUTBOUND_ALLOW must name it.',
      retry: 'never',
      delivery: 'not-sent',
    })
  }
  if ([...marks].some((mark) => NEVER_CONNECTED.has(mark))) return new ConnectorError(unavailable)
  const timedOut = marks.has('TimeoutError') || [...marks].some((mark) => TIMED_OUT.has(mark))
  if (timedOut && signal?.aborted !== true) {
    return new ConnectorError({
      code: 'timeout',
      detail: 'Telegram did not answer in time; it may have taken the message.',
      retry: 'later',
      delivery: 'unknown',
    })
  }
  return new ConnectorError({
    code: 'connection-lost',
    detail: 'The connection to Telegram broke off; it may have taken the message.',
    retry: 'later',
    delivery: 'unknown',
  })
}

/** Names and codes of an error and of all that caused it. */
function marksOf(error: unknown): ReadonlySet<unknown> {
  const marks = new Set<unknown>()
  for (let cause = asObject(error), depth = 0; cause && depth < 8; depth += 1) {
    marks.add(cause['name']).add(cause['code'])
    for (const one of Array.isArray(cause['errors']) ? cause['errors'] : [])
      marks.add(asObject(one)?.['code'])
    cause = asObject(cause['cause'])
  }
  return marks
}
