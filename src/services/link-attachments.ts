import { displayNameOf } from '../domain/attachment.ts'
import { AppError } from '../domain/errors.ts'
import type { AttachmentView } from '../domain/views.ts'
import type { AttachmentUploader, StoredAttachment } from '../store/attachment-document.ts'
import type { AttachmentLink, AttachmentStore, RemoteAttachment } from '../store/attachment-store.ts'
import type { MessageStore } from '../store/message-store.ts'
import { claimedTypeOf } from './attachment-content.ts'
import type { LinkAttachments } from './record-arrivals.ts'
import type { AgentAttachments } from './send-reply.ts'
import { presentAttachment } from './store-attachment.ts'

/** Makes the function that ties files to the inbound messages they came with. Safe to repeat. */
export function createLinkAttachments(deps: {
  readonly attachments: AttachmentStore
  readonly clock: () => number
}): LinkAttachments {
  const { attachments, clock } = deps
  return async (refs, { channelId, identityExternalId, conversationId, messageId }) => {
    const uploader: AttachmentUploader = { kind: 'visitor', id: identityExternalId, channelId }
    const link: AttachmentLink = { conversationId, messageId }
    const storedIds: string[] = []
    const remote: RemoteAttachment[] = []
    refs.forEach((ref, position) => {
      if (ref.kind === 'stored') storedIds.push(ref.attachmentId)
      else if (ref.kind === 'remote') {
        remote.push({
          ref: ref.ref,
          position,
          name: displayNameOf(ref.name),
          contentType: claimedTypeOf(ref.contentType),
          sizeBytes: ref.sizeBytes ?? 0,
        })
      }
    })
    const linked = await attachments.link(storedIds, uploader, link, clock())
    const noted = await attachments.linkRemote(remote, uploader, link, clock())
    const byId = new Map(linked.map((one) => [one.id as string, one]))
    const byRef = new Map(noted.map((one) => [one.remoteRef, one]))
    const inOrder = refs.map((ref) => {
      if (ref.kind === 'stored') return byId.get(ref.attachmentId)
      return ref.kind === 'remote' ? byRef.get(ref.ref) : undefined
    })
    return [...new Set(inOrder)].flatMap((one) => (one ? [presentAttachment(one)] : []))
  }
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
