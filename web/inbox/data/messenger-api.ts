import { queryOptions } from '@tanstack/react-query'
import type { EditMessageCommand } from '../../../src/domain/commands.ts'
import type { MessageTemplate } from '../../../src/domain/message-template.ts'
import type { ChannelView, MessageView, ReachView } from '../../../src/domain/views.ts'
import { http } from './client.ts'

const path = (strings: TemplateStringsArray, ...ids: readonly string[]): string =>
  strings.map((part, index) => part + encodeURIComponent(ids[index] ?? '')).join('')

const TEMPLATES_FRESH_MS = 60_000
const REACH_FRESH_MS = 15_000

/** What only short messages know of: kept apart, so that the first screen does not carry it. */
export const messengerApi = {
  editMessage: (id: string, body: EditMessageCommand) =>
    http<MessageView>('PATCH', path`/messages/${id}`, { body }),
  deleteMessage: (id: string, version: number) =>
    http<MessageView>('DELETE', path`/messages/${id}`, { query: { version } }),
  deleteChannel: (id: string) =>
    http<{ readonly channel: ChannelView; readonly problem?: string }>('DELETE', path`/channels/${id}`),
}

/** The approved messages of a channel, as its platform has them. */
export const templatesQuery = (channelId: string) =>
  queryOptions({
    queryKey: ['templates', channelId],
    queryFn: async ({ signal }) =>
      (await http<{ items: MessageTemplate[] }>('GET', path`/channels/${channelId}/templates`, { signal }))
        .items,
    staleTime: TEMPLATES_FRESH_MS,
  })

/** By which channels somebody can be answered now. */
export const reachQuery = (contactId: string) =>
  queryOptions({
    queryKey: ['reach', contactId],
    queryFn: async ({ signal }) =>
      (await http<{ items: ReachView[] }>('GET', path`/contacts/${contactId}/reach`, { signal })).items,
    staleTime: REACH_FRESH_MS,
  })
