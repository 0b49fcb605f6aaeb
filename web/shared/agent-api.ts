import type { CheckResult } from '../../src/contract/check-result.ts'
import type { ConfigField } from '../../src/contract/config-field.ts'
import type { SetupStep } from '../../src/contract/setup-step.ts'
import type { ChannelMark } from '../../src/domain/channel-mark.ts'
import type * as command from '../../src/domain/commands.ts'
import type { CategoryView, TeamView } from '../../src/domain/routing-views.ts'
import type * as view from '../../src/domain/views.ts'
import type { HttpClient } from './http-client.ts'

/** A kind of channel that may be added. */
export interface ChannelTypeView {
  readonly type: string
  readonly displayName: string
  readonly summary: string
  readonly mark?: ChannelMark
  readonly configFields: readonly ConfigField[]
  /** What is to be done on the platform's side. */
  readonly setup?: readonly SetupStep[]
  readonly hasWidget: boolean
}

/** What an authenticator app needs. */
export interface SecondFactorOffer {
  readonly secret: string
  readonly uri: string
  readonly qrDataUrl: string
}

/** How many open conversations each view holds. */
export interface ConversationCounts {
  readonly mine: number
  readonly unassigned: number
  readonly all: number
}

/** A conversation as an assignment answers it. */
export interface AssignedView extends view.ConversationView {
  /** It was given by hand to somebody who has as many as he should. */
  readonly warning?: 'over-capacity'
}

/** Cursor and size of a page. */
export interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number
}

type Page<T> = Promise<view.Page<T>>

const at = (strings: TemplateStringsArray, ...ids: readonly string[]): string =>
  strings.map((part, index) => part + encodeURIComponent(ids[index] ?? '')).join('')

