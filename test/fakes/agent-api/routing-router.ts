import { type Response, Router } from 'express'
import type { DryRunOutcomeView } from '../../../src/domain/queue-views.ts'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import { POLICY_PRESETS } from '../../../src/domain/routing/presets.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { problem } from './answers.ts'
import { issuesOf, refusePolicy, routingOf } from './routing-facts.ts'
import type { FakeState, OwnRouting } from './state.ts'
import { freshId, minutesAgo } from './state.ts'

interface Named {
  readonly id: string
  readonly name: string
  readonly version: number
}

/** Without what is null: the way in which a change takes something away. */
const withoutNulls = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null))

/** Teams, categories, skills, limits, hours and rules. */
export function routingRouter(state: FakeState): Router {
  const router = Router()
  const taken = (items: readonly Named[], name: unknown, except?: string) =>
    items.some((one) => one.id !== except && one.name.toLowerCase() === String(name).toLowerCase())
  /** The thing to change; answers by itself when there is none, or another version of it. */
  const found = <T extends Named>(
    items: readonly T[],
    id: string,
    version: unknown,
    response: Response,
  ): T | undefined => {
    const item = items.find((one) => one.id === id)
    if (!item) problem(response, 'not-found')
    else if (Number(version) !== item.version) problem(response, 'version-conflict')
    else return item
    return undefined
  }
  const isUsed = (id: string) => {
    const policies = [...state.channels, ...state.categories].map(({ policy }) => policy)
    return policies.some((policy) => JSON.stringify(policy ?? {}).includes(id))
  }
  const inUse = (response: Response) =>
    problem(response, 'in-use', {
      detail: 'Still used by the category “Warranty”.',
      errors: [{ field: 'categories.x', message: 'the category “Warranty”' }],
    })

  router.get('/teams', (_request, response) => void response.json({ items: state.teams }))
  router.post('/teams', ({ body }, response) => {
    if (taken(state.teams, body.name)) return problem(response, 'already-exists')
    const team = { id: freshId<never>(), memberIds: [], ...body, version: 1 }
    state.teams.push(team)
    response.status(201).json(team)
  })
  router.patch('/teams/:id', ({ params, body }, response) => {
    const team = found(state.teams, params.id, body.version, response)
    if (!team) return
    const { version: _seen, ...change } = body
    if (change.schedule === null) delete team.schedule
    Object.assign(team, withoutNulls(change), { version: team.version + 1 })
    response.json(team)
  })
  router.delete('/teams/:id', ({ params, query }, response) => {
    const team = found(state.teams, params.id, query['version'], response)
    if (!team) return
    if (isUsed(team.id)) return inUse(response)
    state.teams = state.teams.filter((one) => one !== team)
    response.status(204).end()
  })

  router.get('/categories', (_request, response) => {
    response.json({
      items: state.categories.map((one) => ({
        ...one,
        policyIssues: one.policy ? issuesOf(state, one.policy) : [],
      })),
    })
  })
  router.post('/categories', ({ body }, response) => {
    if (taken(state.categories, body.name)) return problem(response, 'already-exists')
    const category = { id: freshId<never>(), skills: [], policyIssues: [], ...body, version: 1 }
    state.categories.push(category)
    response.status(201).json(category)
  })
  router.patch('/categories/:id', ({ params, body }, response) => {
    const category = found(state.categories, params.id, body.version, response)
    if (!category) return
    const { version: _seen, ...change } = body
    if (change.policy && refusePolicy(state, response, change.policy)) return
    if (change.policy === null) delete category.policy
    Object.assign(category, withoutNulls(change), { version: category.version + 1 })
    response.json(category)
  })
  router.delete('/categories/:id', ({ params, query }, response) => {
    const category = found(state.categories, params.id, query['version'], response)
    if (!category) return
    state.categories = state.categories.filter((one) => one !== category)
    response.status(204).end()
  })

  router.get('/skills', (_request, response) => void response.json({ items: state.skills }))
  router.post('/skills', ({ body }, response) => {
    if (taken(state.skills, body.name)) return problem(response, 'already-exists')
    const skill = { id: freshId<never>(), name: body.name, version: 1 }
    state.skills.push(skill)
    response.status(201).json(skill)
  })
  router.delete('/skills/:id', ({ params, query }, response) => {
    const skill = found(state.skills, params.id, query['version'], response)
    if (!skill) return
    if ([...state.routing.values()].some(({ skills }) => skill.name in skills)) return inUse(response)
    state.skills = state.skills.filter((one) => one !== skill)
    response.status(204).end()
  })

  router.get('/agents/:id/routing', ({ params }, response) => {
    response.json(routingOf(state, params.id))
  })
  router.patch('/agents/:id/routing', ({ params, body }, response) => {
    const before = state.routing.get(params.id) ?? { skills: {}, version: 0 }
    const { version, ...change } = body
    if (version !== before.version) return problem(response, 'version-conflict')
    state.routing.set(
      params.id,
      withoutNulls({ ...before, ...change, version: before.version + 1 }) as Writable<OwnRouting>,
    )
    response.json(routingOf(state, params.id))
  })

  router.get('/routing/settings', (_request, response) => void response.json(state.routingSettings))
  router.patch('/routing/settings', ({ body }, response) => {
    const { version, ...change } = body
    const before = state.routingSettings
    if (version !== before.version) return problem(response, 'version-conflict')
    state.routingSettings = withoutNulls({
      ...before,
      ...change,
      version: before.version + 1,
    }) as FakeState['routingSettings']
    response.json(state.routingSettings)
  })
  router.get('/routing/presets', (_request, response) => void response.json({ items: POLICY_PRESETS }))
  router.post('/routing/check', ({ body }, response) => {
    response.json({ issues: issuesOf(state, body.policy) })
  })
  router.post('/routing/dry-run', ({ body }, response) => {
    const source = body.channelId
      ? state.channels.find(({ id }) => id === body.channelId)
      : state.categories.find(({ id }) => id === body.categoryId)
    if (!source) return problem(response, 'not-found')
    const past = [...state.conversations.values()].filter(({ channelId }) => channelId === source.id)
    const conversations = Math.min(body.last, past.length)
    if (refusePolicy(state, response, body.policy)) return
    response.json({
      conversations,
      ...(conversations > 0
        ? { fromAt: minutesAgo(4_000), toAt: minutesAgo(5), historyFrom: minutesAgo(3_000) }
        : {}),
      today: outcomeOf(state, source.policy, conversations),
      edited: outcomeOf(state, body.policy, conversations),
    })
  })
  return router
}

