import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from './config.ts'

const FILE = 'secret.key'
const KEY_BYTES = 32

async function readKey(path: string): Promise<Buffer | undefined> {
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConfigError(
      `The key file ${path} cannot be read: correct its permissions, or set SECRET_KEY.`,
      {
        cause: error,
      },
    )
  }
  const key = Buffer.from(content.trim(), 'base64')
  if (key.length !== KEY_BYTES) {
    throw new ConfigError(`The key file ${path} is damaged: restore it from a backup, or set SECRET_KEY.`)
  }
  return key
}

/**
 * The key that stored secrets are encrypted with: SECRET_KEY, or the key file in the data folder, made at the
 * first start. Throws ConfigError when there is neither and none can be made.
 */
export async function secretKeyOf({
  secretKey,
  dataDir,
}: Pick<Config, 'secretKey' | 'dataDir'>): Promise<Buffer> {
  if (secretKey) return secretKey
  const path = join(dataDir, FILE)
  const existing = await readKey(path)
  if (existing) return existing

  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`)
      // A key that a power cut takes away takes every secret encrypted with it along.
      await file.sync()
    } finally {
      await file.close()
    }
    // Unlike a rename, a link leaves a key in place that another process made in the meantime.
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } catch (error) {
    throw new ConfigError(
      `The key file ${path} cannot be written: correct its permissions, or set SECRET_KEY.`,
      {
        cause: error,
      },
    )
  } finally {
    await rm(draft, { force: true })
  }
  const made = await readKey(path)
  if (!made) throw new ConfigError(`The key file ${path} disappeared: set SECRET_KEY.`)
  return made
}
