import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../domain/errors.ts'
import type { IdempotencyStore } from '../store/idempotency-store.ts'
import { digestOf } from './one-time-secret.ts'
import type { SecretBox } from './secret-box.ts'

const KEPT_MS = 24 * 3_600_000
/** Longer than any creating request takes; after it the holder counts as dead. */
const HELD_MS = 30_000
const WAIT_MS = 10_000
const POLL_MS = 50

/** An answer that may be given again. */
export interface KeptAnswer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface AnswerOnceDeps {
  readonly idempotency: IdempotencyStore
  readonly box: SecretBox
  readonly clock: () => number
}

/**
 * Does a creating request once for each key: the same key with the same request gets the first answer for a day,
 * also while the first is still under way, on any node and after a restart. Answers are kept encrypted. A request
 * that failed keeps nothing, so that it can be tried again.
 * @param owner whose key it is; keys of different owners never meet
 * @param fingerprint everything the request asks for
 * @throws AppError `idempotency-mismatch` when the key came with another request
 */
export async function answerOnce(
  { idempotency, box, clock }: AnswerOnceDeps,
  request: { readonly owner: string; readonly key: string; readonly fingerprint: string },
  work: () => Promise<KeptAnswer>,
): Promise<{ readonly answer: KeptAnswer; readonly replayed: boolean }> {
  const key = digestOf(`${request.owner}\u0000${request.key}`)
  const bodyHash = digestOf(request.fingerprint)
  const holder = randomUUID()
  const context = `idempotency:${key}`
  const giveUpAtMs = clock() + WAIT_MS
  for (;;) {
    const nowMs = clock()
    const state = await idempotency.claim({
      key,
      bodyHash,
      holder,
      now: new Date(nowMs),
      heldUntil: new Date(nowMs + HELD_MS),
      expiresAt: new Date(nowMs + KEPT_MS),
    })
    if (state.kind === 'yours') break
    if (state.bodyHash !== bodyHash) throw new AppError('idempotency-mismatch')
    if (state.kind === 'answered') {
      return { answer: JSON.parse(box.open(state.answer, context)) as KeptAnswer, replayed: true }
    }
    if (nowMs >= giveUpAtMs) {
      throw new AppError('unavailable', { detail: 'The first request with this key is still under way.' })
    }
    await sleep(POLL_MS)
  }
  try {
    const answer = await work()
    await idempotency.answer(key, holder, box.seal(JSON.stringify(answer), context))
    return { answer, replayed: false }
  } catch (error) {
    await idempotency.release(key, holder).catch(() => undefined)
    throw error
  }
}
