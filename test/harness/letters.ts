/** Letters for tests: what a connector makes of them, and a channel that carries them. */
import type { AttachmentRef, InboundEvent, InboundLetter } from '../../src/contract/inbound-event.ts'
import type { JournaledRequest } from '../../src/contract/raw-request.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import { createPathRig, type RigOptions, SCRIPTED } from './path-rig.ts'

export const SUPPORT = 'support@shop.example'

export const LETTERS: Capabilities = {
  ...SCRIPTED,
  workType: 'email',
  letters: { maxRecipients: 50, signature: '', ownAddresses: [SUPPORT], sameSubjectDays: 7 },
}

/** What a test says of a letter; the rest is as plain as can be. */
export interface Draft extends Partial<Omit<InboundLetter, 'from' | 'to' | 'cc'>> {
  readonly id: string
  readonly from?: string
  readonly to?: readonly string[]
  readonly cc?: readonly string[]
  readonly text?: string
  readonly subject?: string
  readonly threadKey?: string
  readonly attachments?: readonly AttachmentRef[]
}

/** A letter as `parse` hands it over: its thread is the oldest letter it names, or itself. */
export function letter(draft: Draft): InboundEvent {
  const {
    id,
    from = 'ada@example.com',
    to = [SUPPORT],
    cc = [],
    text,
    subject,
    threadKey,
    attachments,
    ...rest
  } = draft
  const address = (one: string) => ({ address: one })
  const references = draft.references ?? []
  return {
    type: 'message',
    externalId: `mail-${id}`,
    identity: { externalId: from, email: from, displayName: from.split('@')[0] ?? from, verified: true },
    threadKey: threadKey ?? references.at(-1) ?? id,
    text: text ?? `This is ${id}`,
    subject: subject ?? `About ${id}`,
    attachments: attachments ?? [],
    keepSource: true,
    letter: {
      letterId: id,
      from: address(from),
      replyTo: [],
      to: to.map(address),
      cc: cc.map(address),
      bcc: [],
      references,
      tokens: [],
      baseSubject: subject?.replace(/^(?:re: )+/i, '').toLowerCase() ?? '',
      headers: [{ name: 'message-id', value: `<${id}>` }],
      ...rest,
    },
  }
}

/** A file that lies inside a letter. */
export const file = (name: string, bytes: Uint8Array, contentId?: string): AttachmentRef => ({
  kind: 'content',
  name,
  // Plain bytes: a Buffer would write itself in its own way.
  bytes: new Uint8Array(bytes),
  ...(contentId === undefined ? {} : { contentId }),
})

const toJson = (events: readonly InboundEvent[]): Uint8Array =>
  Buffer.from(
    JSON.stringify(events, (_key, value: unknown) =>
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
    ),
  )

const fromJson = ({ body }: JournaledRequest): readonly InboundEvent[] =>
  JSON.parse(Buffer.from(body).toString('utf8'), (_key, value: unknown) =>
    value !== null && typeof value === 'object' && 'base64' in value
      ? new Uint8Array(Buffer.from(String(value.base64), 'base64'))
      : value,
  ) as InboundEvent[]

export type LetterRig = ReturnType<typeof createLetterRig>

/** A channel of letters of its own. */
export function createLetterRig(stores: Stores, options: RigOptions = {}) {
  const rig = createPathRig(stores, { capabilities: LETTERS, parse: fromJson, ...options })
  const entry = (...events: readonly InboundEvent[]) =>
    rig.entryOf({ body: toJson(events), contentType: 'message/rfc822' })
  return {
    ...rig,
    entry,
    /** Each letter in a batch of its own, in the order given. */
    async receiveEach(...events: readonly InboundEvent[]) {
      for (const event of events) {
        rig.state.nowMs += 1_000
        await rig.receive([entry(event)])
      }
    },
    /** The message that a letter became. */
    async message(id: string) {
      const [found] = await stores.messages.findByExternalIds(rig.channelId, [`mail-${id}`])
      if (!found) throw new Error(`${id} is not there`)
      return found
    },
    /** The conversation that a letter went into. */
    async conversationOf(id: string) {
      const { conversationId } = await this.message(id)
      const found = await stores.conversations.find(conversationId)
      if (!found) throw new Error(`${id} has no conversation`)
      return found
    },
  }
}
