import type { JournalEntryId } from '../domain/ids.ts'
import {
  discardQuarantined,
  listQuarantine,
  type QuarantineDeps,
  readQuarantined,
  replayQuarantined,
} from '../services/manage-quarantine.ts'
import { entryParams, pageQuery, quarantinePage } from './conversation-schemas.ts'
import { defineRoute, noContent, ok, type RouteDefinition } from './route.ts'
import { quarantineView } from './view-schemas.ts'

const tag = 'Quarantine'
const access = { permission: 'quarantine.manage' } as const

/** What came in and could not be read: to look at, try again or throw away. */
export function quarantineRoutes(deps: QuarantineDeps): readonly RouteDefinition[] {
  return [
    defineRoute({
      method: 'get',
      path: '/quarantine',
      tag,
      summary: 'Entries that could not be projected, newest first',
      access,
      query: pageQuery,
      responses: { 200: { description: 'One page', schema: quarantinePage } },
      handler: async ({ query, principal }) => ok(await listQuarantine(query, principal, deps)),
    }),
    defineRoute({
      method: 'get',
      path: '/quarantine/:id',
      tag,
      summary: 'One entry with its raw source',
      access,
      params: entryParams,
      responses: { 200: { description: 'The entry', schema: quarantineView } },
      handler: async ({ params, principal }) =>
        ok(await readQuarantined(params.id as JournalEntryId, principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/quarantine/:id/replay',
      tag,
      summary: 'Project an entry again',
      access,
      params: entryParams,
      responses: { 202: { description: 'It is on its way' } },
      handler: async ({ params, principal }) => {
        await replayQuarantined(params.id as JournalEntryId, principal, deps)
        return { status: 202 }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/quarantine/:id',
      tag,
      summary: 'Throw an entry away',
      access,
      params: entryParams,
      responses: { 204: { description: 'It is gone' } },
      handler: async ({ params, principal }) => {
        await discardQuarantined(params.id as JournalEntryId, principal, deps)
        return noContent()
      },
    }),
  ]
}
