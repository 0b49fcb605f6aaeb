import type { Connection, mongo } from 'mongoose'
import { WORK_TYPES, type WorkType } from '../domain/conversation.ts'
import type { AgentId } from '../domain/ids.ts'
import type { AgentCapacity, FairCap, PerWorkType } from '../domain/routing/agent-state.ts'
import { nativeCollection } from './native.ts'
import { toObjectId } from './object-id.ts'

/** What an agent has open, as it is counted with every change. Never less than what he really has. */
export interface AgentLoad {
  readonly agentId: AgentId
  readonly open: PerWorkType
  /** Of these, the ones assigned within the last 30 days. */
  readonly recent: PerWorkType
  readonly total: number
  readonly lastAssignedAtMs?: number
  /** When the router gave him something, newest first; kept only where a fair cap holds. */
  readonly givenAtMs: readonly number[]
  /** What counted as open when somebody counted; absent = nobody did yet, and what is there says nothing. */
  readonly rule?: string
  /** Rises whenever the reconciler mends it: changes counted before and after do not add up. */
  readonly epoch: number
  readonly version: number
}

/** How much of an agent's capacity a routing run takes before it claims. */
export interface Reservation {
  readonly agentId: AgentId
  readonly counts: PerWorkType
  readonly capacity: AgentCapacity
  readonly fairCap?: FairCap
  /** Some of it was decided under a step that wants available agents only. */
  readonly onlineOnly: boolean
}

/** What a recount found. */
export interface CountedLoad {
  readonly open: PerWorkType
  readonly recent: PerWorkType
}

interface LoadFields {
  open?: Partial<Record<WorkType, number>>
  recent?: Partial<Record<WorkType, number>>
  total?: number
  lastAssignedAt?: Date
  given?: Date[]
  /** The last reservations, to tell which of a bulk held. */
  runs?: string[]
  /** What counted as open when somebody counted; absent = never. */
  rule?: string
  epoch?: number
  version?: number
  touchedAt?: Date
  countedAt?: Date
}

/** Where a load lies in an agent's document. */
export interface AgentLoadDocument {
  _id: mongo.ObjectId
  load?: LoadFields
}

interface AgentDocument extends AgentLoadDocument {
  state: string
  availability: string
}

/** Beyond any fair cap. */
const MOST_GIVEN = 1_000_000
/** Reservations remembered for each agent. */
const RUNS_KEPT = 16

export type AgentLoadStore = ReturnType<typeof createAgentLoadStore>

/**
 * The counters of the router. They lie in the agent's own document, so that one conditional update sees at the same
 * time that he is active, online and below his limits, and takes what it needs.
 */
