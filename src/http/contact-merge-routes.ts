import type { ContactId } from '../domain/ids.ts'
import { type DuplicateDeps, dismissDuplicate, findDuplicates } from '../services/find-duplicates.ts'
import { listMerges, mergeContact, undoMerge } from '../services/merge-contact.ts'
import { type PreviewMergeDeps, previewMerge } from '../services/merge-plan.ts'
import type { MergeStepDeps } from '../services/merge-steps.ts'
import {
  duplicateList,
  mergeContactCommand,
  mergeList,
  mergeOutcome,
  mergePreviewQuery,
  mergePreviewView,
  pairParams,
} from './contact-schemas.ts'
import { idParams } from './conversation-schemas.ts'
import { created, defineRoute, noContent, ok, type RouteDefinition } from './route.ts'

const tag = 'Contacts'
const READ = { permission: 'contact.read' } as const
const WRITE = { permission: 'contact.write' } as const
const params = idParams<ContactId>()

export type ContactMergeDeps = MergeStepDeps & DuplicateDeps & PreviewMergeDeps

/** One person who is two contacts: who may be, making them one, and taking that back. */
export function contactMergeRoutes(deps: ContactMergeDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/contacts/:id/duplicates',
      tag,
      summary: 'Contacts with the same number or proven address, newest first; nothing merges by itself',
      access: READ,
      params,
      responses: { 200: { description: 'At most twenty', schema: duplicateList } },
      handler: async ({ params: { id }, principal }) => ok(await findDuplicates(id, principal, deps)),
    }),
    defineRoute({
      method: 'put',
      path: '/contacts/:id/duplicates/:otherId/dismissal',
      tag,
      summary: 'Say that two contacts are two people: neither is suggested at the other any more',
      access: WRITE,
      params: pairParams,
      responses: { 204: { description: 'Kept' } },
      handler: async ({ params: { id, otherId }, principal }) => {
        await dismissDuplicate(id, otherId, true, principal, deps)
        return noContent()
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/contacts/:id/duplicates/:otherId/dismissal',
      tag,
      summary: 'Say that two contacts may be one person after all',
      access: WRITE,
      params: pairParams,
      responses: { 204: { description: 'Forgotten' } },
      handler: async ({ params: { id, otherId }, principal }) => {
        await dismissDuplicate(id, otherId, false, principal, deps)
        return noContent()
      },
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id/merge-preview',
      tag,
      summary: 'What merging another contact into this one would make, exactly',
      access: WRITE,
      params,
      query: mergePreviewQuery,
      responses: { 200: { description: 'Nothing has changed', schema: mergePreviewView } },
      handler: async ({ params: { id }, query, principal }) =>
        ok(await previewMerge(id, query.with, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/contacts/:id/merges',
      tag,
      summary: 'What was merged into this contact, latest first, also what was undone',
      access: READ,
      params,
      responses: { 200: { description: 'At most fifty', schema: mergeList } },
      handler: async ({ params: { id }, principal }) => ok(await listMerges(id, principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/contacts/:id/merges',
      tag,
      summary: 'Merge another contact into this one, over the versions of both',
      access: WRITE,
      params,
      body: mergeContactCommand,
      responses: { 201: { description: 'They are one contact now', schema: mergeOutcome } },
      handler: async ({ params: { id }, body, principal }) =>
        created(await mergeContact(id, body, principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/contact-merges/:id/undo',
      tag,
      summary: 'Undo a merge: both contacts are what they were, with what came since on their own channels',
      access: WRITE,
      params: idParams<string>(),
      responses: { 200: { description: 'They are two contacts again', schema: mergeOutcome } },
      handler: async ({ params: { id }, principal }) => ok(await undoMerge(id, principal, deps)),
    }),
  ]
}
