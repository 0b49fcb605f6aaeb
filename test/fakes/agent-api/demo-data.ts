import type { ConversationStatus, Priority } from '../../../src/domain/conversation.ts'
import type { AgentId, ChannelId, ContactId, ConversationId } from '../../../src/domain/ids.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import type { RoutingCandidate } from '../../../src/domain/routing/trace.ts'
import { ROUND_ROBIN_POLICY } from '../../../src/domain/routing.ts'
import type { AgentView, AttachmentView, ConversationView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { addLetters } from './letters-data.ts'
import { addMessage } from './messages.ts'
import { addMessengers } from './messengers-data.ts'
import { COLLEAGUES, CUSTOMERS, type DemoCustomer, SMALL_TALK } from './people.ts'
import { addRouting } from './routing-data.ts'
import type { FakeState } from './state.ts'
import { CAPABILITIES, freshId, minutesAgo } from './state.ts'

const CONVERSATIONS = 60
/** The conversation with a long history. */
const LONG_THREAD = 4

/** How much history the long thread has. */
export interface DemoOptions {
  readonly longThread?: number
  /** A channel that carries letters as well. */
  readonly letters?: boolean
  /** Channels of short messages as well. */
  readonly messengers?: boolean
}

/** A believable workspace in the middle of a working day. */
export function demoState(options: DemoOptions = {}): FakeState {
  const { longThread = 400, letters = false, messengers = false } = options
  const state: FakeState = {
    setUpNeeded: false,
    password: 'correct horse battery',
    secondFactor: false,
    agents: COLLEAGUES.map((colleague) => ({
      id: freshId<AgentId>(),
      ...colleague,
      state: 'active',
      seenAt: minutesAgo(colleague.present ? 0 : 190),
      version: 1,
    })),
    channels: [],
    contacts: new Map(),
    conversations: new Map(),
    messages: new Map(),
    decisions: new Map(),
    quarantine: [],
    tokens: [],
    teams: [],
    categories: [],
    skills: [],
    routing: new Map(),
    routingSettings: {
      defaultCapacity: { total: 12 },
      countSnoozed: false,
      countPending: false,
      presenceGraceMs: 120_000,
      holidays: [{ name: 'Sweden', dates: ['2026-12-24', '2026-12-25', '2027-01-01'] }],
      tagSkills: [],
      version: 1,
    },
    waitingSince: new Map(),
    letters: new Map(),
    templates: new Map(),
    sent: [],
    files: new Map(),
    publish: () => undefined,
  }
  for (const [name, policy] of [
    ['Harbour shop', ROUND_ROBIN_POLICY],
    ['Dealer portal', PICK_POLICY],
  ] as const) {
    const id = freshId<ChannelId>()
    state.channels.push({
      id,
      type: 'live-chat' as never,
      typeName: 'Live chat',
      name,
      paused: false,
      health: { state: 'healthy', at: minutesAgo(3) },
      capabilities: CAPABILITIES,
      config: {
        title: 'Chat with us',
        color: '#0b5c68',
        position: 'right',
        preChat: false,
        identitySecret: true,
      },
      policy,
      policyIssues: [],
      skills: [],
      access: { kind: 'everyone' },
      snippet: `<script async src="http://localhost:4200/widget/loader.js" data-channel="${id}"></script>`,
      createdAt: minutesAgo(90_000),
      version: 1,
    })
  }
  for (let index = 0; index < CONVERSATIONS; index += 1) addConversation(state, index, longThread)
  addQuarantine(state)
  addRouting(state)
  if (letters) addLetters(state)
  if (messengers) addMessengers(state)
  return state
}

const statusOf = (index: number): ConversationStatus =>
  index % 9 === 7 ? 'snoozed' : index % 7 === 5 ? 'resolved' : index % 11 === 9 ? 'pending' : 'open'

const priorityOf = (index: number): Priority =>
  index % 13 === 2 ? 'urgent' : index % 8 === 4 ? 'high' : 'normal'

function addConversation(state: FakeState, index: number, longThread: number): void {
  const customer = CUSTOMERS[index % CUSTOMERS.length] as DemoCustomer
  const round = Math.floor(index / CUSTOMERS.length)
  const channel = state.channels[index % 4 === 3 ? 1 : 0] as FakeState['channels'][number]
  const assignee = index % 3 === 1 ? undefined : state.agents[[0, 0, 1, 2][index % 4] as number]
  const contactId = freshId<ContactId>()
  const id = freshId<ConversationId>()
  const name = round === 0 ? customer.name : `${customer.name} ${'I'.repeat(round)}`
  const age = 2 + index * 17 + round * 240
  const status = statusOf(index)
  state.contacts.set(contactId, {
    id: contactId,
    name,
    emails: customer.email ? [round === 0 ? customer.email : `${round}.${customer.email}`] : [],
    phones: index % 4 === 0 ? [`+4670123${String(4_500 + index)}`] : [],
    attributes:
      index % 2 === 0 ? { plan: 'Crew', 'customer no.': String(48_200 + index), city: 'Göteborg' } : {},
    tags: [],
    identities: [
      {
        id: freshId(),
        channelId: channel.id,
        externalId: `v_${contactId.slice(-8)}`,
        displayName: name,
        verified: index % 3 === 0,
      },
    ],
    createdAt: minutesAgo(age + 60_000),
    version: 1,
  })
  const conversation: Writable<ConversationView> = {
    id,
    channelId: channel.id,
    contact: { id: contactId, name },
    status,
    ...(status === 'snoozed' ? { snoozedUntil: minutesAgo(-900 - index * 60) } : {}),
    ...(assignee ? { assigneeId: assignee.id } : {}),
    workType: 'messaging',
    priority: priorityOf(index),
    tags: customer.tags ?? [],
    unreadCount: 0,
    lastActivityAt: minutesAgo(age),
    createdAt: minutesAgo(age + 30),
    routing: { status: 'settled' },
    version: 1,
  }
  state.conversations.set(id, conversation)
  state.messages.set(id, [])
  fillThread(state, conversation, { customer, index, age, assignee, longThread })
  explain(state, conversation, assignee)
}

interface ThreadFacts {
  readonly customer: DemoCustomer
  readonly index: number
  readonly age: number
  readonly assignee: AgentView | undefined
  readonly longThread: number
}

function fillThread(state: FakeState, conversation: Writable<ConversationView>, facts: ThreadFacts): void {
  const { customer, index, age, assignee, longThread } = facts
  const said = (minutes: number, part: Partial<MessageView>): void => {
    addMessage(state, conversation, { createdAt: minutesAgo(minutes), ...part })
  }
  const byCustomer = {
    direction: 'inbound',
    author: { kind: 'contact', name: conversation.contact.name },
  } as const
  const byAgent = (agent: AgentView) =>
    ({ direction: 'outbound', author: { kind: 'agent', id: agent.id, name: agent.name } }) as const
  if (index === LONG_THREAD) {
    const agent = state.agents[0] as AgentView
    for (let line = longThread; line > 0; line -= 1) {
      const words = SMALL_TALK[line % SMALL_TALK.length] as string
      said(age + 40 + line * 31, {
        ...(line % 3 === 0 ? { ...byAgent(agent), status: 'read' } : byCustomer),
        text: `${words} (${line})`,
      })
    }
  }
  said(age + 12, { ...byCustomer, text: customer.opening })
  if (index === 0) {
    said(age + 11, { ...byCustomer, text: 'It looks like this:', attachments: [picture(state), pdf(state)] })
  }
  if (assignee) {
    said(age + 11, {
      kind: 'event',
      direction: 'outbound',
      author: { kind: 'system', name: '' },
      event: { name: 'assigned', agentName: assignee.name, value: 'round-robin' },
    })
    said(age + 6, { ...byAgent(assignee), text: customer.answer, status: index % 2 ? 'delivered' : 'read' })
    if (index % 4 === 0) {
      said(age + 5, {
        ...byAgent(assignee),
        kind: 'note',
        text: 'Regular customer – be generous with postage.',
      })
    }
    if (index === 0) troubles(said, byAgent(assignee), age)
    if (index % 5 === 3)
      said(age, { ...byAgent(assignee), text: 'Is there anything else I can do?', status: 'sent' })
  }
  if (index % 5 !== 3) {
    said(age, {
      ...byCustomer,
      text: index === 0 ? 'Here you go. Is Friday still possible?' : (SMALL_TALK[index % 5] ?? ''),
    })
    conversation.unreadCount = conversation.status === 'open' && index % 4 !== 1 ? 1 + (index % 3) : 0
  }
}

function troubles(
  said: (minutes: number, part: Partial<MessageView>) => void,
  by: Pick<MessageView, 'direction' | 'author'>,
  age: number,
): void {
  said(age + 4, {
    ...by,
    text: 'Our warranty terms are at https://harbour.example/warranty.',
    status: 'failed',
    delivery: {
      state: 'dead',
      attempts: 14,
      errorCode: 'blocked',
      errorDetail: 'The platform refused the link',
    },
  })
  said(age + 3, {
    ...by,
    text: 'A replacement can leave today if you confirm your address.',
    status: 'sending',
    delivery: { state: 'unknown', attempts: 1, certainty: 'unknown' },
  })
}

/** A drawing of a bag with a torn seam: the browser shows it like any photograph of a customer. */
function picture(state: FakeState): AttachmentView {
  const id = freshId<AttachmentView['id']>(32)
  const bytes = Buffer.from(PICTURE, 'base64')
  state.files.set(id, { name: 'seam.png', contentType: 'image/png', bytes })
  return { id, name: 'seam.png', contentType: 'image/png', sizeBytes: bytes.length, width: 480, height: 320 }
}

function pdf(state: FakeState): AttachmentView {
  const id = freshId<AttachmentView['id']>(32)
  state.files.set(id, {
    name: 'Invoice 20877.pdf',
    contentType: 'application/pdf',
    bytes: Buffer.from('%PDF-1.4'),
  })
  return { id, name: 'Invoice 20877.pdf', contentType: 'application/pdf', sizeBytes: 184_320 }
}

/** One teal pixel, stretched. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNksC/+DwADSgG6lSgU6AAAAABJRU5ErkJggg=='

function explain(state: FakeState, conversation: ConversationView, winner: AgentView | undefined): void {
  state.decisions.set(conversation.id, [
    {
      id: freshId(),
      conversationId: conversation.id,
      trigger: 'message.created',
      outcome: winner ? 'assigned' : 'waiting',
      ...(winner ? { winner: winner.id, strategy: 'round-robin' as const } : {}),
      candidates: state.agents.map((agent, place) => ({
        agentId: agent.id,
        name: agent.name,
        step: 0,
        ...(agent.id === winner?.id ? { score: 3 } : exclusionOf(agent, place, winner !== undefined)),
      })),
      tallies: [],
      durationMs: 2,
      decidedAt: conversation.createdAt,
    },
  ])
}

function exclusionOf(agent: AgentView, place: number, decided: boolean): Partial<RoutingCandidate> {
  const sinceMs = Date.now() - 11_400_000
  if (agent.availability === 'offline') return { excluded: 'offline', sinceMs }
  if (agent.availability === 'away') return { excluded: 'away', sinceMs }
  if (!agent.present) return { excluded: 'not-connected', sinceMs }
  if (decided) return { score: 7 + place }
  if (place === 0) return { excluded: 'missing-skill', skill: 'language:ar', level: 1 }
  return { excluded: 'at-capacity', load: 6, limit: 6 }
}

function addQuarantine(state: FakeState): void {
  const channel = state.channels[0]
  if (!channel) return
  for (const [index, error] of ['text: expected a string', 'unknown attachment kind "hologram"'].entries()) {
    state.quarantine.push({
      id: freshId(64),
      channelId: channel.id,
      receivedAt: minutesAgo(200 + index * 900),
      tries: 3,
      error,
      rawBase64: Buffer.from(JSON.stringify({ type: 'message', text: 42 })).toString('base64'),
      headers: { 'content-type': 'application/json' },
    })
  }
}
