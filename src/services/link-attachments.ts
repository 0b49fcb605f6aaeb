import type { AttachmentRef } from '../contract/inbound-event.ts'
import { displayNameOf } from '../domain/attachment.ts'
import { AppError } from '../domain/errors.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { AttachmentLink, AttachmentUploader, StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentStore } from '../store/attachment-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import type { RemoteAttachment } from '../store/remote-files.ts'
import { partitionOf } from './accept-delivery.ts'
import type { LinkAttachments } from './arrived-files.ts'
import { claimedTypeOf, inspectContent } from './attachment-content.ts'
import type { AgentAttachments } from './plan-message.ts'
import { presentAttachment } from './store-attachment.ts'

/** More files than these in one letter are nobody's to read one by one. */
const MOST_FILES = 200
const LONGEST_CONTENT_ID = 500

/** Makes the function that ties files to the inbound messages they came with. Safe to repeat. */
export function createLinkAttachments(deps: {
  readonly attachments: AttachmentStore
  readonly clock: () => number
  /** Of a file that came inside its message. */
  readonly maxBytes: number
  /** Some of the files are to be fetched without being asked for. */
  readonly onWaiting?: () => void
}): LinkAttachments {
  const { attachments, clock, maxBytes, onWaiting } = deps
  return async (refs, { channelId, identityExternalId, conversationId, messageId, part }, onLeft) => {
    const uploader: AttachmentUploader = { kind: 'visitor', id: identityExternalId, channelId }
    const link: AttachmentLink = { conversationId, messageId }
    const storedIds: string[] = []
    const remote: RemoteAttachment[] = []
    const came = new Map<AttachmentRef, StoredAttachment>()
    const firstPlace = part === undefined ? 0 : firstPlaceOf(part)
    for (const [index, ref] of refs.entries()) {
      const position = firstPlace + index
      if (ref.kind === 'stored') storedIds.push(ref.attachmentId)
      else if (index >= MOST_FILES) onLeft?.(displayNameOf(ref.name))
      else if (ref.kind === 'remote') {
        remote.push({
          ref: ref.ref,
          position,
          name: displayNameOf(ref.name),
          contentType: claimedTypeOf(ref.contentType),
          sizeBytes: ref.sizeBytes ?? 0,
          ...contentIdOf(ref),
          ...(ref.fetchAtOnce ? { fetchAtOnce: true } : {}),
        })
      } else if (ref.bytes.byteLength > maxBytes) onLeft?.(displayNameOf(ref.name))
      else {
        const source = inspectContent(inPieces(ref.bytes), { maxBytes })
        const file = { position, name: displayNameOf(ref.name), ...contentIdOf(ref), source }
        came.set(ref, await attachments.storeContent(file, uploader, link, clock()))
      }
    }
    const linked = await attachments.link(storedIds, uploader, link, clock())
    const noted = await attachments.linkRemote(remote, uploader, link, clock())
    if (remote.some(({ fetchAtOnce }) => fetchAtOnce)) onWaiting?.()
    const byId = new Map(linked.map((one) => [one.id as string, one]))
    const byRef = new Map(noted.map((one) => [one.remoteRef, one]))
    const inOrder = refs.map((ref) => {
      if (ref.kind === 'stored') return byId.get(ref.attachmentId)
      return ref.kind === 'remote' ? byRef.get(ref.ref) : came.get(ref)
    })
    return [...new Set(inOrder)].flatMap((one) => (one ? [presentAttachment(one)] : []))
  }
}

/** Parts come in any order, and a replay must find each one's files again: far enough apart that none meet. */
const firstPlaceOf = (part: string): number => (1 + partitionOf(part, 2 ** 32)) * 2 * MOST_FILES

const contentIdOf = ({ contentId }: { readonly contentId?: string }): { readonly contentId?: string } =>
  contentId === undefined || contentId === '' || contentId.length > LONGEST_CONTENT_ID ? {} : { contentId }

const PIECE_BYTES = 256 * 1024

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += PIECE_BYTES)
    yield bytes.subarray(from, from + PIECE_BYTES)
}

/**
 * Makes what a reply's files need. An upload serves one message; when a crash came between the two, the message
 * does not stand and the upload may be named again.
 */
export function createAgentAttachments(deps: {
  readonly attachments: AttachmentStore
  readonly messages: Pick<MessageStore, 'find'>
  readonly clock: () => number
}): Omit<AgentAttachments, 'forward'> {
  const { attachments, messages, clock } = deps
  const isFree = async ({ messageId }: StoredAttachment): Promise<boolean> =>
    messageId === undefined || (await messages.find(messageId)) === undefined

  return {
    async find(ids, agentId) {
      const own: StoredAttachment[] = []
      for (const one of await attachments.findMany(ids)) {
        const { uploader } = one
        if (uploader.kind === 'agent' && uploader.id === agentId && (await isFree(one))) own.push(one)
      }
      return inOrderOf(ids, own)
    },
    async link(ids, { agentId, conversationId, messageId }) {
      const linked = await attachments.link(
        ids,
        { kind: 'agent', id: agentId },
        { conversationId, messageId },
        clock(),
      )
      inOrderOf(ids, linked)
    },
  }
}

function inOrderOf(ids: readonly string[], found: readonly StoredAttachment[]): readonly AttachmentView[] {
  const byId = new Map(found.map((one) => [one.id as string, one]))
  return ids.map((id, index) => {
    const one = byId.get(id)
    if (!one) throw new AppError('not-found', { field: `attachmentIds.${index}` })
    return presentAttachment(one)
  })
}
