import { queryOptions, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { createRoutingApi } from '../../shared/routing-api.ts'
import { http } from '../data/client.ts'
import { COLLEAGUES_PAGE, categoriesQuery, everyPage } from '../data/queries.ts'

/** The part of the REST interface that decides who gets which conversation. */
export const routingApi = createRoutingApi(http)

export const skillsQuery = queryOptions({
  queryKey: ['skills'],
  queryFn: () => everyPage((cursor) => routingApi.skills({ cursor, limit: COLLEAGUES_PAGE })),
})

export const presetsQuery = queryOptions({
  queryKey: ['routing-presets'],
  queryFn: async () => (await routingApi.presets()).items,
  staleTime: Number.POSITIVE_INFINITY,
})

export const routingSettingsQuery = queryOptions({
  queryKey: ['routing-settings'],
  queryFn: () => routingApi.settings(),
})

export const agentRoutingQuery = (id: string) =>
  queryOptions({ queryKey: ['agent-routing', id], queryFn: () => routingApi.agentRouting(id) })

export const queueQuery = queryOptions({
  queryKey: ['queue'],
  queryFn: () => routingApi.queue(),
  staleTime: 0,
})

/** @param version of the conversation: another one may have another explanation */
export const whyQuery = (conversationId: string, version: number) =>
  queryOptions({
    queryKey: ['why', conversationId, version],
    queryFn: () => routingApi.why(conversationId),
    staleTime: 0,
  })

/** Categories in the order of their names; empty until they are read. */
export function useCategories() {
  const { data } = useQuery(categoriesQuery)
  return useMemo(() => [...(data ?? [])].sort((one, other) => one.name.localeCompare(other.name)), [data])
}
