import type { SecretBox } from '../services/secret-box.ts'
import type { WorkspaceStore } from '../store/workspace-store.ts'
import { type Config, ConfigError } from './config.ts'

/**
 * Refuses a start with another key than the one that the stored secrets are encrypted with: channels would fail one
 * by one later. Of several processes that start a new installation with different keys, one wins.
 * @throws ConfigError that says what to do
 */
export async function requireSameKey(
  box: Pick<SecretBox, 'derive'>,
  { secretKey, dataDir }: Pick<Config, 'secretKey' | 'dataDir'>,
  workspace: Pick<WorkspaceStore, 'agreeOnKey'>,
): Promise<void> {
  const fingerprint = box.derive('key-fingerprint').toString('base64url')
  if ((await workspace.agreeOnKey(fingerprint)) === fingerprint) return
  throw new ConfigError(
    secretKey
      ? 'SECRET_KEY is not the key that the secrets in this database are encrypted with: set the earlier SECRET_KEY, or unset it if the key file in the data folder was used before.'
      : `The key file in ${dataDir} is not the key that the secrets in this database are encrypted with: restore the earlier key file from a backup, or set SECRET_KEY to the earlier key.`,
  )
}
