import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities, PaceLimit } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { answerButton, deleteMessage, editMessage, sendTyping } from './change.ts'
import { check } from './check.ts'
import { fetchAttachment, lookUpIdentity } from './fetch-file.ts'
import { parse } from './parse.ts'
import { MOST_UPLOAD_BYTES, send } from './send.ts'
import { openPolling } from './session.ts'
import { activate, deactivate, isCalled, mendWebhook, relocates } from './set-webhook.ts'
import { configFields, setup, type TelegramConfig } from './settings.ts'
import { threadPlaceIn } from './thread-place.ts'
import { pressedButtonOf } from './update-key.ts'
import { webhook } from './webhook.ts'
import { readObject } from './wire.ts'

const SECOND_MS = 1_000
/** The largest file at the slowest line that the guarded fetch bears, twice: what cannot be shown goes again as a file. */
const SEND_LIMIT_MS = 600 * SECOND_MS

/** "Avoid sending more than one message per second"; a short burst is borne (Bot FAQ, "Broadcasting to Users"). */
const IN_A_CHAT: PaceLimit = { messages: 1, perMs: SECOND_MS, burst: 3 }
/**
 * "Not more than 20 messages per minute" to a group. Limits are the channel's, so with groups every chat keeps to it;
 * nobody writes more than that to one person.
 */
const IN_A_GROUP: PaceLimit = { messages: 20, perMs: 60 * SECOND_MS, burst: 3 }

/** After entities are taken out, in UTF-16 units; ours are never in the text. */
const MOST_TEXT = 4_096
const MOST_CAPTION = 1_024

function capabilities({ groups }: TelegramConfig): Capabilities {
  return {
    workType: 'messaging',
    text: { support: 'native', maxLength: MOST_TEXT, overLimit: 'split' },
    formatting: 'native',
    attachments: {
      support: 'native',
      maxBytes: MOST_UPLOAD_BYTES,
      /**
       * An album would have as many ids as pictures, of which a message has one: a reaction to, an answer to or the
       * deletion of the second would meet nothing. So each file is a message with a fate of its own.
       */
      maxPerMessage: 1,
      overCount: 'split',
      maxTextLength: MOST_CAPTION,
      contentTypes: [],
    },
    replyTo: 'native',
    reactions: 'native',
    typing: 'native',
    markRead: 'absent',
    editMessage: 'native',
    deleteMessage: 'native',
    // Bots are not told.
    receipts: { delivered: 'absent', read: 'absent' },
    // A bot may write only to those who wrote to it.
    startConversation: 'absent',
    // There is neither a key of the client nor a list of what was sent: what is uncertain stays so.
    idempotentSend: false,
    pacing: {
      channel: { messages: 30, perMs: SECOND_MS },
      thread: groups ? [IN_A_CHAT, IN_A_GROUP] : [IN_A_CHAT],
    },
  }
}

/** A Telegram bot: people write to it in private chats, and in groups where that is wanted. */
export const telegram: Connector<TelegramConfig> = {
  type: 'telegram' as ChannelType,
  displayName: 'Telegram',
  summary: 'A Telegram bot: messages, pictures and files, with formatting, replies and reactions.',
  mark: {
    color: '#1f7ab5',
    path: 'M21 4L3 11.5l6 2.5L18 7.5l-6.5 8 6 4.5zM9 14v5.5l2.5-3',
  },
  configFields,
  setup,
  capabilities,
  check,
  activate,
  deactivate,
  relocates,
  inbound: {
    kind: 'either',
    webhook,
    session: { kind: 'session', open: openPolling, parse },
    choose: ({ receive }, { reachable, port }) =>
      receive === 'webhook' || (receive === 'auto' && reachable && isCalled(port)) ? 'webhook' : 'session',
  },
  async afterInbound({ body }, ctx) {
    const update = readObject(body)
    const button = update && pressedButtonOf(update)
    if (button !== undefined) await answerButton(button, ctx)
  },
  sendLimitMs: SEND_LIMIT_MS,
  placeOf: (threadKey) => threadPlaceIn(threadKey).chatId,
  send,
  catchUp: mendWebhook,
  lookUpIdentity,
  fetchAttachment,
  sendTyping,
  editMessage,
  deleteMessage,
}
