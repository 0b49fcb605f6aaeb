import type { ConfigField } from '../../src/contract/config-field.ts'
import type { SetupStep } from '../../src/contract/setup-step.ts'

/** What the app must be allowed; the list stands in the set-up steps and in what "Test connection" says. */
export const SCOPES = {
  always: ['chat:write', 'users:read', 'files:read', 'files:write', 'reactions:read'],
  directMessages: ['im:history', 'im:read', 'im:write', 'mpim:history', 'mpim:read'],
  mentions: ['app_mentions:read', 'channels:history', 'channels:read', 'groups:history', 'groups:read'],
  channels: ['channels:history', 'channels:read', 'groups:history', 'groups:read'],
  agentNames: ['chat:write.customize'],
  /** Worth having and not needed. */
  useful: ['users:read.email'],
} as const

/** What the app must be subscribed to. */
export const BOT_EVENTS = [
  'message.im',
  'message.mpim',
  'message.channels',
  'message.groups',
  'app_mention',
  'reaction_added',
  'reaction_removed',
  'channel_id_changed',
  'app_uninstalled',
  'tokens_revoked',
] as const

const ALL_SCOPES = [...new Set(Object.values(SCOPES).flat())]

/** The settings of a channel of this kind. */
export const configFields: readonly ConfigField[] = [
  {
    key: 'botToken',
    label: 'Bot token',
    help: 'Begins with xoxb-. In the app’s settings under OAuth & Permissions.',
    kind: 'secret',
    required: true,
    pattern: '^xoxb-[A-Za-z0-9-]+$',
    patternHelp: 'a bot token begins with xoxb-; one of an app with token rotation ends after hours',
  },
  {
    key: 'receive',
    label: 'Receive by',
    help: 'Automatic: the Events API where Slack can reach this server, Socket Mode elsewhere.',
    kind: 'select',
    required: false,
    default: 'auto',
    options: [
      { value: 'auto', label: 'Automatic' },
      { value: 'events', label: 'Events API' },
      { value: 'socket', label: 'Socket Mode' },
    ],
  },
  {
    key: 'signingSecret',
    label: 'Signing secret',
    help: 'In the app’s settings under Basic Information. For the Events API: what is not signed with it is refused.',
    kind: 'secret',
    required: false,
    showWhen: { key: 'receive', equals: ['auto', 'events'] },
  },
  {
    key: 'appToken',
    label: 'App-level token',
    help: 'Begins with xapp- and has the scope connections:write. For Socket Mode.',
    kind: 'secret',
    required: false,
    pattern: '^xapp-[A-Za-z0-9-]+$',
    patternHelp: 'an app-level token begins with xapp-',
    showWhen: { key: 'receive', equals: ['auto', 'socket'] },
  },
  {
    key: 'directMessages',
    label: 'Direct messages become conversations',
    kind: 'boolean',
    required: false,
    default: true,
  },
  {
    key: 'directThreads',
    label: 'Threads in direct messages are conversations of their own',
    help: 'Otherwise a person has one conversation, and answers go below their last message.',
    kind: 'boolean',
    required: false,
    default: false,
    showWhen: { key: 'directMessages', equals: true },
  },
  {
    key: 'mentions',
    label: 'Mentions become conversations',
    help: 'In every channel that the app was invited to. The thread below the mention belongs to the conversation.',
    kind: 'boolean',
    required: false,
    default: true,
  },
  {
    key: 'channels',
    label: 'Channels whose every message becomes a conversation',
    help: 'One a line: the id at the end of a channel’s details, such as C0123456789. The app must be invited.',
    kind: 'list',
    required: false,
    default: [],
    pattern: '^[CG][A-Z0-9]{2,20}$',
    patternHelp: 'a channel’s id begins with C or G',
    maxLength: 21,
  },
  {
    key: 'otherBots',
    label: 'Messages of other apps count, too',
    help: 'Such as those of a workflow. Two apps that answer each other never come to an end.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'agentNames',
    label: 'Write under the agent’s name',
    help: 'Needs the scope chat:write.customize. Messages with files stand under the app’s name all the same.',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'apiBaseUrl',
    label: 'Address of the Web API',
    help: 'https://slack-gov.com/api/ for GovSlack.',
    kind: 'url',
    required: false,
    default: 'https://slack.com/api/',
  },
]

/** What is to be done in Slack. */
export const setup: readonly SetupStep[] = [
  {
    text: 'Make an app for your workspace, from scratch or from a manifest.',
    link: { label: 'Your Slack apps', url: 'https://api.slack.com/apps' },
  },
  { text: `Under OAuth & Permissions give it these bot token scopes: ${ALL_SCOPES.join(', ')}.` },
  {
    text:
      'Under App Home switch the Messages Tab on and allow messages from it, ' +
      'so that people can write to the app directly.',
  },
  {
    text: 'Leave token rotation off. Install it to the workspace. Copy the bot token, and the signing secret from Basic Information.',
  },
  {
    text:
      'Where Slack can reach this server: save the channel here, then switch Event Subscriptions on in Slack ' +
      'with this request URL; Interactivity may have the same one.',
    copies: 'webhook-url',
  },
  {
    text:
      'Where it cannot: switch Socket Mode on and make an app-level token with the scope connections:write. ' +
      'Nothing has to be opened in the firewall.',
  },
  { text: `Either way subscribe to these bot events: ${BOT_EVENTS.join(', ')}. Install the app again.` },
  { text: 'Invite the app to the channels that it is to hear: /invite @app.' },
]
