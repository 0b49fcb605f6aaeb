import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type {
  ContactView,
  DuplicateView,
  MergePreviewView,
  MergeView,
  Page,
  TimelineEntryView,
} from '../../../src/domain/views.ts'
import { http, queryClient } from '../data/client.ts'
import { contactQuery } from '../data/queries.ts'

const TIMELINE_PAGE = 50

interface Outcome {
  readonly merge: MergeView
  readonly contact: ContactView
}

const at = ({ id }: Pick<ContactView, 'id'>, rest: string): string =>
  `/contacts/${encodeURIComponent(id)}${rest}`

/** Who may be the same person: asked again whenever the contact changes. */
export const duplicatesQuery = (contact: ContactView) =>
  queryOptions({
    queryKey: ['contact-duplicates', contact.id, contact.version],
    queryFn: ({ signal }) => http<{ items: DuplicateView[] }>('GET', at(contact, '/duplicates'), { signal }),
    placeholderData: keepPreviousData,
  })

/** What was merged into a contact: asked again whenever it changes. */
export const mergesQuery = (contact: ContactView) =>
  queryOptions({
    queryKey: ['contact-merges', contact.id, contact.version],
    queryFn: ({ signal }) => http<{ items: MergeView[] }>('GET', at(contact, '/merges'), { signal }),
    placeholderData: keepPreviousData,
  })

export const previewQuery = (survivorId: string, absorbedId: string) =>
  queryOptions({
    queryKey: ['merge-preview', survivorId, absorbedId],
    queryFn: ({ signal }) =>
      http<MergePreviewView>('GET', `/contacts/${survivorId}/merge-preview`, {
        query: { with: absorbedId },
        signal,
      }),
    staleTime: 0,
    gcTime: 0,
  })

export const timelineQuery = (contactId: string) =>
  infiniteQueryOptions({
    queryKey: ['contact-timeline', contactId],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      http<Page<TimelineEntryView>>('GET', `/contacts/${encodeURIComponent(contactId)}/timeline`, {
        query: { limit: TIMELINE_PAGE, ...(pageParam ? { before: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  })

/** Merges as the preview said, and lets the screens follow before the socket tells. */
export async function mergeAs(preview: MergePreviewView, absorbedId: string): Promise<Outcome> {
  const { result, version, contactVersion } = preview
  const outcome = await http<Outcome>('POST', at(result, '/merges'), {
    body: { contactId: absorbedId, version, contactVersion },
  })
  await follow(outcome, absorbedId)
  return outcome
}

/** Undoes a merge. */
export async function undoMerge(merge: MergeView): Promise<Outcome> {
  const outcome = await http<Outcome>('POST', `/contact-merges/${merge.id}/undo`)
  await follow(outcome, merge.absorbed.id)
  return outcome
}

async function follow({ contact }: Outcome, otherId: string): Promise<void> {
  queryClient.setQueryData(contactQuery(contact.id).queryKey, contact)
  await Promise.all(
    [
      ['contact', otherId],
      ['contact-conversations'],
      ['contact-timeline'],
      ['contact-duplicates'],
      ['contact-merges'],
      ['reach'],
    ].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
  )
}

/** Says that two contacts are two people. */
export async function dismissDuplicate(contact: ContactView, other: ContactView): Promise<void> {
  await http('PUT', at(contact, `/duplicates/${encodeURIComponent(other.id)}/dismissal`))
  await queryClient.invalidateQueries({ queryKey: ['contact-duplicates'] })
}
