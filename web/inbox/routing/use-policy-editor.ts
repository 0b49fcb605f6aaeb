import { useEffect, useState } from 'react'
import type { AssignmentPolicy } from '../../../src/domain/routing/policy.ts'
import type { PolicyIssue } from '../../../src/domain/routing/policy-check.ts'
import { isProblem } from '../../shared/problem.ts'
import { tellDone, tellError } from '../shell/toasts.ts'
import { text } from '../text/text.ts'
import type { PolicyDraft } from './policy-draft.ts'
import { draftOf, policyOfDraft, samePolicy } from './policy-draft.ts'
import { refusedIssues } from './policy-issues.ts'

/** A policy as it is stored. */
export interface StoredPolicy {
  readonly policy: AssignmentPolicy
  /** Of the channel or category that has it. */
  readonly version: number
}

/** Where a policy lives. */
export interface PolicyHome extends StoredPolicy {
  /** Writes it over the version that was seen; answers with how it is stored now. */
  readonly write: (policy: AssignmentPolicy, version: number) => Promise<StoredPolicy>
  /** Reads it anew. */
  readonly read: () => Promise<StoredPolicy>
}

/** The state of an editor: what is edited, what it began with, and whether somebody else was faster. */
export function usePolicyEditor(home: PolicyHome) {
  const [base, setBase] = useState<StoredPolicy>({ policy: home.policy, version: home.version })
  const [draft, setDraft] = useState(() => draftOf(home.policy))
  const [theirs, setTheirs] = useState<StoredPolicy>()
  const [refused, setRefused] = useState<readonly PolicyIssue[]>([])
  const [saving, setSaving] = useState(false)
  const policy = policyOfDraft(draft)
  const dirty = !samePolicy(policy, base.policy)

  const adopt = (stored: StoredPolicy) => {
    setBase({ policy: stored.policy, version: stored.version })
    setDraft((before) => draftOf(stored.policy, before.nextKey))
    setTheirs(undefined)
    setRefused([])
  }

  // Its name or another setting may change without the policy: then only the version moves on.
  useEffect(() => {
    if (home.version <= base.version) return
    if (samePolicy(home.policy, base.policy)) setBase({ policy: base.policy, version: home.version })
    // Our own save may come back by way of the page before its answer does.
    else if (!dirty || samePolicy(home.policy, policy)) adopt(home)
    else setTheirs({ policy: home.policy, version: home.version })
  }, [home.version])

  const save = async (version = base.version): Promise<void> => {
    setSaving(true)
    try {
      const stored = await home.write(policy, version)
      setBase({ policy: stored.policy, version: stored.version })
      setTheirs(undefined)
      setRefused([])
      // What was typed while it was under way is there to be saved next.
      setDraft((now) => (now === draft ? draftOf(stored.policy, now.nextKey) : now))
      tellDone(text.general.saved)
    } catch (error) {
      const issues = refusedIssues(error)
      if (issues && issues.length > 0) setRefused(issues)
      else if (isProblem(error, 'version-conflict')) await settle(version)
      else tellError(error)
    } finally {
      setSaving(false)
    }
  }

  /** Somebody was faster: with another policy, or only with something beside it. */
  const settle = async (tried: number): Promise<void> => {
    try {
      const stored = await home.read()
      if (samePolicy(stored.policy, base.policy) && stored.version > tried) return await save(stored.version)
      setTheirs(stored)
    } catch (error) {
      tellError(error)
    }
  }

  return {
    draft,
    policy,
    dirty,
    saving,
    refused,
    conflict: theirs !== undefined,
    edit: (next: PolicyDraft) => {
      setRefused([])
      setDraft(next)
    },
    save: () => save(),
    revert: () => adopt(theirs ?? base),
    takeTheirs: () => theirs && adopt(theirs),
    keepMine: () => {
      if (!theirs) return
      setBase(theirs)
      setTheirs(undefined)
      void save(theirs.version)
    },
  }
}
