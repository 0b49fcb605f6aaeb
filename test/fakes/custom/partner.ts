/** A system of somebody's own beside a custom channel: it posts and takes signed JSON with the public library. */
import { randomUUID } from 'node:crypto'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import {
  type Delivery,
  jsonAnswer,
  type ProviderAnswer,
  type ProviderCall,
  type ProviderServer,
  startProvider,
} from '../provider/provider-server.ts'

/** Made up; of the form of real ones. */
export const INBOUND_SECRET = `whsec_${Buffer.alloc(32, 'inbound').toString('base64')}`
export const OUTBOUND_SECRET = `whsec_${Buffer.alloc(32, 'outbound').toString('base64')}`

/** What came in and was properly signed, once for each webhook-id. */
export type PartnerPost = Readonly<Record<string, unknown>> & { readonly type: string }

export interface Partner extends ProviderServer {
  /** Where it takes what agents write. */
  readonly endpoint: string
  /** What it took, oldest first; copies are dropped by their webhook-id. */
  readonly taken: readonly PartnerPost[]
  /** How often something came that it knew already. */
  copies(): number
  /** What it answers to a message in place of an empty 200. */
  answerWith(answer?: (post: PartnerPost) => ProviderAnswer): void
}

export interface PartnerOptions {
  readonly outboundSecret?: string
  readonly port?: number
}

/** Starts the system. It refuses what is not signed with the secret that it has. */
export async function startPartner({
  outboundSecret = OUTBOUND_SECRET,
  port = 0,
}: PartnerOptions = {}): Promise<Partner> {
  const webhook = new Webhook(outboundSecret)
  const taken: PartnerPost[] = []
  const answers = new Map<string, ProviderAnswer>()
  let copies = 0
  let answering: ((post: PartnerPost) => ProviderAnswer) | undefined

  const take = ({ body, headers }: ProviderCall): ProviderAnswer => {
    let post: PartnerPost
    try {
      post = webhook.verify(body, headers) as PartnerPost
    } catch (error) {
      if (error instanceof WebhookVerificationError) return jsonAnswer(401, { detail: error.message })
      throw error
    }
    const id = headers['webhook-id'] ?? ''
    const known = answers.get(id)
    if (known) {
      copies += 1
      return known
    }
    const answer = answering?.(post) ?? jsonAnswer(200, {})
    if (answer.status < 300) {
      taken.push(post)
      answers.set(id, answer)
    }
    return answer
  }

  const server = await startProvider(take, { port })
  return {
    ...server,
    endpoint: `${server.url}/tributary`,
    taken,
    copies: () => copies,
    answerWith: (next) => {
      answering = next
    },
  }
}

/** A signed delivery to a channel. */
export function delivery(
  url: string,
  body: object,
  options: { readonly secret?: string; readonly id?: string; readonly at?: Date } = {},
): Delivery {
  const { secret = INBOUND_SECRET, id = `msg_${randomUUID()}`, at = new Date() } = options
  const text = JSON.stringify(body)
  return {
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(id, at, text),
    },
    body: text,
  }
}
