import { randomBytes } from 'node:crypto'
import type { mongo } from 'mongoose'
import type {
  AgentId,
  AttachmentId,
  ChannelId,
  ContactIdentityId,
  ConversationId,
  MessageId,
} from '../domain/ids.ts'
import { toObjectId } from './object-id.ts'

/** Who brought a file in: the only one who may tie it to a message. */
export type AttachmentUploader =
  | { readonly kind: 'agent'; readonly id: AgentId }
  | { readonly kind: 'visitor'; readonly id: string; readonly channelId: ChannelId }

/** What is known of a file's content once its bytes were looked at. */
export interface AttachmentContent {
  readonly contentType: string
  readonly sizeBytes: number
  readonly width?: number
  readonly height?: number
}

/** A file as stored. `remote` ones lie with the platform until somebody wants them. */
export interface StoredAttachment extends AttachmentContent {
  readonly id: AttachmentId
  readonly state: 'stored' | 'remote'
  readonly name: string
  readonly uploader: AttachmentUploader
  readonly conversationId?: ConversationId
  readonly messageId?: MessageId
  /** The platform's own name of the file. */
  readonly remoteRef?: string
  /** By this id the letter's formatted body shows it in its place. */
  readonly contentId?: string
  /** Whom it shows, where it is a customer's picture: such a file belongs to no message. */
  readonly identityId?: ContactIdentityId
  /** It is on its way without being asked for. */
  readonly waits?: boolean
  /** Why the platform's file will never be here. */
  readonly lost?: 'gone' | 'too-large'
}

/** The message that a file belongs to. */
export interface AttachmentLink {
  readonly conversationId: ConversationId
  readonly messageId: MessageId
}

/** What came in and how to learn what it is, once all of it has passed. */
export interface AttachmentSource {
  readonly chunks: AsyncIterable<Uint8Array>
  content(): Promise<AttachmentContent>
}

/** How a file's record lies in the database. */
export interface AttachmentDocument {
  readonly _id: string
  /** `uploading`: bytes may be incomplete. `removing`: the sweeper is at it. */
  readonly state: StoredAttachment['state'] | 'uploading' | 'removing'
  /** Of its bytes; never given out. */
  readonly bytesId: mongo.ObjectId
  readonly name: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly width?: number
  readonly height?: number
  readonly uploader:
    | { readonly kind: 'agent'; readonly id: string }
    | { readonly kind: 'visitor'; readonly id: string; readonly channelId: mongo.ObjectId }
  readonly conversationId?: mongo.ObjectId
  readonly messageId?: mongo.ObjectId
  readonly contentId?: string
  readonly remote?: {
    readonly ref: string
    readonly position: number
    readonly claimedUntil?: Date
    /** It is to be fetched without being asked for: when that is tried next. */
    readonly fetchAt?: Date
    readonly failures?: number
  }
  /** Why it will never be here. */
  readonly lost?: StoredAttachment['lost']
  /** Of a picture of a customer: whom it shows. */
  readonly identityId?: mongo.ObjectId
  /** The file it was made from, when a letter was passed on. */
  readonly copyOf?: string
  readonly createdAt: Date
  /** While no message has it, or none that is known to be recorded. */
  readonly expiresAt?: Date
}

export function toUploaderDocument(uploader: AttachmentUploader): AttachmentDocument['uploader'] {
  return uploader.kind === 'agent' ? uploader : { ...uploader, channelId: toObjectId(uploader.channelId) }
}

/** Undefined while its bytes are not whole, or are on their way out. */
export function fromAttachmentDocument(document: AttachmentDocument): StoredAttachment | undefined {
  const { _id, state, uploader, conversationId, messageId, remote, name, contentType, sizeBytes } = document
  if (state === 'uploading' || state === 'removing') return undefined
  const { width, height } = document
  return {
    id: _id as AttachmentId,
    state,
    name,
    contentType,
    sizeBytes,
    ...(width === undefined || height === undefined ? {} : { width, height }),
    uploader:
      uploader.kind === 'agent'
        ? { kind: 'agent', id: uploader.id as AgentId }
        : { kind: 'visitor', id: uploader.id, channelId: uploader.channelId.toHexString() as ChannelId },
    ...(conversationId ? { conversationId: conversationId.toHexString() as ConversationId } : {}),
    ...(messageId ? { messageId: messageId.toHexString() as MessageId } : {}),
    ...(remote ? { remoteRef: remote.ref } : {}),
    ...(document.contentId === undefined ? {} : { contentId: document.contentId }),
    ...(state === 'remote' && remote?.fetchAt ? { waits: true } : {}),
    ...(document.identityId ? { identityId: document.identityId.toHexString() as ContactIdentityId } : {}),
    ...(document.lost === undefined ? {} : { lost: document.lost }),
  }
}

/** How long a file waits for the message it belongs to. */
export const UNLINKED_MS = 24 * 3_600_000

export const newAttachmentId = (): string => randomBytes(16).toString('hex')

/** Those that are whole. */
export const wholeOnes = (documents: readonly AttachmentDocument[]): StoredAttachment[] =>
  documents.flatMap((document) => fromAttachmentDocument(document) ?? [])
