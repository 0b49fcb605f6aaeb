import type { ChannelStore } from '../store/channel-store.ts'
import type { Bus } from './bus.ts'
import type { LiveChannel } from './channel-directory.ts'
import { openSettings, sealSetting } from './channel-settings.ts'
import type { SecretBox } from './secret-box.ts'

export interface KeepSecretDeps {
  readonly channels: Pick<ChannelStore, 'get' | 'renewSetting'>
  readonly box: SecretBox
  readonly bus: Pick<Bus, 'signal'>
}

const DEFAULT_MAX_LENGTH = 2_000
/** Others may replace it at the same time; each wins once. */
const MOST_TRIES = 5

/**
 * Stores a secret that the platform has replaced. Dropped where a person has set another since this channel was read:
 * that one is newer, whatever the connector was told in between.
 * @throws Error when the key is no secret of this connector, or the value is too long for it; never with the value
 */
export async function keepSecret(
  channel: LiveChannel,
  key: string,
  value: string,
  { channels, box, bus }: KeepSecretDeps,
): Promise<void> {
  const { id, connector, config, configAsSet = config } = channel
  const field = connector.configFields.find((one) => one.key === key)
  if (field?.kind !== 'secret') throw new Error('only a secret setting of this channel can be kept')
  if (value === '' || value.length > (field.maxLength ?? DEFAULT_MAX_LENGTH))
    throw new Error(`what is to be kept as ${key} is empty or too long`)
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const record = await channels.get(id)
    const stored = record?.settings.find((one) => one.key === key)
    if (!record || !stored || !('sealed' in stored)) return
    const fields = [field]
    if (openSettings(fields, record, box, 'set')[key] !== configAsSet[key]) return
    if (openSettings(fields, record, box)[key] === value) return
    const { sealed, origin = sealed } = stored
    if (
      await channels.renewSetting(id, { key, sealed }, { sealed: sealSetting(id, key, value, box), origin })
    ) {
      bus.signal({ kind: 'channel-changed', channelId: id })
      return
    }
  }
  throw new Error(`the setting ${key} is replaced by others all the time`)
}
