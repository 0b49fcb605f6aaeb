/** What is known of one of Twilio's error codes. */
export interface KnownFailure {
  readonly code: string
  /** One sentence for an agent. */
  readonly words: string
  /** It may go right by itself later. */
  readonly passes?: true
  /** Nothing of this channel is taken for a while. */
  readonly holdsChannel?: true
  /** The customer wants no messages. */
  readonly optedOut?: true
}

const number = (code: string, words: string): KnownFailure => ({ code, words })
const passing = (code: string, words: string): KnownFailure => ({ code, words, passes: true })

/** The codes that messages fail with, by Twilio's number (facts: twilio.com/docs/api/errors). */
const FAILURES: Readonly<Record<number, KnownFailure>> = {
  // The account and the request.
  10001: number('account-inactive', 'The Twilio account is not active.'),
  10002: number('trial-account', 'A trial account of Twilio cannot do this.'),
  14107: {
    ...passing('rate-limited', 'Twilio takes no more messages of this number for now.'),
    holdsChannel: true,
  },
  20003: number('bad-credentials', 'Twilio does not accept the account SID and auth token of this channel.'),
  20005: number('account-inactive', 'The Twilio account is not active.'),
  20404: number('sender-unknown', 'Twilio knows no such account, number or service.'),
  20429: { ...passing('rate-limited', 'Twilio takes no more requests for now.'), holdsChannel: true },
  20500: passing('platform-unavailable', 'Twilio has trouble of its own.'),
  20503: passing('platform-unavailable', 'Twilio is not available at present.'),
  21211: number('recipient-unknown', 'This is not a number that messages can be sent to.'),
  21212: number('sender-unknown', 'The number of this channel cannot send messages.'),
  21217: number('recipient-unknown', 'This number has a form that Twilio does not understand.'),
  21219: number(
    'trial-account',
    'A trial account of Twilio reaches only numbers that were verified in its console.',
  ),
  21265: number('recipient-unknown', 'Short codes cannot be written to.'),
  21266: number('recipient-unknown', 'A number cannot write to itself.'),
  21408: number(
    'region-not-allowed',
    'The Twilio account may not send to this country; its owner can allow it.',
  ),
  21601: number('sender-unknown', 'The number of this channel cannot send messages.'),
  21602: number('text-missing', 'Twilio got a message without a text.'),
  21603: number('sender-unknown', 'The channel has no number to send from.'),
  21604: number('recipient-unknown', 'There is no number to send to.'),
  21605: number('text-too-long', 'The text is longer than the 1,600 characters that Twilio takes.'),
  21606: number(
    'sender-unknown',
    'The number of this channel does not belong to the Twilio account or cannot send.',
  ),
  21608: number(
    'trial-account',
    'A trial account of Twilio reaches only numbers that were verified in its console.',
  ),
  21609: number(
    'webhook-unreachable',
    'Twilio cannot call this server: its public address is not on the internet.',
  ),
  21610: {
    code: 'opted-out',
    words: 'The customer has written STOP: no message of this channel gets there until they write START.',
    optedOut: true,
  },
  21611: {
    ...passing('queue-full', 'More messages of this number wait at Twilio than it keeps.'),
    holdsChannel: true,
  },
  21612: number('recipient-unreachable', 'No message goes from this number to that one.'),
  21614: number('recipient-unknown', 'This number cannot get text messages; it may be a landline.'),
  21617: number('text-too-long', 'The text is longer than the 1,600 characters that Twilio takes.'),
  21619: number('text-missing', 'Twilio got a message without text, file or template.'),
  21620: number(
    'attachment-unreachable',
    'Twilio cannot fetch the file: this server’s public address is wrong.',
  ),
  21623: number('too-many-attachments', 'Twilio takes no more than 10 files in one message.'),
  21635: number('recipient-unknown', 'This number is a landline.'),
  21654: number('template-unknown', 'Twilio does not know this template.'),
  21655: number('template-unknown', 'Twilio does not know this template.'),
  21656: number(
    'template-variables',
    'The values for the gaps of the template are not as Twilio wants them.',
  ),
  21703: number('sender-unknown', 'The messaging service has no number that can send this.'),
  21704: number('sender-unknown', 'The messaging service has no numbers.'),
  21730: passing('platform-unavailable', 'Twilio is under maintenance.'),
  // What carriers say of text messages.
  30001: passing('queue-full', 'More messages wait at Twilio than it keeps.'),
  30002: number('account-suspended', 'The Twilio account was suspended before the message left.'),
  30003: number('recipient-unreachable', 'The phone is switched off or has no network.'),
  30004: number('blocked-by-recipient', 'The customer or their carrier blocks this message.'),
  30005: number('recipient-unknown', 'This number is unknown or no longer in service.'),
  30006: number('recipient-unknown', 'This number is a landline, or its carrier is out of reach.'),
  30007: number('filtered', 'The carrier took the message for spam and filtered it.'),
  30008: number('not-delivered', 'The carrier did not deliver it and does not say why.'),
  30009: number('not-delivered', 'A part of the message got lost on the way.'),
  30010: number('price-too-high', 'The message would have cost more than was allowed.'),
  30011: number('attachment-type', 'The carrier takes no pictures or files for this number.'),
  30017: passing('not-delivered', 'The carrier’s network is overloaded.'),
  30018: number('sender-not-registered', 'The carrier wants the sender registered first.'),
  30019: number('attachment-too-large', 'The file is larger than the carrier takes.'),
  30022: passing('rate-limited', 'The carrier takes no more messages of this sender for now.'),
  30023: number('rate-limited', 'This sender has used up the carrier’s allowance for today.'),
  30024: number('sender-not-registered', 'The number is not yet known to the carrier.'),
  30027: number('rate-limited', 'This sender has used up the carrier’s allowance for today.'),
  30032: number('sender-not-registered', 'The toll-free number has not been verified.'),
  30034: number(
    'sender-not-registered',
    'The number belongs to no registered A2P 10DLC campaign: US carriers refuse it.',
  ),
  30036: number('expired', 'The message waited too long and was given up.'),
  30410: number('not-delivered', 'The carrier did not answer in time.'),
  30450: number('blocked-by-platform', 'Twilio blocked the message as suspicious traffic.'),
  30485: number('blocked-by-platform', 'Twilio’s fraud guard blocked the message.'),
  // WhatsApp and other messengers.
  63001: number('bad-credentials', 'WhatsApp does not accept the sender’s credentials.'),
  63002: number('sender-unknown', 'WhatsApp knows no such sender.'),
  63003: number('recipient-unknown', 'This number is not on WhatsApp.'),
  63005: number('content-refused', 'WhatsApp does not take this content.'),
  63007: number(
    'sender-unknown',
    'The number of this channel is not set up for WhatsApp in the Twilio account.',
  ),
  63008: number('sender-unknown', 'The WhatsApp sender is not set up completely.'),
  63010: passing('platform-unavailable', 'WhatsApp has trouble of its own.'),
  63012: passing('platform-unavailable', 'WhatsApp has trouble of its own.'),
  63013: number('policy-violation', 'The message is against WhatsApp’s policy.'),
  63015: number('recipient-not-allowed', 'The customer has not joined the WhatsApp sandbox.'),
  63016: number(
    'reply-window-closed',
    'More than 24 hours have passed since the customer wrote: only a template goes out.',
  ),
  63017: number('recipient-not-allowed', 'The customer has not agreed to this kind of message.'),
  63018: passing('rate-limited', 'WhatsApp takes no more messages of this sender for now.'),
  63019: number('attachment-unreachable', 'WhatsApp could not fetch the file.'),
  63020: number('account-suspended', 'WhatsApp has no valid means of payment for this account.'),
  63021: number(
    'content-refused',
    'WhatsApp does not take this content; a template must stay within 1,024 characters.',
  ),
  63022: number('template-variables', 'WhatsApp does not take this name or these values for the template.'),
  63024: number('recipient-unknown', 'WhatsApp cannot deliver to this number.'),
  63025: number('attachment-type', 'WhatsApp has this file already and does not take it again.'),
  63027: number('template-unknown', 'WhatsApp knows no such template in this language.'),
  63028: number('template-variables', 'The template has another number of gaps than was filled in.'),
  63029: number('recipient-unreachable', 'The customer’s app is too old for this template.'),
  63030: number('content-refused', 'WhatsApp does not know a part of this message.'),
  63032: number(
    'recipient-not-allowed',
    'WhatsApp does not deliver this to the customer, who is part of an experiment of theirs.',
  ),
  63033: number('blocked-by-recipient', 'The customer has blocked this sender.'),
  63035: number('recipient-not-allowed', 'WhatsApp does not allow this to be sent to the customer.'),
  63036: number('recipient-unknown', 'This number cannot get WhatsApp messages.'),
  63038: number('rate-limited', 'The account has used up its messages for today.'),
  63041: number(
    'template-paused',
    'WhatsApp has paused this template because customers marked it as unwanted.',
  ),
  63042: number('template-paused', 'WhatsApp has switched this template off.'),
  63049: number(
    'recipient-not-allowed',
    'WhatsApp holds this marketing message back: the customer got many of that kind.',
  ),
  63051: number('account-suspended', 'WhatsApp has locked the business account.'),
  63112: number('account-suspended', 'Meta has switched the business account or the sender off.'),
}

/** What is known of a code; undefined of one that is not on the list. */
export function knownFailure(code: number | string | undefined): KnownFailure | undefined {
  const found = Number(code)
  return Object.hasOwn(FAILURES, found) ? FAILURES[found] : undefined
}

/** Every code on the list. */
export const KNOWN_CODES: readonly number[] = Object.keys(FAILURES).map(Number)

/** A failure as it is told: a stable code, one sentence and Twilio's number, by which support people find it. */
export function tellFailure(code: number | string | undefined): {
  readonly code: string
  readonly detail: string
} {
  const known = knownFailure(code)
  const named = /^\d{1,6}$/.test(String(code ?? '')) ? ` (Twilio ${String(code)})` : ''
  return {
    code: known?.code ?? 'platform-refused',
    detail: `${known?.words ?? 'Twilio did not deliver the message.'}${named}`,
  }
}
