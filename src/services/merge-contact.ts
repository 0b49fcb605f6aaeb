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
  // Asked after the versions were read: what begins from here on changes them, or finds that we did.
  if (await deps.merges.areMoving([survivorId, absorbedId])) {
    throw new AppError('version-conflict', {
      detail: 'Another merge of one of the two is still under way: try again in a moment.',
    })
  }
  const nowMs = deps.now()
  const merge: StoredMerge = {
    id: freshId(),
    survivorId,
    absorbedId,
    state: 'begun',
    turn: 1,
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
 * @throws AppError `permission-denied`, `not-found` where one of the two is out of sight, `version-conflict` where a later
 * merge stands on it
 */
export async function undoMerge(
  id: string,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<MergeOutcome> {
  const merge = await deps.merges.find(id)
  if (!merge || merge.state === 'begun') throw new AppError('not-found')
  await requireBothInSight(merge, principal, deps)
  const begun = merge.state === 'done' ? await beginUndo(merge, principal, deps) : undefined
  // Lost to somebody else who undoes it: his work is ours.
  if (begun) await carryOutUndo(begun, deps)
  return outcomeOf(id, merge.survivorId, principal, deps)
}

/** Whoever takes a merge apart sees both contacts then, as whoever merged them did. */
async function requireBothInSight(
  { survivorId, identityIds }: StoredMerge,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<void> {
  const { contact } = await openContact(survivorId, principal, 'contact.write', deps)
  if (principal.channels === 'all') return
  const moved = new Set(identityIds)
  const stays = (await deps.mergedContacts.identityIdsOf(contact.id)).filter((one) => !moved.has(one))
  for (const side of [identityIds, stays]) {
    if ((await deps.mergedContacts.inSight(side, principal.channels)).size === 0) {
      throw new AppError('not-found')
    }
  }
}

/** @throws AppError `version-conflict` where a later merge stands on it, unless somebody is undoing it already */
async function beginUndo(
  merge: StoredMerge,
  principal: Principal,
  deps: MergeStepDeps,
): Promise<StoredMerge | undefined> {
  try {
    await requireLast(merge, principal, deps)
  } catch (error) {
    if ((await deps.merges.find(merge.id))?.state === 'done') throw error
    return undefined
  }
  return deps.merges.beginUndo(merge.id, deps.now())
}

async function requireLast(merge: StoredMerge, principal: Principal, deps: MergeStepDeps): Promise<void> {
  const { merges: borne, isAbsorbed } = await deps.mergedContacts.standingOf(merge.survivorId)
  if (isAbsorbed) {
    throw new AppError('version-conflict', {
      detail: 'The contact was merged into another one since: undo that first.',
    })
  }
  const last = borne.at(-1)
  if (last === merge.id) return
  const later = last === undefined ? undefined : await deps.merges.find(last)
  const [named] = later ? await inSight([later], principal, deps) : []
  throw new AppError('version-conflict', {
    detail: `${named?.absorbedName ?? 'Somebody'} was merged into it since: undo that first.`,
  })
}

/** Those merges of which the caller sees whom they took: a name may be an address, too. */
async function inSight(
  merges: readonly StoredMerge[],
  { channels }: Principal,
  { mergedContacts }: Pick<MergeStepDeps, 'mergedContacts'>,
): Promise<readonly StoredMerge[]> {
  if (channels === 'all') return merges
  const ids = new Set(merges.flatMap(({ identityIds }) => identityIds))
  const seen = await mergedContacts.inSight([...ids], channels)
  return merges.filter(({ identityIds }) => identityIds.some((id) => seen.has(id)))
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

/**
 * What went into a contact, the latest first, as far as the caller sees who that was.
 * @throws AppError `permission-denied`, `not-found`
 */
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
  const seen = await inSight(found, principal, deps)
  return { items: seen.map((merge) => presentMerge(merge, standing)) }
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
    const work = merge.state === 'begun' ? carryOutMerge(merge, deps) : carryOutUndo(merge, deps)
    await work.catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error
    })
  }
  return count
}