/** Every call of the REST interface that the agents' screens make. */
export function createAgentApi(http: HttpClient) {
  return {
    setUpNeeded: () => http<{ needed: boolean }>('GET', '/set-up'),
    setUp: (body: command.SetUpCommand) => http<view.ProfileView>('POST', '/set-up', { body }),
    signIn: (body: command.SignInCommand) => http<view.ProfileView>('POST', '/session', { body }),
    signOut: () => http<void>('DELETE', '/session'),
    session: (signal?: AbortSignal) => http<view.ProfileView>('GET', '/session', signal ? { signal } : {}),
    acceptInvite: (body: command.AcceptInviteCommand) =>
      http<view.ProfileView>('POST', '/invites/accept', { body }),

    updateProfile: (body: command.UpdateProfileCommand) =>
      http<view.ProfileView>('PATCH', '/profile', { body }),
    changePassword: (body: command.ChangePasswordCommand) => http<void>('PUT', '/profile/password', { body }),
    setAvailability: (body: command.SetAvailabilityCommand) =>
      http<view.ProfileView>('PUT', '/profile/availability', { body }),
    offerSecondFactor: (password: string) =>
      http<SecondFactorOffer>('POST', '/profile/second-factor', { body: { password } }),
    confirmSecondFactor: (code: string) =>
      http<{ recoveryCodes: string[] }>('POST', '/profile/second-factor/confirm', { body: { code } }),
    removeSecondFactor: (password: string) =>
      http<void>('DELETE', '/profile/second-factor', { body: { password } }),

    agents: (query: PageQuery = {}) =>
      http<view.Page<view.AgentView>>('GET', '/agents', { query: { ...query } }),
    inviteAgent: (body: command.InviteAgentCommand) =>
      http<{ agent: view.AgentView; inviteLink: string }>('POST', '/agents', { body }),
    updateAgent: (id: string, body: command.UpdateAgentCommand) =>
      http<view.AgentView>('PATCH', at`/agents/${id}`, { body }),
    renewInvite: (id: string) => http<{ inviteLink: string }>('POST', at`/agents/${id}/invite`),

    teams: (query: PageQuery = {}) => http<view.Page<TeamView>>('GET', '/teams', { query: { ...query } }),
    categories: (query: PageQuery = {}) =>
      http<view.Page<CategoryView>>('GET', '/categories', { query: { ...query } }),

    channelTypes: () => http<{ items: ChannelTypeView[] }>('GET', '/channel-types'),
    channels: (query: PageQuery = {}) =>
      http<view.Page<view.ChannelView>>('GET', '/channels', { query: { ...query } }),
    channel: (id: string) => http<view.ChannelAdminView>('GET', at`/channels/${id}`),
    createChannel: (body: command.CreateChannelCommand) =>
      http<view.ChannelAdminView>('POST', '/channels', { body }),
    channelRouting: (id: string) => http<view.ChannelRoutingView>('GET', at`/channels/${id}/routing`),
    updateChannelRouting: (id: string, body: command.UpdateChannelRoutingCommand) =>
      http<view.ChannelRoutingView>('PATCH', at`/channels/${id}/routing`, { body }),
    updateChannel: (id: string, body: command.UpdateChannelCommand) =>
      http<view.ChannelAdminView>('PATCH', at`/channels/${id}`, { body }),
    checkChannel: (id: string) => http<CheckResult>('POST', at`/channels/${id}/check`),
    rotateSecret: (id: string, key: string, version: number) =>
      http<{ value: string; channel: view.ChannelAdminView }>(
        'POST',
        at`/channels/${id}/secrets/${key}/rotate`,
        { body: { version } },
      ),

    conversations: (
      query: command.ListConversationsQuery,
      signal?: AbortSignal,
    ): Page<view.ConversationView> =>
      http('GET', '/conversations', { query: { ...query }, ...(signal ? { signal } : {}) }),
    conversationCounts: () => http<ConversationCounts>('GET', '/conversations/counts'),
    conversation: (id: string) => http<view.ConversationView>('GET', at`/conversations/${id}`),
    updateConversation: (id: string, body: command.UpdateConversationCommand) =>
      http<view.ConversationView>('PATCH', at`/conversations/${id}`, { body }),
    assignConversation: (id: string, body: command.AssignConversationCommand) =>
      http<AssignedView>('PUT', at`/conversations/${id}/assignment`, { body }),
    changeContact: (id: string, body: command.ChangeContactCommand) =>
      http<view.ConversationView>('PUT', at`/conversations/${id}/contact`, { body }),
    markRead: (id: string) => http<view.ConversationView>('POST', at`/conversations/${id}/read`),

    messages: (
      id: string,
      query: { readonly before?: string | undefined; readonly limit: number },
      signal?: AbortSignal,
    ): Page<view.MessageView> =>
      http('GET', at`/conversations/${id}/messages`, { query: { ...query }, ...(signal ? { signal } : {}) }),
    sendMessage: (id: string, body: command.SendMessageCommand) =>
      http<{ items: view.MessageView[] }>('POST', at`/conversations/${id}/messages`, { body }),
    addNote: (id: string, body: command.AddNoteCommand) =>
      http<view.MessageView>('POST', at`/conversations/${id}/notes`, { body }),
    retryMessage: (id: string, messageId: string) =>
      http<view.MessageView>('POST', at`/conversations/${id}/messages/${messageId}/retry`),
    routingDecisions: (id: string): Page<view.RoutingDecisionView> =>
      http('GET', at`/conversations/${id}/routing-decisions`),

    startConversation: (body: command.StartConversationCommand) =>
      http<{ conversation: view.ConversationView; message: view.MessageView }>('POST', '/conversations', {
        body,
      }),
    letter: (id: string, signal?: AbortSignal) =>
      http<view.LetterBodyView>('GET', at`/messages/${id}/letter`, signal ? { signal } : {}),

    contacts: (search: string, limit: number, signal?: AbortSignal): Page<view.ContactView> =>
      http('GET', '/contacts', { query: { search, limit }, ...(signal ? { signal } : {}) }),
    contact: (id: string) => http<view.ContactView>('GET', at`/contacts/${id}`),
    updateContact: (id: string, body: command.UpdateContactCommand) =>
      http<view.ContactView>('PATCH', at`/contacts/${id}`, { body }),
    contactConversations: (id: string): Page<view.ConversationView> =>
      http('GET', at`/contacts/${id}/conversations`),

    upload: (file: File, signal?: AbortSignal) => {
      const form = new FormData()
      form.append('file', file, file.name)
      return http<view.AttachmentView>('POST', '/attachments', { form, ...(signal ? { signal } : {}) })
    },

    quarantine: (query: PageQuery = {}): Page<view.QuarantineView> =>
      http('GET', '/quarantine', { query: { ...query } }),
    quarantineEntry: (id: string) => http<view.QuarantineView>('GET', at`/quarantine/${id}`),
    replayQuarantined: (id: string) => http<unknown>('POST', at`/quarantine/${id}/replay`),
    discardQuarantined: (id: string) => http<void>('DELETE', at`/quarantine/${id}`),

    apiTokens: (): Page<view.ApiTokenView> => http('GET', '/api-tokens'),
    createApiToken: (body: command.CreateApiTokenCommand) =>
      http<{ token: view.ApiTokenView; secret: string }>('POST', '/api-tokens', { body }),
    deleteApiToken: (id: string) => http<void>('DELETE', at`/api-tokens/${id}`),
  }
}

/** Where the browser fetches a stored file from. */
export const attachmentUrl = (id: string, inline = false): string =>
  `/api/v1/attachments/${encodeURIComponent(id)}${inline ? '?inline=1' : ''}`

/** Where the browser fetches the raw source of a letter, and the platform's report of why it failed. */
export const letterSourceUrl = (messageId: string): string => at`/api/v1/messages/${messageId}/source`
export const letterReportUrl = (messageId: string): string => at`/api/v1/messages/${messageId}/report`

/** A remote picture of a letter, fetched by the server: to be asked for only once somebody wants to see it. */
export const remoteImageUrl = (messageId: string, place: string): string =>
  at`/api/v1/messages/${messageId}/images/${place}`
