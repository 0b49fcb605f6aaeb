import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import type { ServerUnderTest } from '../harness/real-server.ts'
import { type Post, signPosts } from './visitor-posts.ts'

/** Messages per second, to the durable acknowledgement and until everything is projected and routed. */
export interface IngestRates {
  readonly acknowledged: number
  readonly projected: number
}

/** Looking costs the server, too: the less is left the more often, so that the looks are not what is measured. */
const LEAST_LOOK_MS = 10
const MOST_LOOK_MS = 500

/** Posts `posts` at a fixed concurrency and waits until the server has projected them all. */
export async function measureIngest(
  server: ServerUnderTest,
  options: { readonly count: number; readonly visitors: number; readonly concurrency: number },
): Promise<IngestRates> {
  const posts = signPosts(server.visitorSecret, options.count, options.visitors)
  const before = await server.metric('tributary_projected_entries_total')
  const pool = new Pool(server.url, { connections: options.concurrency, pipelining: 1 })
  const startedAt = performance.now()
  let next = 0
  const sender = async (): Promise<void> => {
    for (let post = posts[next++]; post; post = posts[next++]) await send(pool, server.channelId, post)
  }
  await Promise.all(Array.from({ length: options.concurrency }, sender))
  const acknowledgedMs = performance.now() - startedAt
  for (;;) {
    const projected = (await server.metric('tributary_projected_entries_total')) - before
    if (projected >= options.count) break
    const leftMs = ((performance.now() - startedAt) / Math.max(1, projected)) * (options.count - projected)
    await sleep(Math.min(MOST_LOOK_MS, Math.max(LEAST_LOOK_MS, leftMs / 2)))
  }
  const projectedMs = performance.now() - startedAt
  await pool.close()
  return {
    acknowledged: (options.count / acknowledgedMs) * 1_000,
    projected: (options.count / projectedMs) * 1_000,
  }
}

async function send(pool: Pool, channelId: string, post: Post): Promise<void> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: `/ingress/${channelId}`,
    headers: { 'content-type': 'application/json', authorization: post.authorization },
    body: post.body,
  })
  const text = await body.text()
  if (statusCode !== 202) throw new Error(`answered ${statusCode}: ${text}`)
}
