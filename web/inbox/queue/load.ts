import type { Availability } from '../../../src/domain/agent.ts'
import type { QueueAgentView } from '../../../src/domain/queue-views.ts'
import { dotOf } from '../parts/avatar.tsx'

/** How full somebody is: 0 = empty, 1 = at the limit, more = beyond it; undefined without a limit. */
export function fullness({ load, capacity }: QueueAgentView): number | undefined {
  const parts = [
    ...(capacity.total === undefined ? [] : [share(load.total, capacity.total)]),
    ...Object.entries(capacity.perWorkType ?? {}).map(([type, limit]) =>
      share(load.perWorkType[type as keyof typeof load.perWorkType] ?? 0, limit),
    ),
  ]
  return parts.length === 0 ? undefined : Math.max(...parts)
}

const share = (load: number, limit: number): number => (limit === 0 ? 1 : load / limit)

/** The limit that the bar is drawn against; undefined without one. */
export function limitOf({ capacity }: QueueAgentView): number | undefined {
  if (capacity.total !== undefined) return capacity.total
  const kinds = Object.values(capacity.perWorkType ?? {})
  return kinds.length === 0 ? undefined : kinds.reduce((sum, limit) => sum + limit, 0)
}

/** Whether somebody is there by push notifications alone: to the router that is being there. */
export const isThereByPush = ({ agent }: QueueAgentView, nowMs = Date.now()): boolean =>
  !agent.present && Date.parse(agent.pushReachableUntil ?? '') > nowMs

/** What the dot beside somebody's name says: his own word, as long as a device of his is reached. */
export const dotOfEntry = (entry: QueueAgentView): Availability =>
  dotOf(entry.agent.availability, entry.agent.present || isThereByPush(entry))

/** Whether the router may choose somebody now, as far as this page can tell. */
export const isFree = (entry: QueueAgentView): boolean => entry.available && (fullness(entry) ?? 0) < 1

/** Who could take something first: available with room, available and full, then the others; the least full first. */
export function byRoom(one: QueueAgentView, other: QueueAgentView): number {
  return (
    Number(isFree(other)) - Number(isFree(one)) ||
    Number(other.available) - Number(one.available) ||
    (fullness(one) ?? 0) - (fullness(other) ?? 0) ||
    one.load.total - other.load.total ||
    one.agent.name.localeCompare(other.agent.name)
  )
}
