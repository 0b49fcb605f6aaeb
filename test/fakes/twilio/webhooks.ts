/** What the fake Twilio sends: forms, signed as Twilio signs them. */
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import type { Delivery } from '../provider/provider-server.ts'
import type { FakeMessage, FakeState } from './state.ts'

/** Parameters of a form; one may come several times. */
export type FormParameters = Readonly<Record<string, string | readonly string[]>>

/** A form to an address, signed. What stands behind the # is for Twilio itself and neither sent nor signed. */
export function signedForm(address: string, parameters: FormParameters, authToken: string): Delivery {
  const [url = ''] = address.split('#', 1)
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  return {
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'user-agent': 'TwilioProxy/1.1',
      'x-twilio-signature': getExpectedTwilioSignature(authToken, url, { ...parameters }),
    },
    body: new URLSearchParams(pairs).toString(),
  }
}

/** What Twilio says of a message of ours. */
export function statusParameters(message: FakeMessage, state: FakeState): Record<string, string> {
  const isWhatsApp = message.to.startsWith('whatsapp:')
  return {
    AccountSid: state.accountSid,
    ApiVersion: '2010-04-01',
    From: message.from,
    To: message.to,
    MessageSid: message.sid,
    MessageStatus: message.status,
    SmsSid: message.sid,
    SmsStatus: message.status,
    ...(message.errorCode === null ? {} : { ErrorCode: String(message.errorCode) }),
    ...(message.messagingServiceSid === null ? {} : { MessagingServiceSid: message.messagingServiceSid }),
    ...(isWhatsApp
      ? { ChannelPrefix: 'whatsapp', ChannelToAddress: message.to, ChannelInstallSid: `XE${'0'.repeat(32)}` }
      : {}),
    ...(isWhatsApp && message.status === 'read' ? { EventType: 'READ' } : {}),
  }
}

/** What a customer may send. */
export interface CustomerMessage {
  readonly text?: string
  readonly media?: readonly { readonly contentType: string; readonly bytes: Uint8Array }[]
  readonly location?: {
    readonly latitude: number
    readonly longitude: number
    readonly label?: string
    readonly address?: string
  }
  readonly button?: { readonly text: string; readonly payload?: string }
  readonly listItem?: { readonly title: string; readonly id: string }
  /** The message of ours, or of his, that he answers to. */
  readonly replyTo?: string
  readonly profileName?: string
  readonly optOutType?: 'STOP' | 'START' | 'HELP'
  /** Which of our numbers he writes to; the first one of the kind when left out. */
  readonly to?: string
  /** Parameters that Twilio may add one day. */
  readonly more?: Readonly<Record<string, string>>
  /** Twilio keeps it, but cannot bring it to us. */
  readonly inVain?: boolean
}

/** What Twilio tells of a message of a customer's. @param place where files are */
export function inboundParameters(
  message: FakeMessage,
  said: CustomerMessage,
  state: FakeState,
  place: string,
): Record<string, string> {
  const { location, button, listItem, replyTo, profileName, optOutType } = said
  const isWhatsApp = message.from.startsWith('whatsapp:')
  const media = message.media.flatMap(({ sid, contentType }, index) => [
    [
      `MediaUrl${index}`,
      `${place}/2010-04-01/Accounts/${state.accountSid}/Messages/${message.sid}/Media/${sid}`,
    ],
    [`MediaContentType${index}`, contentType],
  ])
  const waId = /^whatsapp:\+(\d+)$/.exec(message.from)?.[1]
  return {
    AccountSid: state.accountSid,
    ApiVersion: '2010-04-01',
    Body: message.body,
    From: message.from,
    To: message.to,
    MessageSid: message.sid,
    SmsMessageSid: message.sid,
    SmsSid: message.sid,
    SmsStatus: 'received',
    NumMedia: String(message.media.length),
    NumSegments: '1',
    ...Object.fromEntries(media),
    ...(message.messagingServiceSid === null ? {} : { MessagingServiceSid: message.messagingServiceSid }),
    ...(isWhatsApp
      ? {
          ProfileName: profileName ?? 'Ada Lovelace',
          MessageType: location ? 'location' : button ? 'button' : listItem ? 'interactive' : 'text',
        }
      : {}),
    ...(waId === undefined ? {} : { WaId: waId }),
    ...(location
      ? {
          Latitude: String(location.latitude),
          Longitude: String(location.longitude),
          ...(location.label === undefined ? {} : { Label: location.label }),
          ...(location.address === undefined ? {} : { Address: location.address }),
        }
      : {}),
    ...(button
      ? {
          ButtonText: button.text,
          ...(button.payload === undefined ? {} : { ButtonPayload: button.payload }),
        }
      : {}),
    ...(listItem ? { ListId: listItem.id, ListTitle: listItem.title } : {}),
    ...(replyTo === undefined
      ? {}
      : { OriginalRepliedMessageSid: replyTo, OriginalRepliedMessageSender: message.to }),
    ...(optOutType === undefined ? {} : { OptOutType: optOutType }),
    ...said.more,
  }
}
