import { useQuery } from '@tanstack/react-query'
import { api, queryClient } from '../data/client.ts'
import { tellError } from '../shell/toasts.ts'

/** Kept only until the page that shows it has opened. */
const KEPT_MS = 10_000

const checkQuery = (channelId: string) => ({
  queryKey: ['channel-check', channelId],
  queryFn: async () => {
    const result = await api.checkChannel(channelId)
    void queryClient.invalidateQueries({ queryKey: ['channel', channelId] })
    void queryClient.invalidateQueries({ queryKey: ['channels'] })
    return result
  },
  retry: false,
  gcTime: KEPT_MS,
})

/** Tests the connection of a channel; its page shows what was found, also when it opens meanwhile. */
export function checkChannel(channelId: string): void {
  void queryClient.fetchQuery({ ...checkQuery(channelId), staleTime: 0 }).catch(tellError)
}

/** What the last test of this channel found, as far as it was asked for since the page opened. */
export function useChannelCheck(channelId: string) {
  const { data, isFetching, isError } = useQuery({ ...checkQuery(channelId), enabled: false })
  return { result: isFetching || isError ? undefined : data, isChecking: isFetching }
}
