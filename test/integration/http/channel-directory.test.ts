/** A channel is found as soon as it is there, also where others look at the same moment. */
import { expect, it, vi } from 'vitest'
import { createRegistry } from '../../../src/contract/registry.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import { createSecretBox } from '../../../src/runtime/secret-box.ts'
import { createBus } from '../../../src/services/bus.ts'
import { type ChannelDirectoryDeps, createChannelDirectory } from '../../../src/services/channel-directory.ts'
import { sharedDatabase } from '../../harness/database.ts'
import { scriptedConnector } from '../../harness/scripted-channel.ts'

const database = sharedDatabase()

const connector = scriptedConnector()
const depsOf = (): ChannelDirectoryDeps => ({
  reachable: false,
  channels: database.stores.channels,
  registry: createRegistry([connector]),
  box: createSecretBox(new Uint8Array(32)),
  bus: createBus((error) => {
    throw error
  }),
  clock: () => 0,
  onUnusable: (_, error) => {
    throw error
  },
})

it('a new channel is found by whoever asks after the signal, also while another one reads', async () => {
  const { channels } = database.stores
  const deps = depsOf()
  const directory = createChannelDirectory(deps)
  expect(await directory.all()).toEqual([])
  const looks: Promise<unknown>[] = []
  deps.bus.onSignal(() => void looks.push(directory.all()))
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
  deps.bus.signal({ kind: 'channel-changed', channelId: id })
  expect((await directory.get(id))?.name).toBe('New')
  await Promise.all(looks)
})

it('what is known at once follows a change, whether or not anybody asks', async () => {
  const { channels } = database.stores
  const deps = depsOf()
  const directory = createChannelDirectory(deps)
  const [known] = await directory.all()
  if (!known) throw new Error('there is a channel')
  await channels.change(known.id, known.version, { name: 'Renamed' })
  const list = vi.spyOn(channels, 'list')
  deps.bus.signal({ kind: 'channel-changed', channelId: known.id })
  await expect.poll(() => list.mock.results.length).toBeGreaterThan(0)
  await Promise.all(list.mock.results.map(({ value }) => value))
  list.mockRestore()
  expect(directory.peek(known.id)?.name).toBe('Renamed')
})