export function createAgentLoadStore(connection: Connection) {
  const agents = nativeCollection<AgentDocument>(connection, 'agents')
  const writeConcern = { w: 1 } as const

  return {
    async list(ids?: readonly AgentId[]): Promise<readonly AgentLoad[]> {
      const filter = ids ? { _id: { $in: ids.map(toObjectId) } } : {}
      return (await agents.find(filter, { projection: { load: 1 } }).toArray()).map(toAgentLoad)
    },

    /**
     * Takes capacity, each agent's all or not at all.
     * @param run distinguishes this call from every other
     * @returns the agents whose reservation holds
     */
    async reserve(wanted: readonly Reservation[], run: string, nowMs: number): Promise<ReadonlySet<AgentId>> {
      if (wanted.length === 0) return new Set()
      const { matchedCount } = await agents.bulkWrite(
        wanted.map((one) => ({
          updateOne: { filter: reservable(one, nowMs), update: reserving(one, run, nowMs) },
        })),
        { ordered: false, writeConcern },
      )
      if (matchedCount === wanted.length) return new Set(wanted.map(({ agentId }) => agentId))
      if (matchedCount === 0) return new Set()
      const held = await agents
        .find(
          { _id: { $in: wanted.map(({ agentId }) => toObjectId(agentId)) }, 'load.runs': run },
          { projection: { _id: 1 } },
        )
        .toArray()
      return new Set(held.map(({ _id }) => _id.toHexString() as AgentId))
    },

    /** Gives back what a reservation took and no claim used. */
    async release(returned: readonly { readonly agentId: AgentId; readonly counts: PerWorkType }[]) {
      if (returned.length === 0) return
      await agents.bulkWrite(
        returned.map(({ agentId, counts }) => ({
          updateOne: { filter: { _id: toObjectId(agentId) }, update: lessening(counts, counts, true) },
        })),
        { ordered: false, writeConcern },
      )
    },

    /** Counts a conversation that somebody is about to have, whatever his limits. @returns the epoch it was counted in */
    async add(agentId: AgentId, workType: WorkType, assignedAtMs: number | undefined): Promise<number> {
      const found = await agents.findOneAndUpdate(
        { _id: toObjectId(agentId) },
        {
          $inc: {
            [`load.open.${workType}`]: 1,
            [`load.recent.${workType}`]: 1,
            'load.total': 1,
            'load.version': 1,
          },
          ...(assignedAtMs === undefined ? {} : { $set: { 'load.lastAssignedAt': new Date(assignedAtMs) } }),
          $currentDate: { 'load.touchedAt': true },
        } as unknown as mongo.UpdateFilter<AgentDocument>,
        { returnDocument: 'after', projection: { 'load.epoch': 1 }, writeConcern },
      )
      return found?.load?.epoch ?? 0
    },

    /** The epoch that a change which will lessen a load must know beforehand. */
    async epochOf(agentId: AgentId): Promise<number> {
      const found = await agents.findOne({ _id: toObjectId(agentId) }, { projection: { 'load.epoch': 1 } })
      return found?.load?.epoch ?? 0
    },

    /**
     * Counts a conversation off that somebody no longer has. Where the load was mended since `epoch` nothing happens:
     * the recount may have seen it, and too much is mended later while too little would pass a limit.
     */
    async subtract(agentId: AgentId, workType: WorkType, recent: boolean, epoch: number): Promise<void> {
      const counts = { [workType]: 1 }
      await agents.updateOne(
        { _id: toObjectId(agentId), 'load.epoch': epoch === 0 ? { $in: [null, 0] } : epoch } as never,
        lessening(counts, recent ? counts : {}, false),
        { writeConcern },
      )
    },

    /**
     * Agents to recount: nothing was counted for them within `restMs`, by the database's clock, and something since the
     * last recount, or that was `renewMs` ago or by another rule. Those first who were recounted longest ago.
     * @param rule what counts as open now
     */
    async rested(
      restMs: number,
      renewMs: number,
      rule: string,
      limit: number,
    ): Promise<readonly AgentLoad[]> {
      const never = new Date(0)
      const touched = { $ifNull: ['$load.touchedAt', never] }
      const counted = { $ifNull: ['$load.countedAt', never] }
      const ago = (ms: number) => ({ $subtract: ['$$NOW', ms] })
      const found = await agents
        .find(
          {
            $expr: {
              $and: [
                { $lt: [touched, ago(restMs)] },
                {
                  $or: [
                    { $gt: [touched, counted] },
                    { $lt: [counted, ago(renewMs)] },
                    { $ne: ['$load.rule', rule] },
                  ],
                },
              ],
            },
          },
          { projection: { load: 1 } },
        )
        .sort({ 'load.countedAt': 1, _id: 1 })
        .limit(limit)
        .toArray()
      return found.map(toAgentLoad)
    },

    /**
     * Writes what a recount found, if nobody counted anything since the load was read.
     * @param rule what counts as open
     * @param provisional to be counted again as soon as nothing happens to the agent for a while
     * @returns whether it was written, and whether the load had been wrong under the same rule
     */
    async settle(
      load: AgentLoad,
      found: CountedLoad,
      rule: string,
      provisional = false,
    ): Promise<{ readonly written: boolean; readonly drifted: boolean }> {
      const { agentId, version, epoch } = load
      const differs = WORK_TYPES.some((type) => (load.open[type] ?? 0) !== (found.open[type] ?? 0))
      const { matchedCount } = await agents.updateOne(
        {
          _id: toObjectId(agentId),
          'load.version': version === 0 ? { $in: [null, 0] } : version,
        } as never,
        {
          $set: {
            'load.open': { ...found.open },
            'load.recent': { ...found.recent },
            'load.total': totalOf(found.open),
            'load.rule': rule,
            'load.epoch': differs ? epoch + 1 : epoch,
            'load.version': version + 1,
          },
          ...(provisional ? {} : { $currentDate: { 'load.countedAt': true } }),
        } as unknown as mongo.UpdateFilter<AgentDocument>,
        { writeConcern },
      )
      const written = matchedCount === 1
      return { written, drifted: written && differs && load.rule === rule }
    },
  }
}

