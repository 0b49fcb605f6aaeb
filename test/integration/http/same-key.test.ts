import { describe, expect, it } from 'vitest'
import { ConfigError } from '../../../src/runtime/config.ts'
import { requireSameKey } from '../../../src/runtime/same-key.ts'
import { createSecretBox } from '../../../src/runtime/secret-box.ts'
import { freshDatabase } from '../../harness/database.ts'

const database = freshDatabase()

const key = (fill: number): Buffer<ArrayBuffer> => Buffer.alloc(32, fill)
const start = (fill: number, bySetting = true): Promise<void> =>
  requireSameKey(
    createSecretBox(key(fill)),
    { dataDir: '/var/lib/shop', secretKey: bySetting ? key(fill) : undefined },
    database.stores.workspace,
  )

describe('the key that secrets are encrypted with', () => {
  it('is the same at every start, wherever it comes from', async () => {
    await start(1)
    await start(1)
    await start(1, false)
  })

  it('cannot be another one: the start is refused with one line that says what to do', async () => {
    await start(1)
    const refusal = await start(2).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ConfigError)
    expect((refusal as ConfigError).exitCode).toBe(78)
    expect((refusal as ConfigError).message).toMatch(
      /^SECRET_KEY is not the key .* set the earlier SECRET_KEY/,
    )
    expect((refusal as ConfigError).message).not.toContain('\n')
    await expect(start(2, false)).rejects.toThrow('/var/lib/shop')
    await start(1)
  })

  it('is one when many processes start a new installation at once', async () => {
    const { workspace } = database.stores
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) => workspace.agreeOnKey(`key ${index % 4}`)),
    )
    expect(new Set(outcomes).size).toBe(1)
  })

  it('is agreed on also where the installation is older than the agreement, which keeps the set-up', async () => {
    const { workspace } = database.stores
    await workspace.addSetUpHash('a-hash')
    await start(1)
    await expect(start(2)).rejects.toThrow('SECRET_KEY')
    expect(await workspace.beginSetUp('a-hash', 'Shop')).toBe(true)
  })

  it('is not told by what is stored', async () => {
    await start(1)
    const stored = JSON.stringify(await database.store.db.collection('workspace').find().toArray())
    expect(stored).not.toContain(key(1).toString('base64').slice(0, 10))
    expect(stored).not.toContain(createSecretBox(key(1)).derive('secret-box').toString('base64url'))
  })
})
