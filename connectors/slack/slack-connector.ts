import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { catchUp } from './api/catch-up.ts'
import { deleteMessage, editMessage } from './api/change.ts'
import { check } from './api/check.ts'
import { fetchAttachment } from './api/fetch-file.ts'
import { findSent } from './api/find-sent.ts'
import { lookUpIdentity } from './api/identity.ts'
import { sendMessage } from './api/send.ts'
import { choose } from './choose.ts'
import type { SlackConfig } from './config.ts'
import { parse } from './events/parse.ts'
import { channelOfThread } from './events/place.ts'
import { afterInbound, webhook } from './inbound.ts'
import { configFields, setup } from './settings.ts'
import { openSocketMode } from './socket/session.ts'

const SECOND_MS = 1_000

const CAPABILITIES: Capabilities = {
  workType: 'messaging',
  // What Slack recommends; it would cut at 40,000 (docs.slack.dev/reference/methods/chat.postMessage).
  text: { support: 'native', maxLength: 4_000, overLimit: 'split' },
  formatting: 'native',
  attachments: {
    support: 'native',
    maxBytes: 50_000_000,
    maxPerMessage: 10,
    overCount: 'split',
    contentTypes: [],
  },
  // An answer to one message is a thread, and that is the conversation itself.
  replyTo: 'absent',
  reactions: 'native',
  // The Web API has neither for apps.
  typing: 'absent',
  markRead: 'absent',
  editMessage: 'native',
  deleteMessage: 'native',
  receipts: { delivered: 'absent', read: 'absent' },
  startConversation: 'native',
  // Slack knows no key of ours; what became of a message is looked up by `findSent`.
  idempotentSend: false,
  // One message a second and channel (docs.slack.dev/apis/web-api/rate-limits), and several hundred a minute in all.
  pacing: {
    channel: { messages: 5, perMs: SECOND_MS, burst: 10 },
    thread: [{ messages: 1, perMs: SECOND_MS }],
  },
}

/** Uploads of several large files, and the looks after them. */
const SEND_LIMIT_MS = 5 * 60_000

/** An app in a Slack workspace: direct messages, mentions and channels become conversations. */
export const slack: Connector<SlackConfig> = {
  type: 'slack' as ChannelType,
  displayName: 'Slack',
  summary: 'A Slack workspace: direct messages, mentions and channels, for customers as for colleagues.',
  mark: {
    color: '#7a3b7c',
    path: 'M10 4L8 20M16.5 4l-2 16M4.5 9h16M3.5 15h16',
  },
  configFields,
  setup,
  capabilities: () => CAPABILITIES,
  check,
  inbound: { kind: 'either', webhook, session: { kind: 'session', open: openSocketMode, parse }, choose },
  afterInbound,
  sendLimitMs: SEND_LIMIT_MS,
  placeOf: channelOfThread,
  send: sendMessage,
  findSent,
  catchUp,
  lookUpIdentity,
  fetchAttachment,
  editMessage,
  deleteMessage: (externalId, _to, ctx) => deleteMessage(externalId, ctx),
}
