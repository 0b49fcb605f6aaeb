import { randomBytes } from 'node:crypto'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'

/** A signed post, ready to be sent. */
export interface Post {
  readonly authorization: string
  readonly body: string
  readonly text: string
}

/** Signed posts of `count` messages, spread evenly over `visitors` visitors in turn. */
export function signPosts(secret: string, count: number, visitors: number): readonly Post[] {
  const expiresAtMs = Date.now() + 86_400_000
  const tokens = Array.from({ length: visitors }, () =>
    issueToken(
      { visitorId: `anon:${randomBytes(16).toString('hex')}`, verified: false, expiresAtMs },
      secret,
    ),
  )
  return Array.from({ length: count }, (_, index) => {
    const text = `Where is my order ${index}? It should have come last week.`
    const clientMessageId = `m${index}-${randomBytes(4).toString('hex')}`
    return {
      authorization: `Bearer ${tokens[index % visitors]}`,
      body: JSON.stringify({ type: 'message', clientMessageId, text }),
      text,
    }
  })
}
