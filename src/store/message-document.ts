import type { mongo } from 'mongoose'
import type { ChannelId, ConversationId, MessageId } from '../domain/ids.ts'
import { toObjectId } from './object-id.ts'
import type { Delivery, StoredMessage } from './stored-message.ts'

type Unchanged = Omit<
  StoredMessage,
  | 'id'
  | 'conversationId'
  | 'channelId'
  | 'createdAtMs'
  | 'editedAtMs'
  | 'deletedAtMs'
  | 'delivery'
  | 'continueAtMs'
>

/** How a message lies in the database. `delivery.open` is set while the outbox has work with it. */
export interface MessageDocument extends Unchanged {
  readonly _id: mongo.ObjectId
  readonly conversationId: mongo.ObjectId
  readonly channelId: mongo.ObjectId
  readonly createdAt: Date
  readonly editedAt?: Date
  readonly deletedAt?: Date
  readonly delivery?: DeliveryDocument
  readonly continueAt?: Date
}

export interface DeliveryDocument {
  readonly state: Delivery['state']
  readonly open?: true
  readonly attempts: number
  readonly attemptsBefore: number
  readonly resends?: number
  readonly apart?: true
  readonly dueAt?: Date
  readonly leaseToken?: string
  readonly leaseHolder?: string
  readonly leaseUntil?: Date
  readonly errorCode?: string
  readonly errorDetail?: string
  readonly certainty?: Delivery['certainty']
  readonly checkFrom?: Date
  readonly looks?: number
  readonly hasReport?: boolean
  readonly filing?: FilingDocument
}

/** That the message, once sent, is to be filed with its platform; see filing-store.ts. */
export interface FilingDocument {
  readonly state: 'owed' | 'failed'
  readonly receiptId: string
  readonly receiptStatus: 'sent' | 'delivered'
  readonly owedAt: Date
  readonly attempts: number
  /** When it is tried next; while it is leased, when the lease runs out. */
  readonly dueAt?: Date
  readonly leaseToken?: string
  readonly leaseHolder?: string
  readonly errorCode?: string
}

export function toMessageDocument(message: StoredMessage): MessageDocument {
  const {
    id,
    conversationId,
    channelId,
    createdAtMs,
    editedAtMs,
    deletedAtMs,
    delivery,
    continueAtMs,
    ...rest
  } = message
  return {
    _id: toObjectId(id),
    conversationId: toObjectId(conversationId),
    channelId: toObjectId(channelId),
    ...rest,
    createdAt: new Date(createdAtMs),
    ...(editedAtMs === undefined ? {} : { editedAt: new Date(editedAtMs) }),
    ...(deletedAtMs === undefined ? {} : { deletedAt: new Date(deletedAtMs) }),
    ...(delivery === undefined ? {} : { delivery: toDeliveryDocument(delivery) }),
    ...(continueAtMs === undefined ? {} : { continueAt: new Date(continueAtMs) }),
  }
}

function toDeliveryDocument(delivery: Delivery): DeliveryDocument {
  const { nextAttemptAtMs, leaseUntilMs, checkFromMs, ...rest } = delivery
  const open = rest.state === 'queued' || rest.state === 'leased'
  return {
    ...rest,
    ...(open ? { open: true as const } : {}),
    ...(nextAttemptAtMs === undefined ? {} : { dueAt: new Date(nextAttemptAtMs) }),
    ...(leaseUntilMs === undefined ? {} : { leaseUntil: new Date(leaseUntilMs) }),
    ...(checkFromMs === undefined ? {} : { checkFrom: new Date(checkFromMs) }),
  }
}

export function fromMessageDocument(document: MessageDocument): StoredMessage {
  const { _id, conversationId, channelId, createdAt, editedAt, deletedAt, delivery, continueAt, ...rest } =
    document
  return {
    id: _id.toHexString() as MessageId,
    conversationId: conversationId.toHexString() as ConversationId,
    channelId: channelId.toHexString() as ChannelId,
    ...rest,
    createdAtMs: createdAt.getTime(),
    ...(editedAt ? { editedAtMs: editedAt.getTime() } : {}),
    ...(deletedAt ? { deletedAtMs: deletedAt.getTime() } : {}),
    ...(delivery ? { delivery: fromDeliveryDocument(delivery) } : {}),
    ...(continueAt ? { continueAtMs: continueAt.getTime() } : {}),
  }
}

function fromDeliveryDocument(delivery: DeliveryDocument): Delivery {
  const { open: _open, filing: _filing, dueAt, leaseUntil, checkFrom, ...rest } = delivery
  return {
    ...rest,
    ...(dueAt ? { nextAttemptAtMs: dueAt.getTime() } : {}),
    ...(leaseUntil ? { leaseUntilMs: leaseUntil.getTime() } : {}),
    ...(checkFrom ? { checkFromMs: checkFrom.getTime() } : {}),
  }
}
