import { AppError } from '../domain/errors.ts'
import type { ChannelId } from '../domain/ids.ts'
import type { ChannelView } from '../domain/views.ts'
import { disconnectChannel } from './connect-channel.ts'
import { announce, type ManageChannelsDeps } from './manage-channels.ts'
import { presentChannel } from './present-channel.ts'

export type DeleteChannelDeps = Pick<
  ManageChannelsDeps,
  'channels' | 'directory' | 'bus' | 'clock' | 'contextOf'
>

/** What deleting a channel came to. */
export interface DeletedChannel {
  readonly channel: ChannelView
  /** Why the platform could not be told, in words: somebody has to take our address out there. */
  readonly problem?: string
}

/**
 * Deletes a channel for good. Its conversations stay readable under its name; nothing comes in or goes out any more,
 * what waited to be sent fails, and its secrets are gone. Deleting it again changes nothing.
 * @throws AppError `not-found`
 */
export async function deleteChannel(deps: DeleteChannelDeps, id: ChannelId): Promise<DeletedChannel> {
  // Its newest secrets are needed once more, also those that another node has just been given.
  deps.directory.invalidate()
  const before = await deps.directory.get(id)
  if (!before) throw new AppError('not-found')
  const record = await deps.channels.markDeleted(id, new Date(deps.clock()))
  if (!record) {
    deps.directory.invalidate()
    return { channel: presentChannel((await deps.directory.get(id)) ?? before) }
  }
  const channel = presentChannel(await announce(deps, record))
  // With the settings as they were: those that are stored hold no secrets any more. Also a paused one, whose pause the
  // platform may not have heard of.
  const result = await disconnectChannel(deps, before)
  return { channel, ...(result.ok ? {} : { problem: result.detail }) }
}
