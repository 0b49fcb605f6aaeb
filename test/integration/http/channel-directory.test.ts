/** A channel is found as soon as it is there, also where others look at the same moment. */
import { expect, it } from 'vitest'
import { createRegistry } from '../../../src/contract/registry.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import { createSecretBox } from '../../../src/runtime/secret-box.ts'
import { createBus } from '../../../src/services/bus.ts'
import { createChannelDirectory } from '../../../src/services/channel-directory.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { scriptedConnector } from '../../harness/scripted-channel.ts'

const database = sharedDatabase()

it('a new channel is found by whoever asks after the signal, also while another one reads', async () => {
  const { channels } = database.stores
  const connector = scriptedConnector()
  const bus = createBus((error) => {
    throw error
  })
  const directory = createChannelDirectory({
    reachable: false,
    channels,
    registry: createRegistry([connector]),
    box: createSecretBox(new Uint8Array(32)),
    bus,
    clock: () => 0,
    onUnusable: (_, error) => {
      throw error
    },
  })
  expect(await directory.all()).toEqual([])
  const looks: Promise<unknown>[] = []
  bus.onSignal(() => void looks.push(directory.all()))
  const id = channels.newId()
  await channels.insert({
    id,
    type: connector.type,
    name: 'New',
    settings: [],
    policy: PICK_POLICY,
    access: { kind: 'everyone' },
    at: new Date(0),
  })
  bus.signal({ kind: 'channel-changed', channelId: id })
  expect((await directory.get(id))?.name).toBe('New')
  await Promise.all(looks)
})
