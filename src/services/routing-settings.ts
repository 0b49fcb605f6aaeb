import { AppError } from '../domain/errors.ts'
import type { UpdateRoutingSettingsCommand } from '../domain/routing-commands.ts'
import type { RoutingSettingsView } from '../domain/routing-views.ts'
import { requireSoundSchedule } from './check-schedule.ts'
import { requireKnownSkills } from './known-skills.ts'
import { announceRules, type RoutingRulesDeps } from './routing-rules.ts'

/** What holds for the whole workspace. */
export async function readRoutingSettings({
  routingSettings,
}: Pick<RoutingRulesDeps, 'routingSettings'>): Promise<RoutingSettingsView> {
  return routingSettings.read()
}

/** Changes what holds for the whole workspace. @throws AppError `version-conflict`, `invalid-input` */
export async function updateRoutingSettings(
  deps: RoutingRulesDeps,
  { version, tagSkills, ...command }: UpdateRoutingSettingsCommand,
): Promise<RoutingSettingsView> {
  requireSoundSchedule(command.schedule)
  const before = await deps.routingSettings.read()
  if (before.version !== version) {
    throw new AppError('version-conflict', { members: { version: before.version } })
  }
  const tags = tagSkills
    ? await Promise.all(
        tagSkills.map(async ({ tag, skills }, index) => ({
          tag,
          skills: await requireKnownSkills(skills, `tagSkills.${index}.skills`, deps),
        })),
      )
    : before.tagSkills
  const defaultCapacity = settle(command.defaultCapacity, before.defaultCapacity)
  const fairCap = settle(command.fairCap, before.fairCap)
  const schedule = settle(command.schedule, before.schedule)
  const after = await deps.routingSettings.replace({
    ...(defaultCapacity ? { defaultCapacity } : {}),
    ...(fairCap ? { fairCap } : {}),
    countSnoozed: command.countSnoozed ?? before.countSnoozed,
    countPending: command.countPending ?? before.countPending,
    presenceGraceMs: command.presenceGraceMs ?? before.presenceGraceMs,
    ...(schedule ? { schedule } : {}),
    holidays: command.holidays ?? before.holidays,
    tagSkills: tags,
    version,
  })
  if (!after) throw new AppError('version-conflict', { members: { version: before.version } })
  announceRules(deps, 'settings')
  return after
}

/** Left out stays, null goes. */
function settle<T>(given: T | null | undefined, before: T | undefined): T | undefined {
  return given === undefined ? before : (given ?? undefined)
}
