import { expect, it } from 'vitest'
import type { Connector } from '../contract/connector.ts'
import { createRegistry } from '../contract/registry.ts'
import type { ChannelId, ChannelType } from '../domain/ids.ts'
import { PICK_POLICY } from '../domain/routing/policy.ts'
import type { ChannelRecord, ChannelStore } from '../store/channel-store.ts'
import { createBus } from './bus.ts'
import { createChannelDirectory } from './channel-directory.ts'
import type { SecretBox } from './secret-box.ts'

const plain = { type: 'plain' as ChannelType, configFields: [], capabilities: () => ({}) }

const record = (id: string): ChannelRecord => ({
  id: id as ChannelId,
  type: plain.type,
  name: id,
  paused: false,
  settings: [],
  policy: PICK_POLICY,
  skills: [],
  access: { kind: 'everyone' },
  health: { state: 'unknown' },
  createdAtMs: 0,
  version: 1,
})

it('is asked after a change by several at once, and shows what changed to each of them', async () => {
  const stored = [record('one')]
  const bus = createBus((error) => {
    throw error
  })
  const directory = createChannelDirectory({
    channels: {
      list: async () => {
        const found = [...stored]
        await new Promise((resolve) => setImmediate(resolve))
        return found
      },
    } as unknown as ChannelStore,
    registry: createRegistry([plain as unknown as Connector]),
    box: {} as SecretBox,
    bus,
    clock: () => 0,
    onUnusable: (_, error) => {
      throw error
    },
  })
  expect(await directory.all()).toHaveLength(1)
  stored.push(record('two'))
  // Whoever keeps sessions asks as soon as he hears of it, and so does whoever made the change.
  const asked: Promise<readonly unknown[]>[] = []
  bus.onSignal(() => void asked.push(directory.all()))
  bus.signal({ kind: 'channel-changed', channelId: 'two' as ChannelId })
  expect(await directory.get('two')).toMatchObject({ name: 'two' })
  expect(await asked[0]).toHaveLength(2)
})
