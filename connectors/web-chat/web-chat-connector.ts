import type { Connector } from '../../src/contract/connector.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { ChannelType } from '../../src/domain/ids.ts'
import { inbound } from './inbound.ts'
import type { WebChatConfig } from './settings.ts'
import { configFields, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_TEXT_LENGTH } from './settings.ts'
import { visitors } from './visitor-access.ts'

const CAPABILITIES: Capabilities = {
  workType: 'messaging',
  text: { support: 'native', maxLength: MAX_TEXT_LENGTH, overLimit: 'split' },
  attachments: {
    support: 'native',
    maxBytes: MAX_ATTACHMENT_BYTES,
    maxPerMessage: MAX_ATTACHMENTS,
    contentTypes: [],
  },
  replyTo: 'absent',
  reactions: 'absent',
  // Shown to the visitor by the server's own live link to his client: no platform is called, so no method is here.
  typing: 'degraded',
  markRead: 'degraded',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'native', read: 'native' },
  startConversation: 'absent',
  idempotentSend: true,
}

/** Chat on a website. The visitor's client reads what is stored, so a message is sent once it is there. */
export const webChat: Connector<WebChatConfig> = {
  type: 'web-chat' as ChannelType,
  displayName: 'Web chat',
  summary: 'A chat window on your own website, live on both sides.',
  mark: {
    color: '#127380',
    path: 'M4 5h16v11h-9l-4 4v-4H4z',
  },
  configFields,
  capabilities: () => CAPABILITIES,
  check: ({ config }) =>
    Promise.resolve({
      ok: true,
      detail:
        config.allowedDomains.length === 0
          ? 'Ready. Any site may show the widget: list your domains to prevent that.'
          : `Ready for ${config.allowedDomains.join(', ')}.`,
    }),
  inbound,
  visitors,
  send: ({ id }) => Promise.resolve({ externalId: id, status: 'sent' }),
}
