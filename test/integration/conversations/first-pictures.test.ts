import { afterAll, beforeAll, expect, it } from 'vitest'
import type { MessageView } from '../../../src/domain/views.ts'
import { storeAttachment } from '../../../src/services/store-attachment.ts'
import { said } from '../../harness/scripted-channel.ts'
import { png } from '../attachments/samples.ts'
import { type InboxServer, startInboxServer } from './inbox-server.ts'

let inbox: InboxServer

beforeAll(async () => {
  inbox = await startInboxServer()
})
afterAll(() => inbox.close())

const CUSTOMERS = 60

it('the picture of a first message is there for the agent as soon as he hears of the message', async () => {
  const opened: Promise<{ readonly status: number; readonly length: number }>[] = []
  const told: MessageView[] = []
  inbox.core.bus.onEvents((events) => {
    for (const event of events) {
      if (event.type !== 'message.created' || event.message.direction !== 'inbound') continue
      told.push(event.message)
      for (const { id } of event.message.attachments) {
        const answer = inbox.anna.agent.get(`/api/v1/attachments/${id}?inline=1`).buffer(true)
        opened.push(answer.then(({ status, body }) => ({ status, length: (body as Buffer).length })))
      }
    }
  })
  const picture = png(64, 64)
  const write = async (index: number): Promise<void> => {
    const who = `painter-${index}`
    const { id } = await storeAttachment(
      {
        bytes: (async function* () {
          yield picture
        })(),
        name: 'vase.png',
        uploader: { kind: 'visitor', id: who, channelId: inbox.channelId },
        maxBytes: 1_000_000,
        contentTypes: [],
      },
      { attachments: inbox.core.stores.attachments, clock: Date.now },
    )
    const entry = said(who, `${who}-1`, { attachments: [{ kind: 'stored', attachmentId: id }] })
    // Twice, as a client does that heard no answer.
    await Promise.all([inbox.deliver([entry]), inbox.deliver([entry])])
  }
  await Promise.all(Array.from({ length: CUSTOMERS }, (_, index) => write(index)))
  await inbox.until(
    async () => new Set(told.map(({ id }) => id)).size,
    (count) => count === CUSTOMERS,
  )
  expect(told.filter(({ attachments }) => attachments.length !== 1)).toEqual([])
  const answers = await Promise.all(opened)
  expect(answers.length).toBeGreaterThanOrEqual(CUSTOMERS)
  expect(answers.filter(({ status, length }) => status !== 200 || length !== picture.length)).toEqual([])
})
