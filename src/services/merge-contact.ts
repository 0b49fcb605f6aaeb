import type { MergeContactCommand } from '../domain/commands.ts'
import { AppError } from '../domain/errors.ts'
import type { ContactId } from '../domain/ids.ts'
import type { ContactView, MergeView } from '../domain/views.ts'
import type { StoredMerge } from '../store/merge-record.ts'
import type { MergedContacts } from '../store/merged-contacts.ts'
import { freshId } from '../store/object-id.ts'
import { openContact } from './contact-access.ts'
import { planMerge, requireSeen } from './merge-plan.ts'
import { carryOutMerge, carryOutUndo, type MergeStepDeps } from './merge-steps.ts'
import { instant } from './present.ts'
import { presentContact } from './present-contact.ts'
import type { Principal } from './principal.ts'

/** A merge with the contact as it stands after it, or after its undoing. */
export interface MergeOutcome {
  readonly merge: MergeView
  readonly contact: ContactView
}

/** More than anybody scrolls through. */
const MERGES_SHOWN = 50
const FINISHED_AT_ONCE = 100

/**
 * Makes one contact of two, exactly as the preview says.
 * @throws AppError `permission-denied`, `not-found`, `version-conflict`, `invalid-input`
 */
export async function mergeContact(
  survivorId: ContactId,
  command: MergeContactCommand,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<MergeOutcome> {
  const absorbedId = command.contactId as ContactId
  const plan = await planMerge(survivorId, absorbedId, principal, deps)
  requireSeen(plan, command)
  const nowMs = deps.now()
  const merge: StoredMerge = {
    id: freshId(),
    survivorId,
    absorbedId,
    state: 'begun',
    survivorVersion: command.version,
    absorbedVersion: command.contactVersion,
    absorbedName: plan.absorbed.contact.name,
    taken: plan.merged.taken,
    conflicts: plan.merged.conflicts,
    identityIds: [],
    by: { id: principal.agentId, name: principal.name },
    atMs: nowMs,
  }
  await deps.merges.begin(merge, nowMs)
  if (!(await carryOutMerge(merge, deps))) throw new AppError('version-conflict')
  return outcomeOf(merge.id, survivorId, principal, deps)
}

/**
 * Takes a merge apart again. Done twice it is done once.
 * @throws AppError `permission-denied`, `not-found`, `version-conflict` where a later merge stands on it
 */
export async function undoMerge(
  id: string,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<MergeOutcome> {
  const merge = await deps.merges.find(id)
  if (!merge || merge.state === 'begun') throw new AppError('not-found')
  await openContact(merge.survivorId, principal, 'contact.write', deps)
  // Lost to somebody else who undoes it: his work is ours.
  if (merge.state === 'done' && (await isForUsToUndo(merge, deps))) await carryOutUndo(merge, deps)
  return outcomeOf(id, merge.survivorId, principal, deps)
}

/** @throws AppError `version-conflict` where a later merge stands on it, unless somebody is undoing it already */
async function isForUsToUndo(merge: StoredMerge, deps: MergeStepDeps): Promise<boolean> {
  try {
    await requireLast(merge, deps)
  } catch (error) {
    if ((await deps.merges.find(merge.id))?.state === 'done') throw error
    return false
  }
  return deps.merges.beginUndo(merge.id, deps.now())
}

async function requireLast(merge: StoredMerge, deps: MergeStepDeps): Promise<void> {
  const { merges: borne, isAbsorbed } = await deps.mergedContacts.standingOf(merge.survivorId)
  if (isAbsorbed) {
    throw new AppError('version-conflict', {
      detail: 'The contact was merged into another one since: undo that first.',
    })
  }
  if (borne.at(-1) === merge.id) return
  const later = await deps.merges.find(borne.at(-1) ?? merge.id)
  throw new AppError('version-conflict', {
    detail: `${later?.absorbedName ?? 'Somebody'} was merged into it since: undo that first.`,
  })
}

async function outcomeOf(
  id: string,
  survivorId: ContactId,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<MergeOutcome> {
  const merge = await deps.merges.find(id)
  if (!merge) throw new AppError('not-found')
  const { contact, seen } = await openContact(survivorId, principal, 'contact.read', deps)
  return {
    merge: presentMerge(merge, await deps.mergedContacts.standingOf(survivorId)),
    contact: presentContact(contact, seen),
  }
}

/** What went into a contact, the latest first. @throws AppError `permission-denied`, `not-found` */
export async function listMerges(
  id: ContactId,
  principal: Principal,
  deps: Pick<MergeStepDeps, 'contacts' | 'mergedContacts' | 'merges'>,
): Promise<{ readonly items: readonly MergeView[] }> {
  const { contact } = await openContact(id, principal, 'contact.read', deps)
  const [found, standing] = await Promise.all([
    deps.merges.into(contact.id, MERGES_SHOWN),
    deps.mergedContacts.standingOf(contact.id),
  ])
  return { items: found.map((merge) => presentMerge(merge, standing)) }
}

function presentMerge(
  { id, survivorId, absorbedId, absorbedName, by, atMs, undoneAtMs, state }: StoredMerge,
  { merges, isAbsorbed }: Awaited<ReturnType<MergedContacts['standingOf']>>,
): MergeView {
  return {
    id,
    contactId: survivorId,
    absorbed: { id: absorbedId, name: absorbedName },
    by,
    at: instant(atMs),
    ...(undoneAtMs === undefined ? {} : { undoneAt: instant(undoneAtMs) }),
    undoable: state === 'done' && !isAbsorbed && merges.at(-1) === id,
  }
}

/** Goes on with what a process that is gone left unfinished. @returns how much of it is finished now */
export async function finishMerges(deps: MergeStepDeps): Promise<number> {
  let count = 0
  for (; count < FINISHED_AT_ONCE; count += 1) {
    const merge = await deps.merges.claimUnfinished(deps.now())
    if (!merge) break
    if (merge.state === 'begun') await carryOutMerge(merge, deps)
    else {
      await carryOutUndo(merge, deps).catch((error: unknown) => {
        if (!(error instanceof AppError)) throw error
      })
    }
  }
  return count
}
