import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useSuspenseQuery,
} from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import type { TeamView } from '../../../src/domain/routing-views.ts'
import type {
  AgentView,
  ChannelView,
  ConversationView,
  MessageView,
  Page,
} from '../../../src/domain/views.ts'
import type { ListFilter } from '../live/merge-list.ts'
import { mergeList } from '../live/merge-list.ts'
import { mergeThread } from '../live/merge-thread.ts'
import { newest } from '../live/overlay.ts'
import { api, live } from './client.ts'

const LIST_PAGE = 30
const THREAD_PAGE = 50
/** How many of such a list are asked for at once. */
export const COLLEAGUES_PAGE = 100

/** The overlay; renders again with every packet that changed something. */
export const useOverlay = () => useSyncExternalStore(live.subscribe, live.get)

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => api.session(signal),
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
})

/** Oneself. Screens behind the sign-in may rely on it: the router loaded it before. */
export const useMe = () => useSuspenseQuery(sessionQuery).data

/** Whether one's role allows something. */
export const useAllowed = (permission: ReturnType<typeof useMe>['permissions'][number]): boolean =>
  useMe().permissions.includes(permission)

export const listQuery = (filter: ListFilter) =>
  infiniteQueryOptions({
    queryKey: ['conversations', filter],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const asOf = live.get().seq
      const query = { ...dropEmpty(filter), limit: LIST_PAGE, ...(pageParam ? { cursor: pageParam } : {}) }
      return { ...(await api.conversations(query, signal)), asOf }
    },
    getNextPageParam: (page) => page.nextCursor,
  })

const dropEmpty = ({ view, status, channelId, teamId, search }: ListFilter) => ({
  view,
  status,
  ...(teamId ? { teamId } : {}),
  ...(channelId ? { channelId } : {}),
  ...(search ? { search } : {}),
})

/** A conversation list, live. */
export function useConversationList(filter: ListFilter) {
  const me = useMe().id
  const query = useInfiniteQuery(listQuery(filter))
  const { conversations } = useOverlay()
  const pages = query.data?.pages
  const items = useMemo(
    () => (pages ? mergeList(pages, conversations, filter, me) : undefined),
    [pages, conversations, filter, me],
  )
  return { query, items }
}

export const conversationQuery = (id: string) =>
  queryOptions({ queryKey: ['conversation', id], queryFn: () => api.conversation(id) })

/** One conversation, live; begins with what the list knows of it. */
export function useConversation(id: string) {
  const query = useQuery(conversationQuery(id))
  const heard = useOverlay().conversations.get(id)?.value
  const conversation: ConversationView | undefined = query.data ? newest(query.data, heard) : heard
  return { query, conversation }
}

export const threadQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['messages', id],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const asOf = live.get().seq
      return { ...(await api.messages(id, { before: pageParam, limit: THREAD_PAGE }, signal)), asOf }
    },
    getNextPageParam: (page) => page.nextCursor,
  })

/** The messages of a conversation, oldest first, live. */
export function useThread(id: string) {
  const query = useInfiniteQuery(threadQuery(id))
  const heard = useOverlay().messages.get(id)
  const pages = query.data?.pages
  const messages: readonly MessageView[] | undefined = useMemo(
    () => (pages ? mergeThread(pages, heard) : undefined),
    [pages, heard],
  )
  return { query, messages }
}

export const countsQuery = queryOptions({ queryKey: ['counts'], queryFn: () => api.conversationCounts() })

/** Every page of a list that is short enough to be read whole. */
export async function everyPage<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | undefined
  do {
    const page = await read(cursor)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return items
}

export const agentsQuery = queryOptions({
  queryKey: ['agents'],
  queryFn: () => everyPage((cursor) => api.agents({ cursor, limit: COLLEAGUES_PAGE })),
})

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: () => everyPage((cursor) => api.channels({ cursor, limit: COLLEAGUES_PAGE })),
})

export const teamsQuery = queryOptions({
  queryKey: ['teams'],
  queryFn: () => everyPage((cursor) => api.teams({ cursor, limit: COLLEAGUES_PAGE })),
})

export const categoriesQuery = queryOptions({
  queryKey: ['categories'],
  queryFn: () => everyPage((cursor) => api.categories({ cursor, limit: COLLEAGUES_PAGE })),
})

const byId = <T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [item.id, item]))

/** Colleagues by id; empty until they are read. */
export function useAgents(): ReadonlyMap<string, AgentView> {
  const { data } = useQuery(agentsQuery)
  return useMemo(() => byId(data ?? []), [data])
}

/** Channels by id; empty until they are read. */
export function useChannels(): ReadonlyMap<string, ChannelView> {
  const { data } = useQuery(channelsQuery)
  return useMemo(() => byId(data ?? []), [data])
}

/** Teams by id; empty until they are read. */
export function useTeams(): ReadonlyMap<string, TeamView> {
  const { data } = useQuery(teamsQuery)
  return useMemo(() => byId(data ?? []), [data])
}

export const contactQuery = (id: string) =>
  queryOptions({ queryKey: ['contact', id], queryFn: () => api.contact(id) })

export const contactConversationsQuery = (id: string) =>
  queryOptions({ queryKey: ['contact-conversations', id], queryFn: () => api.contactConversations(id) })

/** A letter's whole content: it never changes. */
export const letterQuery = (messageId: string) =>
  queryOptions({
    queryKey: ['letter', messageId],
    queryFn: ({ signal }) => api.letter(messageId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
