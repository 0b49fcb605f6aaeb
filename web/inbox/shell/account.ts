import { useMutation } from '@tanstack/react-query'
import type { Availability } from '../../../src/domain/agent.ts'
import { stopConnection } from '../data/agent-connection.ts'
import { api, queryClient } from '../data/client.ts'
import { sessionQuery } from '../data/queries.ts'
import { tellError } from './toasts.ts'

/** Says how one is available from now on. */
export function useAvailability() {
  return useMutation({
    mutationFn: (availability: Availability) => api.setAvailability({ availability }),
    onSuccess: (me) => {
      queryClient.setQueryData(sessionQuery.queryKey, me)
      void queryClient.invalidateQueries({ queryKey: ['agents'] })
    },
    onError: tellError,
  })
}

/** Ends the session and forgets all that was read. */
export async function signOut(): Promise<void> {
  try {
    await api.signOut()
  } catch (error) {
    tellError(error)
    return
  }
  stopConnection()
  queryClient.clear()
  window.location.assign('/sign-in')
}
