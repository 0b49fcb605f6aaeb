import type { AssignmentPolicy, AssignmentStep } from '../../../src/domain/routing/policy.ts'
import type { PolicyIssue } from '../../../src/domain/routing/policy-check.ts'
import { sameContent } from '../parts/same-content.ts'

/** What holds besides the steps. */
export type PolicySettings = Omit<AssignmentPolicy, 'steps'>

/** A step with a name of its own, so that it stays itself when it moves. */
export interface DraftStep {
  readonly key: number
  readonly step: AssignmentStep
}

/** A policy while it is edited. */
export interface PolicyDraft {
  readonly steps: readonly DraftStep[]
  readonly settings: PolicySettings
  readonly nextKey: number
}

/** Everybody, in turn, if available: what a new step begins with. */
const NEW_STEP: AssignmentStep = {
  target: { kind: 'agents-and-teams', agentIds: 'all', teamIds: [], primaryTeamOnly: false },
  strategy: 'round-robin',
  availableOnly: true,
  waitMs: 0,
}

/** Begins to edit a policy. */
export function draftOf({ steps, ...settings }: AssignmentPolicy, firstKey = 1): PolicyDraft {
  return {
    steps: steps.map((step, index) => ({ key: firstKey + index, step })),
    settings,
    nextKey: firstKey + steps.length,
  }
}

/** The policy as it stands in the editor. */
export const policyOfDraft = ({ steps, settings }: PolicyDraft): AssignmentPolicy => ({
  ...settings,
  steps: steps.map(({ step }) => step),
})

/** Puts other steps in place; what holds besides them stays. */
export function withSteps(draft: PolicyDraft, steps: readonly AssignmentStep[]): PolicyDraft {
  return { ...draftOf({ ...draft.settings, steps }, draft.nextKey), settings: draft.settings }
}

/** Adds a step at the end. */
export const withStepAdded = (draft: PolicyDraft): PolicyDraft => ({
  ...draft,
  steps: [...draft.steps, { key: draft.nextKey, step: NEW_STEP }],
  nextKey: draft.nextKey + 1,
})

export const withoutStep = (draft: PolicyDraft, key: number): PolicyDraft => ({
  ...draft,
  steps: draft.steps.filter((step) => step.key !== key),
})

export const withStepChanged = (
  draft: PolicyDraft,
  key: number,
  change: Partial<AssignmentStep>,
): PolicyDraft => ({
  ...draft,
  steps: draft.steps.map((one) => (one.key === key ? { key, step: { ...one.step, ...change } } : one)),
})

/** Moves a step to a place; a place beyond the ends is the nearest end. */
export function withStepMoved(draft: PolicyDraft, key: number, to: number): PolicyDraft {
  const moved = draft.steps.find((step) => step.key === key)
  if (!moved) return draft
  const others = draft.steps.filter((step) => step !== moved)
  const place = Math.max(0, Math.min(others.length, to))
  return { ...draft, steps: [...others.slice(0, place), moved, ...others.slice(place)] }
}

/** Changes what holds besides the steps; `undefined` takes a setting away. */
export function withSettings(
  draft: PolicyDraft,
  change: { [Key in keyof PolicySettings]?: PolicySettings[Key] | undefined },
): PolicyDraft {
  const settings = Object.fromEntries(
    Object.entries({ ...draft.settings, ...change }).filter(([, value]) => value !== undefined),
  ) as unknown as PolicySettings
  return { ...draft, settings }
}

/** Whether two policies say the same, in whatever order their members stand. */
export const samePolicy = (one: AssignmentPolicy, other: AssignmentPolicy): boolean => sameContent(one, other)

/** The preset whose steps these are, whichever team or agent they name. */
export function presetOf<Preset extends { readonly policy: AssignmentPolicy }>(
  { steps }: AssignmentPolicy,
  presets: readonly Preset[],
): Preset | undefined {
  const wanted = steps.map(withoutNames)
  return presets.find(({ policy }) => sameContent(policy.steps.map(withoutNames), wanted))
}

/** A step without what does not matter for it, and without the names of whom it is for. */
function withoutNames({ target, strategy, availableOnly, waitMs }: AssignmentStep): object {
  if (target.kind === 'team' || target.kind === 'none') return { kind: target.kind, waitMs }
  if (target.kind === 'agents-and-teams') return { target, strategy, availableOnly, waitMs }
  return { kind: target.kind, availableOnly, waitMs }
}

/** What is wrong, sorted to where it is shown. */
export interface PlacedIssues {
  readonly ofStep: (index: number) => readonly PolicyIssue[]
  /** What concerns a setting beside the steps. */
  readonly ofSetting: (name: PlacedSetting) => readonly PolicyIssue[]
  /** What has no place of its own. */
  readonly rest: readonly PolicyIssue[]
  readonly hasErrors: boolean
}

/** Settings beside the steps that say themselves what is wrong with them. */
const PLACED_SETTINGS = [
  'silentAfterMs',
  'silentMost',
  'newConversationAfterMs',
  'rerouteOnCategoryChange',
  'requireLanguage',
  'skills',
  'customerMessage',
] as const
/** See {@link PLACED_SETTINGS}. */
export type PlacedSetting = (typeof PLACED_SETTINGS)[number]

const PATH = /^(?:policy\.)?(\w*)(?:[.[](\d+))?(?:\]?\.(\w+))?/

/** The parts of an issue's path that say where it is shown: `steps.2.target.teamId` is the target of the third step. */
export function placeOf({ path }: PolicyIssue): {
  readonly setting: string
  readonly index?: number
  readonly part?: string
} {
  const [, setting = '', index, part] = PATH.exec(path) ?? []
  return { setting, ...(index && { index: Number(index) }), ...(part && { part }) }
}

/** Sorts issues to the steps and settings that their paths name. */
export function placeIssues(issues: readonly PolicyIssue[]): PlacedIssues {
  const placed = issues.map((issue) => ({ issue, ...placeOf(issue) }))
  const those = (is: (place: (typeof placed)[number]) => boolean) =>
    placed.filter(is).map(({ issue }) => issue)
  return {
    ofStep: (step) => those(({ setting, index }) => setting === 'steps' && index === step),
    ofSetting: (name) => those(({ setting }) => setting === name),
    rest: those(
      ({ setting, index }) =>
        !(setting === 'steps' && index !== undefined) && !PLACED_SETTINGS.some((name) => name === setting),
    ),
    hasErrors: issues.some(({ severity }) => severity === 'error'),
  }
}
