import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { ConversationId } from '../domain/ids.ts'
import type { StoredConversation } from '../store/stored-conversation.ts'
import type { LiveChannel } from './channel-directory.ts'
import { createTellPlatform, type TellPlatformDeps, TYPING_EVERY_MS } from './tell-platform.ts'

const conversation = {
  id: 'c1',
  channelId: 'ch1',
  identityExternalId: 'ada',
  threadKey: 'thread',
} as unknown as StoredConversation
const id = conversation.id

const sendTyping = vi.fn(async () => undefined as void)
const markRead = vi.fn(async () => undefined as void)
const failures: unknown[] = []
let nowMs = 0
let channel: LiveChannel | undefined
const live = (typing: string, change: object = {}): LiveChannel =>
  ({
    id: 'ch1',
    paused: false,
    capabilities: { typing, markRead: typing },
    connector: { sendTyping, markRead },
    ...change,
  }) as unknown as LiveChannel
const context = {} as ReturnType<TellPlatformDeps['contextOf']>
const make = () =>
  createTellPlatform({
    conversations: { find: async (wanted) => (wanted === id ? conversation : undefined) },
    findChannel: async () => channel,
    contextOf: () => context,
    now: () => nowMs,
    onFailure: (error) => failures.push(error),
  })
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

beforeEach(() => {
  sendTyping.mockClear()
  markRead.mockClear()
  failures.length = 0
  nowMs = 1_000
  channel = live('native')
})

describe('telling platforms', () => {
  it('that an agent types goes at most every four seconds for each conversation', async () => {
    const tell = make()
    for (let at = 0; at < 3; at += 1) tell.agentTypes(id)
    await turn()
    expect(sendTyping).toHaveBeenCalledTimes(1)
    expect(sendTyping).toHaveBeenCalledWith({ identityExternalId: 'ada', threadKey: 'thread' }, context)
    nowMs += TYPING_EVERY_MS - 1
    tell.agentTypes(id)
    await turn()
    expect(sendTyping).toHaveBeenCalledTimes(1)
    nowMs += 1
    tell.agentTypes(id)
    await turn()
    expect(sendTyping).toHaveBeenCalledTimes(2)
  })

  it('what was read names the message', async () => {
    make().agentRead(conversation, 'm9')
    await turn()
    expect(markRead).toHaveBeenCalledWith('m9', { identityExternalId: 'ada', threadKey: 'thread' }, context)
  })

  it.each([
    ['cannot', live('absent')],
    ['is paused', live('native', { paused: true })],
    ['is gone', undefined],
  ])('is left out where the channel %s', async (_, other) => {
    channel = other
    const tell = make()
    tell.agentTypes(id)
    tell.agentRead(conversation, 'm9')
    await turn()
    expect(sendTyping).not.toHaveBeenCalled()
    expect(markRead).not.toHaveBeenCalled()
    expect(failures).toEqual([])
  })

  it('never throws', async () => {
    sendTyping.mockRejectedValueOnce(new Error('away'))
    const tell = make()
    tell.agentTypes(id)
    tell.agentTypes('other' as ConversationId)
    await turn()
    expect(failures).toHaveLength(1)
  })
})
