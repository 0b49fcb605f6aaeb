import { useMutation } from '@tanstack/react-query'
import type { UpdateChannelCommand } from '../../../src/domain/commands.ts'
import type { ChannelAdminView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { text } from '../text/text.ts'

/** Keeps a channel that a write answered with. */
export function learnChannel(channel: ChannelAdminView): void {
  queryClient.setQueryData(['channel', channel.id], channel)
  void queryClient.invalidateQueries({ queryKey: ['channels'] })
}

/** Changes a channel; when somebody was faster, shows how it stands now. */
export function useChannelChange(channel: ChannelAdminView, onError?: (error: unknown) => boolean) {
  return useMutation({
    mutationFn: (change: Omit<UpdateChannelCommand, 'version'>) =>
      api.updateChannel(channel.id, { ...change, version: channel.version }),
    onSuccess: (saved) => {
      learnChannel(saved)
      tellDone(text.general.saved)
    },
    onError: (error) => {
      if (isProblem(error, 'version-conflict')) {
        void queryClient.invalidateQueries({ queryKey: ['channel', channel.id] })
        tellInfo(text.conversation.conflictTitle, text.channels.conflict)
      } else if (!onError?.(error)) {
        tellError(error)
      }
    },
  })
}
