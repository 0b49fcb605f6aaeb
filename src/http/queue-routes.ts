import { createDryRun, type DryRunDeps } from '../services/dry-run.ts'
import { type ReadQueueDeps, readQueue } from '../services/read-queue.ts'
import { dryRunCommand, dryRunView, queueView } from './queue-schemas.ts'
import { defineRoute, ok, type RouteDefinition } from './route.ts'

const tag = 'routing'

/** What the queue and the dry run are made of. */
export type QueueRouteDeps = ReadQueueDeps & DryRunDeps

/** What waits now, and how it would have gone under another policy. */
export function queueRoutes(deps: QueueRouteDeps): readonly RouteDefinition[] {
  const dryRun = createDryRun(deps)
  return [
    defineRoute({
      method: 'get',
      path: '/queue',
      tag,
      summary: 'What waits, by team and in the order in which it leaves, and everybody who could take it',
      access: { permission: 'routing.queue' },
      responses: {
        200: { description: 'At most 500 waiting conversations; the totals count all', schema: queueView },
      },
      handler: async ({ principal }) => ok(await readQueue(principal, deps)),
    }),
    defineRoute({
      method: 'post',
      path: '/routing/dry-run',
      tag,
      summary: 'How the last conversations would have gone under a policy, beside the one of today',
      access: { permission: 'routing.manage' },
      body: dryRunCommand,
      responses: {
        200: {
          description:
            'Real arrivals, handling times and availability; other work of the agents is left out, and what they may hold and can do is taken as it is today. Before `historyFrom` everybody counts as available',
          schema: dryRunView,
        },
      },
      handler: async ({ body, principal }) => ok(await dryRun(body, principal)),
    }),
  ]
}