/** Believable figures that differ with the strategy; the real ones are the simulation's. */
function outcomeOf(state: FakeState, policy: AssignmentPolicy | undefined, of: number): DryRunOutcomeView {
  const first = policy?.steps[0]
  if (!first || first.target.kind === 'team') {
    return { assigned: 0, unassigned: 0, leftToPick: of, spread: 0, perAgent: [] }
  }
  const who = state.agents.filter(({ present }) => !first.availableOnly || present)
  const uneven = first.strategy === 'round-robin' ? 0 : 3
  const shares = who.map((_agent, index) =>
    Math.max(0, Math.floor(of / who.length) + (index === 0 ? uneven : 0)),
  )
  const assigned = shares.reduce((sum, share) => sum + share, 0)
  return {
    assigned: Math.min(of, assigned),
    unassigned: Math.max(0, of - assigned),
    leftToPick: 0,
    medianWaitMs: first.availableOnly ? 41_000 : 2_000,
    p90WaitMs: first.availableOnly ? 412_000 : 4_000,
    maxWaitMs: first.availableOnly ? 3_900_000 : 9_000,
    spread: uneven,
    perAgent: who.map(({ id, name }, index) => ({
      agentId: id,
      name,
      assigned: shares[index] ?? 0,
      mostOpen: Math.ceil((shares[index] ?? 0) / 3),
    })),
  }
}
