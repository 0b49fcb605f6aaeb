import { QueryClient } from '@tanstack/react-query'
import { createAgentApi } from '../../shared/agent-api.ts'
import { createHttpClient } from '../../shared/http-client.ts'
import { isPassing } from '../../shared/problem.ts'
import type { Watchable } from '../live/store.ts'
import { createLiveStore, watchable } from '../live/store.ts'
import { keepNewest } from './keep-newest.ts'

/** Asks our own server, with the session's cookie. */
export const http = createHttpClient('/api/v1')

/** The REST interface that the first screen needs. */
export const api = createAgentApi(http)

/** What REST answered. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      structuralSharing: keepNewest,
      retry: (failures, error) => isPassing(error) && failures < 2,
    },
    mutations: { retry: false },
  },
})

/** What the socket told since. */
export const live = createLiveStore(() => void queryClient.invalidateQueries())

/** How the socket stands. */
export type ConnectionState = 'connecting' | 'live' | 'reconnecting'

/** How the socket stands; watched by the banner and by messages that wait for a connection. */
export const connection: Watchable<ConnectionState> = watchable<ConnectionState>('connecting')
