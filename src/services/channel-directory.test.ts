import { describe, expect, it } from 'vitest'
import type { Connector } from '../contract/connector.ts'
import { createRegistry } from '../contract/registry.ts'
import type { ChannelId, ChannelType } from '../domain/ids.ts'
import type { ChannelRecord, ChannelStore } from '../store/channel-store.ts'
import { createBus } from './bus.ts'
import { createChannelDirectory } from './channel-directory.ts'

const connector = {
  type: 'paper' as ChannelType,
  displayName: 'Paper',
  summary: 'On paper.',
  configFields: [],
  capabilities: () => ({}),
  inbound: { kind: 'webhook' },
} as unknown as Connector

const record = (id: string): ChannelRecord =>
  ({
    id: id as ChannelId,
    type: connector.type,
    name: id,
    settings: [],
    version: 1,
    access: { kind: 'everyone' },
  }) as unknown as ChannelRecord

function office() {
  const stored: ChannelRecord[] = []
  const bus = createBus(() => undefined)
  const directory = createChannelDirectory({
    reachable: false,
    channels: { list: async () => [...stored] } as unknown as ChannelStore,
    registry: createRegistry([connector]),
    box: {} as never,
    bus,
    clock: () => 1_000,
    onUnusable: (_channel, error) => {
      throw error
    },
  })
  return { stored, bus, directory }
}

describe('the directory of channels', () => {
  it('never answers from before a change while somebody else has begun to read anew', async () => {
    const { stored, directory } = office()
    expect(await directory.all()).toEqual([])
    stored.push(record('one'))
    directory.invalidate()
    const other = directory.all()
    expect((await directory.get('one'))?.name).toBe('one')
    expect(await other).toHaveLength(1)
  })
})
