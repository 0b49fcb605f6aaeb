/** Both paths over the real stores: signed requests come in, sendings go to the fake, reports come in any order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sms } from '../../../connectors/sms/sms-connector.ts'
import { whatsapp } from '../../../connectors/whatsapp/whatsapp-connector.ts'
import type { Connector, ConnectorContext } from '../../../src/contract/connector.ts'
import type { ConversationId } from '../../../src/domain/ids.ts'
import { deliverConversation } from '../../../src/services/deliver-messages.ts'
import { type FakeTwilio, startFakeTwilio } from '../../fakes/twilio/fake-twilio.ts'
import { formRequest } from '../../fakes/twilio/raw-requests.ts'
import type { FakeMessage } from '../../fakes/twilio/state.ts'
import { type CustomerMessage, inboundParameters, statusParameters } from '../../fakes/twilio/webhooks.ts'
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts'
import { createPathRig } from '../../harness/path-rig.ts'
import { permutations, permutationsAround } from '../../harness/permutations.ts'
import { CUSTOMER, smsRig, type TwilioRig, whatsappRig } from './twilio-context.ts'

let database: TestDatabase
let fake: FakeTwilio
beforeAll(async () => {
  database = await openTestDatabase()
  fake = await startFakeTwilio()
  fake.onSend(() => ({ statuses: [] }))
}, 60_000)
afterAll(async () => {
  await fake.close()
  await database.close()
})

const KINDS = {
  sms: { connector: sms as unknown as Connector, from: CUSTOMER, rig: smsRig },
  whatsapp: { connector: whatsapp as unknown as Connector, from: `whatsapp:${CUSTOMER}`, rig: whatsappRig },
}

/** A fetch whose answers wait at a gate: Twilio has the message, and we do not know it yet. */
function gated() {
  let open: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const waiting: typeof fetch = async (input, init) => {
    const answer = await fetch(input, { redirect: 'manual', ...init })
    await gate
    return answer
  }
  return { fetch: waiting, open }
}

/** A channel with one conversation, whose customer wrote, and one answer that is on its way. */
async function onTheWay(kind: keyof typeof KINDS, hold: ReturnType<typeof gated>) {
  const { connector, from, rig: rigOf } = KINDS[kind]
  const { ctx, config } = rigOf(fake, { fetch: hold.fetch }) as TwilioRig<object>
  const rig = createPathRig(database.stores, { connector, config: config as never })
  const { inbound } = connector
  if (inbound.kind !== 'webhook') throw new Error('it is called')

  const entryOf = (parameters: Readonly<Record<string, string>>) => {
    const answer = inbound.verify(formRequest(parameters, fake.authToken), config as never)
    if (!answer.ok) throw new Error(answer.code)
    return rig.entryOf({ ...answer.request, receivedAtMs: rig.state.nowMs })
  }

  const said = async (what: CustomerMessage) => {
    const { sid } = await fake.writes(from, { ...what, inVain: true })
    const message = fake.state.messages.find((one) => one.sid === sid) as FakeMessage
    return entryOf(inboundParameters(message, what, fake.state, fake.url))
  }

  await rig.receive([await said({ text: 'Hello' })])
  const { id } = await rig.conversation(CUSTOMER)
  const [queued] = (await rig.reply(id, 'Hello yourself')).messages
  const taken = fake.sent().length
  const delivery = deliverConversation(id, {
    ...rig.deliverDeps,
    contextOf: () => ctx as ConnectorContext<never>,
  })
  await expect.poll(() => fake.sent().length, { interval: 5 }).toBe(taken + 1)
  const sent = fake.sent()[taken] as FakeMessage

  const report = (status: string, errorCode?: number) => {
    const now = { ...sent, status, errorCode: errorCode ?? null }
    return entryOf(statusParameters(now, fake.state))
  }
  const stateOf = async (conversationId: ConversationId) => {
    const conversation = await rig.conversation(CUSTOMER)
    const thread = await rig.thread(conversationId)
    return {
      unread: conversation.unreadCount,
      messages: thread.filter(({ kind: what }) => what === 'message').length,
      inbound: thread.filter(({ direction }) => direction === 'inbound').map(({ text }) => text),
      outbound: thread
        .filter(({ direction }) => direction === 'outbound')
        .map(({ text, status, delivery: way, externalId }) => ({
          text,
          status,
          way: way?.state,
          same: externalId === sent.sid,
          error: way?.errorCode,
        })),
    }
  }
  return { rig, id, queued, sent, delivery, said, report, stateOf }
}

const EVENTS = {
  whatsapp: ['answer', 'sent', 'delivered', 'read', 'receipt'],
  'whatsapp, out of the window': ['answer', 'sent', 'failed', 'receipt'],
  sms: ['answer', 'sent', 'delivered', 'receipt'],
  'sms, refused by the carrier': ['answer', 'sent', 'undelivered', 'receipt'],
  'sms, delivered after all': ['undelivered', 'delivered', 'receipt'],
} as const

const ENDS = {
  whatsapp: { status: 'read', error: undefined },
  'whatsapp, out of the window': { status: 'failed', error: 'reply-window-closed' },
  sms: { status: 'delivered', error: undefined },
  'sms, refused by the carrier': { status: 'failed', error: 'recipient-unreachable' },
  'sms, delivered after all': { status: 'delivered', error: undefined },
} as const

/** The customer's answer is about none of what is told of our message. */
const ordersOf = (events: readonly string[]): readonly (readonly string[])[] => {
  const told = events.filter((event) => event !== 'answer')
  return told.length === events.length ? permutations(told) : permutationsAround(told, 'answer')
}

describe.each(Object.keys(EVENTS) as (keyof typeof EVENTS)[])('%s', (what) => {
  const kind = what.startsWith('whatsapp') ? 'whatsapp' : 'sms'
  const errorCode = kind === 'whatsapp' ? 63016 : 30003
  const orders = ordersOf(EVENTS[what])

  it(`ends in one state in each of ${orders.length} orders`, async () => {
    const ends = new Map<string, string>()
    for (const order of orders) {
      const hold = gated()
      const scene = await onTheWay(kind, hold)
      for (const event of order) {
        scene.rig.state.nowMs += 1_000
        if (event === 'answer') {
          await scene.rig.receive([await scene.said({ text: 'And now?', replyTo: scene.sent.sid })])
        } else if (event === 'receipt') {
          hold.open()
          await scene.delivery
        } else {
          const failed = event === 'failed' || event === 'undelivered'
          const entry = scene.report(event, failed ? errorCode : undefined)
          // Whatever comes may come twice.
          await scene.rig.receive([entry])
          await scene.rig.receive([scene.report(event, failed ? errorCode : undefined)])
        }
      }
      const end = await scene.stateOf(scene.id)
      ends.set(JSON.stringify(end), order.join(' '))
      expect([order.join(' '), end.outbound]).toMatchObject([
        order.join(' '),
        [{ ...ENDS[what], way: 'done', same: true }],
      ])
    }
    expect([...ends.keys()]).toHaveLength(1)
  }, 240_000)
})
