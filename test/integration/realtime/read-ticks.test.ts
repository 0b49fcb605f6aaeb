import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { VisitorMessageView } from '../../../src/domain/events.ts'
import { readConversation } from '../../../src/services/read-conversation.ts'
import { sendReply } from '../../../src/services/send-reply.ts'
import { readVisitorHistory } from '../../../src/services/visitor-history.ts'
import { createCountUnreadByVisitor } from '../../../src/store/visitor-unread.ts'
import { freshDatabase } from '../../harness/database.ts'
import { ANNA, type Office, openOffice, principalOf } from '../../harness/office.ts'
import { entryOf, said, scriptedChannel } from '../../harness/scripted-channel.ts'
import {
  createOffice,
  hasEvent,
  joined,
  type LiveServer,
  type Recording,
  startLiveServer,
  X,
} from './live-server.ts'

const database = freshDatabase()
let office: Office
let live: LiveServer

beforeEach(async () => {
  office = openOffice(database.stores, [scriptedChannel(X)])
  live = await startLiveServer(createOffice({ anna: 'all' }))
  office.deps.bus.onVisitorNews(live.bus.tellVisitors)
  office.deps.bus.onEvents(live.bus.publish)
})
afterEach(() => live.close())

const window = () => joined(live.widget({ channelId: X, token: 'token-v1' }))
/** The latest status of each message, as the client that keeps the higher version shows it. */
const shown = (messages: readonly VisitorMessageView[]): Record<string, string> => {
  const byText = new Map<string, VisitorMessageView>()
  for (const message of messages) {
    if ((byText.get(message.text)?.version ?? 0) < message.version) byText.set(message.text, message)
  }
  return Object.fromEntries([...byText].map(([text, { status }]) => [text, status]))
}
const shownBy = ({ heard }: Recording) =>
  shown(heard.flatMap(({ event, body }) => (event === 'messages' ? (body as VisitorMessageView[]) : [])))
const history = async () =>
  shown(
    (
      await readVisitorHistory(
        { channelId: X, visitorId: 'v1' } as Parameters<typeof readVisitorHistory>[0],
        { limit: 50 },
        {
          ...database.stores,
          countUnread: createCountUnreadByVisitor(database.store.connection),
          queuePlaces: async () => undefined,
        },
      )
    ).items,
  )
const write = (...ids: readonly string[]) =>
  office.receive(...ids.map((id) => entryOf(X, [said('v1', id, { text: id })])))

describe('the visitor’s own message', () => {
  it('becomes read in his open window when an agent reads it, and stays so after a reconnect', async () => {
    const { recording } = await window()
    await write('one', 'two')
    await recording.until((heard) => heard.length > 0 && 'two' in shownBy({ ...recording, heard }))
    expect(shownBy(recording)).toEqual({ one: 'delivered', two: 'delivered' })
    const { id } = await office.thread('v1', X)
    await readConversation(id, principalOf(ANNA), office.deps)
    await recording.until(() => shownBy(recording)['two'] === 'read')
    expect(shownBy(recording)).toEqual({ one: 'read', two: 'read' })
    expect(await history()).toEqual({ one: 'read', two: 'read' })
    await write('three')
    await recording.until(() => 'three' in shownBy(recording))
    expect(shownBy(recording)).toEqual({ one: 'read', two: 'read', three: 'delivered' })
    expect(await history()).toEqual({ one: 'read', two: 'read', three: 'delivered' })
  })

  it('becomes read in his open window when an agent answers it', async () => {
    const { recording } = await window()
    await write('one')
    const { id } = await office.thread('v1', X)
    const command = { clientMessageId: 'r', text: 'Yes', attachmentIds: [] }
    await sendReply(id, command, principalOf(ANNA), office.deps)
    await recording.until(() => shownBy(recording)['one'] === 'read')
    expect(await history()).toEqual({ one: 'read' })
  })

  it('is told to be read to nobody else', async () => {
    const { recording: theirs } = await joined(live.widget({ channelId: '2'.repeat(24), token: 'token-v2' }))
    const { recording } = await window()
    await write('one')
    const { id } = await office.thread('v1', X)
    await readConversation(id, principalOf(ANNA), office.deps)
    await recording.until(() => shownBy(recording)['one'] === 'read')
    expect(hasEvent('messages')(theirs.heard)).toBe(false)
  })
})
