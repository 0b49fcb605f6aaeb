import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ConnectorError, type ConnectorErrorFacts } from '../../src/contract/connector-error.ts'
import type { Fault } from '../../test/fakes/provider/provider-server.ts'
import { DOT } from '../../test/fakes/telegram/customers.ts'
import { type FakeTelegram, startFakeTelegram } from '../../test/fakes/telegram/fake-telegram.ts'
import { botConfig, createBotBench } from '../../test/harness/bot-context.ts'
import { telegram } from './telegram-connector.ts'

let fake: FakeTelegram
beforeEach(async () => {
  fake = await startFakeTelegram()
})
afterEach(() => fake.close())

const bench = () => createBotBench(botConfig(fake))

async function factsOf(act: Promise<unknown>): Promise<ConnectorErrorFacts> {
  const error = await act.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`not a ConnectorError: ${String(error)}`)
  return error.facts
}

describe('a customer’s file', () => {
  const fetched = async (ref: string, ctx = bench().ctx): Promise<Buffer> => {
    const stream = await telegram.fetchAttachment?.({ kind: 'remote', ref, name: 'x' }, ctx)
    const chunks: Buffer[] = []
    for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk as Uint8Array))
    return Buffer.concat(chunks)
  }

  it('is fetched by its link', async () => {
    const ada = fake.customer()
    const photo = ada.sendsPhoto(DOT)
    expect((await fetched(photo.file?.id ?? '')).equals(DOT)).toBe(true)
  })

  it('that is too large, or gone, never comes', async () => {
    const ada = fake.customer()
    const film = ada.sendsFile('video', DOT, { sizeBytes: 30 * 2 ** 20 })
    expect(await factsOf(fetched(film.file?.id ?? ''))).toMatchObject({ retry: 'never' })
    expect(await factsOf(fetched('no such file'))).toMatchObject({ retry: 'never' })
  })

  it('that lies on the disk of the server is out of reach', async () => {
    const { ctx } = createBotBench(botConfig(fake), {
      fetch: async () => Response.json({ ok: true, result: { file_id: 'x', file_path: '/var/lib/secret' } }),
    })
    // Whoever starts the server anew without --local gets what waited.
    expect(await factsOf(fetched('x', ctx))).toMatchObject({ code: 'file-out-of-reach', retry: 'later' })
  })

  it.each<[string, Fault, string]>([
    [
      'the platform has mislaid it',
      refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
      'file-not-available',
    ],
    ['the token is being renewed', refusal(401, 'Unauthorized'), 'bad-credentials'],
    ['it asks for patience', { kind: 'status', status: 429 }, 'rate-limited'],
    ['it is in trouble', refusal(500, 'Internal Server Error'), 'platform-unavailable'],
  ])('is asked for again when %s', async (_, fault, code) => {
    const photo = fake.customer().sendsPhoto(DOT)
    fake.failNext('getFile', fault)
    expect(await factsOf(fetched(photo.file?.id ?? ''))).toMatchObject({ code, retry: 'later' })
    expect((await fetched(photo.file?.id ?? '')).equals(DOT)).toBe(true)
  })

  it('and his picture are found by asking for him', async () => {
    const ada = fake.customer({ last_name: 'Lovelace', username: 'ada' })
    expect(await telegram.lookUpIdentity?.(String(ada.id), bench().ctx)).toMatchObject({
      displayName: 'Ada Lovelace',
      attributes: { username: 'ada' },
      verified: false,
    })
    expect(await telegram.lookUpIdentity?.('4711', bench().ctx)).toBeUndefined()
    expect(await telegram.lookUpIdentity?.('-5', bench().ctx)).toBeUndefined()
  })
})

function refusal(code: number, description: string): Fault {
  return {
    kind: 'status',
    status: code,
    body: JSON.stringify({ ok: false, error_code: code, description }),
  }
}
