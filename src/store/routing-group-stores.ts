import type { Connection } from 'mongoose'
import type { AgentId, CategoryId, SkillId, TeamId } from '../domain/ids.ts'
import type { WorkingHours } from '../domain/routing/hours.ts'
import type { AssignmentPolicy, SkillRequirement } from '../domain/routing/policy.ts'
import { readStoredPolicy, readStoredSkills } from '../domain/routing/stored-policy.ts'
import { createNamedStore, type Named, type NamedStore } from './named-store.ts'

/** A team as stored. */
export type TeamRecord = Named<TeamId, TeamFields>
/** What a team is beside its name. */
export interface TeamFields {
  readonly memberIds: readonly AgentId[]
  readonly schedule?: WorkingHours
}

/** A category as stored. */
export type CategoryRecord = Named<CategoryId, CategoryFields>
/** What a category is beside its name. */
export interface CategoryFields {
  readonly policy?: AssignmentPolicy
  readonly skills: readonly SkillRequirement[]
}

/** A skill as stored; its name is what agents and policies refer to. */
export type SkillRecord = Named<SkillId, unknown>

export type TeamStore = NamedStore<TeamId, TeamFields>
export type SkillStore = NamedStore<SkillId, unknown>

export const createTeamStore = (connection: Connection): TeamStore =>
  createNamedStore<TeamId, TeamFields>(connection, 'teams')

export const createSkillStore = (connection: Connection): SkillStore =>
  createNamedStore<SkillId, unknown>(connection, 'skills')

export type CategoryStore = ReturnType<typeof createCategoryStore>

/** The categories; policies of whatever age read as those of today. */
export function createCategoryStore(connection: Connection) {
  const stored = createNamedStore<CategoryId, CategoryFields>(connection, 'categories')
  const revived = (category: CategoryRecord): CategoryRecord => ({
    ...category,
    skills: readStoredSkills(category.skills),
    ...(category.policy ? { policy: readStoredPolicy(category.policy) } : {}),
  })
  return {
    ...stored,
    async get(id: string): Promise<CategoryRecord | undefined> {
      const found = await stored.get(id)
      return found && revived(found)
    },
    async list(): Promise<readonly CategoryRecord[]> {
      return (await stored.list()).map(revived)
    },
  }
}
