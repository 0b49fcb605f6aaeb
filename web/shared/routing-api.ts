import type * as queue from '../../src/domain/queue-views.ts'
import type { AssignmentPolicy } from '../../src/domain/routing/policy.ts'
import type { PolicyIssue } from '../../src/domain/routing/policy-check.ts'
import type { PolicyPreset } from '../../src/domain/routing/presets.ts'
import type * as command from '../../src/domain/routing-commands.ts'
import type * as view from '../../src/domain/routing-views.ts'
import type { ConversationView, Page } from '../../src/domain/views.ts'
import type { PageQuery } from './agent-api.ts'
import type { HttpClient } from './http-client.ts'

/** Sends a conversation back to the queue. */
export interface SendBackCommand {
  readonly version: number
  readonly note?: string
}

/** A list that comes whole. */
export interface Items<T> {
  readonly items: T[]
}

const at = (strings: TemplateStringsArray, ...ids: readonly string[]): string =>
  strings.map((part, index) => part + encodeURIComponent(ids[index] ?? '')).join('')

/** Calls of the REST interface about who gets which conversation. */
export function createRoutingApi(http: HttpClient) {
  return {
    createTeam: (body: command.CreateTeamCommand) => http<view.TeamView>('POST', '/teams', { body }),
    updateTeam: (id: string, body: command.UpdateTeamCommand) =>
      http<view.TeamView>('PATCH', at`/teams/${id}`, { body }),
    deleteTeam: (id: string, version: number) =>
      http<void>('DELETE', at`/teams/${id}`, { query: { version } }),

    createCategory: (body: command.CreateCategoryCommand) =>
      http<view.CategoryView>('POST', '/categories', { body }),
    updateCategory: (id: string, body: command.UpdateCategoryCommand) =>
      http<view.CategoryView>('PATCH', at`/categories/${id}`, { body }),
    deleteCategory: (id: string, version: number) =>
      http<void>('DELETE', at`/categories/${id}`, { query: { version } }),

    skills: (query: PageQuery = {}) => http<Page<view.SkillView>>('GET', '/skills', { query: { ...query } }),
    createSkill: (name: string) => http<view.SkillView>('POST', '/skills', { body: { name } }),
    deleteSkill: (id: string, version: number) =>
      http<void>('DELETE', at`/skills/${id}`, { query: { version } }),

    agentRouting: (id: string) => http<view.AgentRoutingView>('GET', at`/agents/${id}/routing`),
    updateAgentRouting: (id: string, body: command.UpdateAgentRoutingCommand) =>
      http<view.AgentRoutingView>('PATCH', at`/agents/${id}/routing`, { body }),

    settings: () => http<view.RoutingSettingsView>('GET', '/routing/settings'),
    updateSettings: (body: command.UpdateRoutingSettingsCommand) =>
      http<view.RoutingSettingsView>('PATCH', '/routing/settings', { body }),
    presets: () => http<Items<PolicyPreset>>('GET', '/routing/presets'),
    check: (policy: AssignmentPolicy, signal?: AbortSignal) =>
      http<{ issues: PolicyIssue[] }>('POST', '/routing/check', {
        body: { policy },
        ...(signal ? { signal } : {}),
      }),
    dryRun: (body: queue.DryRunCommand) => http<queue.DryRunView>('POST', '/routing/dry-run', { body }),

    queue: () => http<queue.QueueView>('GET', '/queue'),
    why: (conversationId: string) => http<queue.WhyView>('GET', at`/conversations/${conversationId}/why`),
    sendBack: (conversationId: string, body: SendBackCommand) =>
      http<ConversationView>('POST', at`/conversations/${conversationId}/send-back`, { body }),
  }
}
