/** A channel that carries letters, over real stores: what customers wrote lies there, what agents write is looked at. */
import { Readable } from 'node:stream'
import type { OutboundMessage } from '../../src/contract/connector.ts'
import { ConnectorError } from '../../src/contract/connector-error.ts'
import type { Capabilities } from '../../src/domain/capabilities.ts'
import type { OutgoingLetter, StartConversationCommand } from '../../src/domain/commands.ts'
import type { ConversationId, MessageId } from '../../src/domain/ids.ts'
import type { Letter } from '../../src/domain/letter.ts'
import type { AttachmentView } from '../../src/domain/views.ts'
import type { Stores } from '../../src/runtime/open-stores.ts'
import { createFetchAttachment } from '../../src/services/fetch-attachment.ts'
import { createForwardFiles } from '../../src/services/forward-files.ts'
import { createAgentAttachments } from '../../src/services/link-attachments.ts'
import { type SendReplyDeps, sendReply } from '../../src/services/send-reply.ts'
import { type StartConversationDeps, startConversation } from '../../src/services/start-conversation.ts'
import { storeAttachment } from '../../src/services/store-attachment.ts'
import type { StoredLetterBody } from '../../src/store/letter-store.ts'
import { freshId } from '../../src/store/object-id.ts'
import type { StoredMessage } from '../../src/store/stored-message.ts'
import { createPathRig, type RigOptions, SCRIPTED, says } from './path-rig.ts'

export const OWN = 'help@example.com'
export const ADA = 'ada@example.org'

/** A mailbox of the scripted platform. */
export const LETTERS: Capabilities = {
  ...SCRIPTED,
  text: { support: 'native', maxLength: 100_000, overLimit: 'refuse' },
  attachments: { support: 'native', maxBytes: 1_000_000, maxPerMessage: 3, contentTypes: [] },
  startConversation: 'native',
  idempotentSend: true,
  retry: { maxAttempts: 5, firstDelayMs: 1_000, longestDelayMs: 1_000 },
  letters: { maxRecipients: 5, signature: 'The help desk', ownAddresses: [OWN], sameSubjectDays: 7 },
}

/** A message as a test can compare it with another attempt's. */
export const comparable = ({ attempt: _, ...message }: OutboundMessage): string => JSON.stringify(message)

export type LetterRig = Awaited<ReturnType<typeof openLetterRig>>

/** Ada's first letter has arrived. */
export async function openLetterRig(stores: Stores, options: RigOptions = {}) {
  const rig = createPathRig(stores, { capabilities: LETTERS, ...options })
  const now = (): number => rig.state.nowMs
  const contents = new Map<string, string>()
  const fetchAttachment = createFetchAttachment({
    ...stores,
    fetchRemote: async (_, { ref }) => {
      const content = contents.get(ref)
      if (content === undefined)
        throw new ConnectorError({ code: 'gone', retry: 'never', delivery: 'not-sent' })
      return Readable.from([Buffer.from(content)])
    },
    clock: now,
    maxBytes: 1_000_000,
  })
  const deps: StartConversationDeps = {
    ...rig.sendDeps,
    ...stores,
    attachments: {
      ...createAgentAttachments({ ...stores, clock: now }),
      forward: createForwardFiles({ ...stores, fetchAttachment, clock: now, maxBytes: 1_000_000 }),
    },
  }

  /** Lays a letter of a customer's into a conversation, as the way in does. */
  const arrive = async (
    conversationId: ConversationId,
    change: Partial<StoredMessage> = {},
    head: Partial<Letter> = {},
    body: Partial<StoredLetterBody> = {},
  ): Promise<StoredMessage> => {
    const conversation = await stores.conversations.find(conversationId)
    if (!conversation) throw new Error('no conversation')
    rig.state.nowMs += 1_000
    const id = change.id ?? (freshId() as MessageId)
    const message: StoredMessage = {
      id,
      conversationId,
      channelId: rig.channelId,
      direction: 'inbound',
      kind: 'message',
      author: { kind: 'contact', id: conversation.contactId, name: 'Ada' },
      text: 'It is broken.',
      attachments: [],
      externalId: `in-${id}`,
      letterId: `${id}@example.org`,
      letter: {
        from: { address: ADA, name: 'Ada' },
        replyTo: [],
        to: [{ address: OWN }],
        cc: [],
        bcc: [],
        subject: 'Broken',
        hasHtml: false,
        hasQuoted: false,
        hasSource: false,
        ...head,
      },
      createdAtMs: rig.state.nowMs,
      order: rig.sendDeps.orderClock(rig.state.nowMs),
      version: 1,
      ...change,
    }
    await stores.letters.record([
      { messageId: id, text: message.text, remoteImages: [], headers: [], ...body },
    ])
    await stores.messages.record([message])
    return message
  }

  await rig.receive([rig.entry(says('It is broken.', freshId(), ADA))])
  const { id } = await rig.conversation(ADA)

  return {
    ...rig,
    deps,
    /** Ada's conversation. */
    id,
    contents,
    arrive: (
      change: Partial<StoredMessage> = {},
      head: Partial<Letter> = {},
      body: Partial<StoredLetterBody> = {},
    ) => arrive(id, change, head, body),
    arriveIn: arrive,
    write: (
      text: string,
      letter?: OutgoingLetter,
      change: { clientMessageId?: string; attachmentIds?: readonly string[]; deps?: SendReplyDeps } = {},
    ) =>
      sendReply(
        id,
        {
          clientMessageId: change.clientMessageId ?? freshId(),
          text,
          attachmentIds: change.attachmentIds ?? [],
          ...(letter ? { letter } : {}),
        },
        rig.agent,
        change.deps ?? deps,
      ),
    start: (command: Partial<StartConversationCommand> = {}, by: StartConversationDeps = deps) =>
      startConversation(
        {
          clientMessageId: freshId(),
          channelId: rig.channelId,
          to: 'bob@example.net',
          text: 'Good day.',
          attachmentIds: [],
          ...command,
        },
        rig.agent,
        by,
      ),
    upload: (name: string, content: string): Promise<AttachmentView> =>
      storeAttachment(
        {
          bytes: Readable.from([Buffer.from(content)]),
          name,
          uploader: { kind: 'agent', id: rig.agent.agentId },
          maxBytes: 1_000_000,
          contentTypes: [],
        },
        { ...stores, clock: now },
      ),
    /** What lies in the store under a file's id. */
    async contentOf({ id: file }: Pick<AttachmentView, 'id'>): Promise<string> {
      const chunks: Buffer[] = []
      for await (const chunk of await stores.attachments.open(file)) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString()
    },
  }
}
