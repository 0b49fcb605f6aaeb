import type { ConfigField } from '../../../src/contract/config-field.ts'
import type { Capabilities } from '../../../src/domain/capabilities.ts'
import type { SendMessageCommand, StartConversationCommand } from '../../../src/domain/commands.ts'
import type { DomainEvent } from '../../../src/domain/events.ts'
import type { TeamId } from '../../../src/domain/ids.ts'
import type { MessageTemplate } from '../../../src/domain/message-template.ts'
import { permissionsOf } from '../../../src/domain/permissions.ts'
import type { AgentCapacity, FairCap } from '../../../src/domain/routing/agent-state.ts'
import type { WorkingHours } from '../../../src/domain/routing/hours.ts'
import type {
  CategoryView,
  RoutingSettingsView,
  SkillView,
  TeamView,
} from '../../../src/domain/routing-views.ts'
import type {
  AgentView,
  ApiTokenView,
  ChannelAdminView,
  ContactView,
  ConversationView,
  LetterBodyView,
  MessageView,
  ProfileView,
  QuarantineView,
  RoutingDecisionView,
} from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'

/** What the router goes by for one agent, as far as it is his own. */
export interface OwnRouting {
  readonly capacity?: AgentCapacity
  readonly fairCap?: FairCap
  readonly skills: Readonly<Record<string, number>>
  readonly primaryTeamId?: TeamId
  readonly schedule?: WorkingHours
  readonly version: number
}

/** All that the fake server knows. */
export interface FakeState {
  setUpNeeded: boolean
  password: string
  secondFactor: boolean
  agents: Writable<AgentView>[]
  channels: Writable<ChannelAdminView>[]
  contacts: Map<string, Writable<ContactView>>
  conversations: Map<string, Writable<ConversationView>>
  /** Oldest first, by conversation. */
  messages: Map<string, Writable<MessageView>[]>
  decisions: Map<string, RoutingDecisionView[]>
  quarantine: QuarantineView[]
  tokens: ApiTokenView[]
  teams: Writable<TeamView>[]
  categories: Writable<CategoryView>[]
  skills: SkillView[]
  /** What agents have of their own, by agent. */
  routing: Map<string, Writable<OwnRouting>>
  routingSettings: Writable<RoutingSettingsView>
  /** Since when somebody waits, by conversation. */
  waitingSince: Map<string, string>
  /** Whole letters, by message. */
  letters: Map<string, LetterBodyView>
  /** Approved messages, by channel. */
  templates: Map<string, MessageTemplate[]>
  /** What agents sent, as it came. */
  sent: (SendMessageCommand | StartConversationCommand)[]
  files: Map<string, { name: string; contentType: string; bytes: Buffer }>
  /** Told of everything that changes; the socket server listens. */
  publish: (events: readonly DomainEvent[]) => void
}

/** Settings of the one kind of channel that the fake offers. */
export const CONFIG_FIELDS: readonly ConfigField[] = [
  { key: 'title', label: 'Title', kind: 'text', required: true, default: 'Chat with us', maxLength: 60 },
  { key: 'greeting', label: 'Greeting', kind: 'textarea', required: false, default: 'Hi! How can we help?' },
  {
    key: 'color',
    label: 'Colour',
    kind: 'color',
    required: true,
    default: '#0b5c68',
    pattern: '#[0-9a-f]{6}',
    patternHelp: 'A colour such as #0b5c68',
  },
  {
    key: 'position',
    label: 'Corner',
    kind: 'select',
    required: true,
    default: 'right',
    options: [
      { value: 'right', label: 'Right' },
      { value: 'left', label: 'Left' },
    ],
  },
  {
    key: 'domains',
    label: 'Allowed sites',
    help: 'Sites that may show the chat.',
    kind: 'list',
    required: false,
  },
  {
    key: 'preChat',
    label: 'Ask for name and address first',
    kind: 'boolean',
    required: false,
    default: false,
  },
  {
    key: 'preChatText',
    label: 'Text above the questions',
    kind: 'text',
    required: true,
    showWhen: { key: 'preChat', equals: true },
  },
  {
    key: 'identitySecret',
    label: 'Identity secret',
    help: 'Your site signs who its visitors are with it.',
    kind: 'secret',
    required: true,
    generated: true,
  },
]

/** What the demo channels can do. */
export const CAPABILITIES: Capabilities = {
  workType: 'messaging',
  text: { support: 'native', maxLength: 2_000, overLimit: 'refuse' },
  attachments: { support: 'native', maxBytes: 5_000_000, maxPerMessage: 5, contentTypes: [] },
  replyTo: 'absent',
  reactions: 'absent',
  typing: 'native',
  markRead: 'native',
  editMessage: 'absent',
  deleteMessage: 'absent',
  receipts: { delivered: 'native', read: 'native' },
  startConversation: 'absent',
  idempotentSend: true,
}

let counter = 0

/** A fresh id of the domain's form. */
export function freshId<Id extends string>(length = 24): Id {
  counter += 1
  return counter.toString(16).padStart(length, '0') as Id
}

/** An instant some minutes ago. */
export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

/** The one who is signed in, with what he may do. */
export function profileOf(state: FakeState, agent: AgentView): ProfileView {
  return {
    ...agent,
    permissions: permissionsOf(agent.role),
    secondFactor: state.secondFactor,
    locale: 'en',
  }
}