const totalOf = (counts: PerWorkType): number =>
  WORK_TYPES.reduce((sum, type) => sum + (counts[type] ?? 0), 0)

/** What must hold of an agent so that he can be given this much. */
function reservable(
  { agentId, counts, capacity, fairCap, onlineOnly }: Reservation,
  nowMs: number,
): mongo.Filter<AgentDocument> {
  const wanted = totalOf(counts)
  const filter: Record<string, unknown> = {
    _id: toObjectId(agentId),
    state: 'active',
    'load.rule': { $exists: true },
    ...(onlineOnly ? { availability: 'online' } : {}),
  }
  if (capacity.total !== undefined) filter['load.total'] = { $not: { $gt: capacity.total - wanted } }
  for (const type of WORK_TYPES) {
    const limit = capacity.perWorkType?.[type]
    const count = counts[type] ?? 0
    if (limit !== undefined && count > 0) filter[`load.open.${type}`] = { $not: { $gt: limit - count } }
  }
  if (fairCap) {
    // Newest first: when this one lies outside the window, few enough lie within it.
    const place = fairCap.most - wanted
    if (place < 0) filter['load.total'] = { $lt: 0 }
    else filter[`load.given.${place}`] = { $not: { $gt: new Date(nowMs - fairCap.windowMs) } }
  }
  return filter as mongo.Filter<AgentDocument>
}

function reserving(
  { counts, fairCap }: Reservation,
  run: string,
  nowMs: number,
): mongo.UpdateFilter<AgentDocument> {
  const at = new Date(nowMs)
  const wanted = totalOf(counts)
  const increments: Record<string, number> = { 'load.total': wanted, 'load.version': 1 }
  for (const type of WORK_TYPES) {
    const count = counts[type] ?? 0
    if (count === 0) continue
    increments[`load.open.${type}`] = count
    increments[`load.recent.${type}`] = count
  }
  return {
    $inc: increments,
    $set: { 'load.lastAssignedAt': at },
    $push: {
      'load.runs': { $each: [run], $position: 0, $slice: RUNS_KEPT },
      ...(fairCap
        ? {
            'load.given': {
              $each: Array.from({ length: wanted }, () => at),
              $position: 0,
              $slice: Math.max(1, fairCap.most),
            },
          }
        : {}),
    },
    $currentDate: { 'load.touchedAt': true },
  } as unknown as mongo.UpdateFilter<AgentDocument>
}

/** @param given whether it also leaves the list that the fair cap looks at */
function lessening(open: PerWorkType, recent: PerWorkType, given: boolean): mongo.Document[] {
  const less = (field: string, count: number) => [
    field,
    { $max: [0, { $subtract: [{ $ifNull: [`$${field}`, 0] }, count] }] },
  ]
  const total = totalOf(open)
  const fields = [
    ...WORK_TYPES.filter((type) => open[type]).map((type) => less(`load.open.${type}`, open[type] ?? 0)),
    ...WORK_TYPES.filter((type) => recent[type]).map((type) =>
      less(`load.recent.${type}`, recent[type] ?? 0),
    ),
    less('load.total', total),
    ['load.version', { $add: [{ $ifNull: ['$load.version', 0] }, 1] }],
    ['load.touchedAt', '$$NOW'],
    ...(given ? [['load.given', { $slice: [{ $ifNull: ['$load.given', []] }, total, MOST_GIVEN] }]] : []),
  ]
  return [{ $set: Object.fromEntries(fields) as mongo.Document }]
}

/** How a load reads in an agent's document. */
export function toAgentLoad({ _id, load = {} }: AgentLoadDocument): AgentLoad {
  return {
    agentId: _id.toHexString() as AgentId,
    open: load.open ?? {},
    recent: load.recent ?? {},
    total: load.total ?? 0,
    ...(load.lastAssignedAt ? { lastAssignedAtMs: load.lastAssignedAt.getTime() } : {}),
    givenAtMs: (load.given ?? []).map((at) => at.getTime()),
    ...(load.rule === undefined ? {} : { rule: load.rule }),
    epoch: load.epoch ?? 0,
    version: load.version ?? 0,
  }
}
