import { useMutation } from '@tanstack/react-query'
import type { UpdateChannelCommand, UpdateChannelRoutingCommand } from '../../../src/domain/commands.ts'
import type { ChannelAdminView, ChannelRoutingView } from '../../../src/domain/views.ts'
import { isProblem } from '../../shared/problem.ts'
import { api, queryClient } from '../data/client.ts'
import { tellDone, tellError, tellInfo } from '../shell/toasts.ts'
import { settingsText } from '../text/settings-text.ts'
import { text } from '../text/text.ts'

/** Keeps a channel that a write answered with. */
export function learnChannel(channel: ChannelAdminView): void {
  queryClient.setQueryData(['channel', channel.id], channel)
  void queryClient.invalidateQueries({ queryKey: ['channels'] })
}

/** Keeps what a write of its routing answered with, also where the whole channel is shown. */
export function learnRouting(routing: ChannelRoutingView): void {
  queryClient.setQueryData(['channel', routing.id, 'routing'], routing)
  queryClient.setQueryData<ChannelAdminView>(['channel', routing.id], (known) => {
    if (!known) return undefined
    const { categoryId: _before, ...rest } = known
    return { ...rest, ...routing }
  })
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
    onError: (error) => refused(channel, error, onError),
  })
}

/** Changes who gets its conversations, as {@link useChannelChange} does the rest. */
export function useRoutingChange(channel: ChannelRoutingView) {
  return useMutation({
    mutationFn: (change: Omit<UpdateChannelRoutingCommand, 'version'>) =>
      api.updateChannelRouting(channel.id, { ...change, version: channel.version }),
    onSuccess: (saved) => {
      learnRouting(saved)
      tellDone(text.general.saved)
    },
    onError: (error) => refused(channel, error),
  })
}

function refused(
  { id }: ChannelRoutingView,
  error: unknown,
  onError: (error: unknown) => boolean = () => false,
): void {
  if (isProblem(error, 'version-conflict')) {
    void queryClient.invalidateQueries({ queryKey: ['channel', id] })
    tellInfo(text.conversation.conflictTitle, settingsText.channels.conflict)
  } else if (!onError(error)) {
    tellError(error)
  }
}
