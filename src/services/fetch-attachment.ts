import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectorError } from '../contract/connector-error.ts'
import type { AttachmentRef } from '../contract/inbound-event.ts'
import { AppError } from '../domain/errors.ts'
import type { AttachmentId, ChannelId } from '../domain/ids.ts'
import type { StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import { inspectContent } from './attachment-content.ts'

/** Asks a channel's platform for a file that a message named. */
export type FetchRemote = (
  channelId: ChannelId,
  ref: Extract<AttachmentRef, { kind: 'remote' }>,
) => Promise<Readable>

/** What fetching needs. */
export interface FetchAttachmentDeps {
  readonly attachments: AttachmentStore
  readonly fetchRemote: FetchRemote
  readonly clock: () => number
  readonly maxBytes: number
}

/** Brings a file that lies with its platform into the store. */
export type FetchAttachment = (attachment: StoredAttachment) => Promise<StoredAttachment>

/** How often, and how long apart, it is looked whether another process has brought the file. */
const LOOKS = 20
const LOOK_MS = 500

/**
 * Makes the function that fetches a file once, however many ask for it at the same time.
 * It throws AppError `not-found` when the platform will never give it, `unavailable` when it may later.
 */
export function createFetchAttachment(deps: FetchAttachmentDeps): FetchAttachment {
  const underWay = new Map<AttachmentId, Promise<StoredAttachment>>()
  return (attachment) => {
    if (attachment.state === 'stored') return Promise.resolve(attachment)
    const known = underWay.get(attachment.id)
    if (known) return known
    const fetching = fetchOnce(attachment, deps).finally(() => underWay.delete(attachment.id))
    underWay.set(attachment.id, fetching)
    return fetching
  }
}

async function fetchOnce(
  attachment: StoredAttachment,
  { attachments, fetchRemote, clock, maxBytes }: FetchAttachmentDeps,
): Promise<StoredAttachment> {
  const { id, uploader, remoteRef: ref, name } = attachment
  if (uploader.kind !== 'visitor' || ref === undefined) throw new AppError('not-found')
  if (!(await attachments.claimFetch(id, clock()))) return awaitOther(id, attachments)
  try {
    const bytes = await fetchRemote(uploader.channelId, { kind: 'remote', ref, name })
    await attachments.storeFetched(id, inspectContent(bytes, { maxBytes }))
  } catch (error) {
    await attachments.releaseFetch(id)
    throw refusalOf(error)
  }
  return attachments.get(id)
}

async function awaitOther(id: AttachmentId, attachments: AttachmentStore): Promise<StoredAttachment> {
  for (let look = 0; look < LOOKS; look += 1) {
    const now = await attachments.get(id)
    if (now.state === 'stored') return now
    await sleep(LOOK_MS)
  }
  throw new AppError('unavailable', { detail: 'The file is being fetched from its platform; ask again.' })
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof ConnectorError)) return error
  const { retry, retryAfterMs } = error.facts
  if (retry === 'never') {
    return new AppError('not-found', { detail: 'The platform does not have this file any more.' })
  }
  return new AppError('unavailable', {
    detail: 'The platform does not give this file just now.',
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  })
}
