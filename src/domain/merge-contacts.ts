import { MOST_ATTRIBUTES, withToldAttributes } from './contact-attributes.ts'
import type { AgentId } from './ids.ts'

/** The most email addresses, phone numbers and tags that a contact has. */
export const MOST_EMAILS = 20
/** See {@link MOST_EMAILS}. */
export const MOST_PHONES = 20
/** See {@link MOST_EMAILS}. */
export const MOST_TAGS = 50

/** What is known of a person beside his name and who he is on each channel. */
export interface ContactFacts {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  /** Null = nobody looks after him. */
  readonly ownerId: AgentId | null
}

/** What one contact got from another; what both had is not among it. */
export interface TakenFacts {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly ownerId?: AgentId
}

/** What a message told of its sender that was not known of him. */
export interface LearnedFacts {
  readonly emails: readonly string[]
  readonly phones: readonly string[]
  /** Attributes that he had not, and that he had with other values. */
  readonly fresh: Readonly<Record<string, string>>
  readonly changed: Readonly<Record<string, string>>
}

/** An attribute that two contacts have with different values. */
export interface AttributeConflict {
  readonly key: string
  readonly stays: string
  readonly goes: string
}

/** One person's facts of two: what they are, what of it is new to the one that stays, what could not be kept. */
export interface MergedFacts {
  readonly facts: ContactFacts
  readonly taken: TakenFacts
  readonly conflicts: readonly AttributeConflict[]
}

const notIn =
  (known: readonly string[]) =>
  (value: string): boolean =>
    !known.includes(value)

/** An address is the same in small letters and in capitals. */
function emailsNotIn(known: readonly string[], emails: readonly string[]): readonly string[] {
  const lower = new Set(known.map((email) => email.toLowerCase()))
  return emails.filter((email) => !lower.has(email.toLowerCase()))
}

/** Makes one person's facts of two: wherever they contradict each other, those of `stays` stand. Pure and total. */
export function mergeFacts(stays: ContactFacts, goes: ContactFacts): MergedFacts {
  const emails = emailsNotIn(stays.emails, goes.emails)
  const phones = goes.phones.filter(notIn(stays.phones))
  const tags = goes.tags.filter(notIn(stays.tags))
  const theirs = Object.entries(goes.attributes)
  const attributes = Object.fromEntries(theirs.filter(([key]) => !Object.hasOwn(stays.attributes, key)))
  const conflicts = theirs.flatMap(([key, value]) => {
    const own = Object.hasOwn(stays.attributes, key) ? stays.attributes[key] : undefined
    return own === undefined || own === value ? [] : [{ key, stays: own, goes: value }]
  })
  return {
    facts: {
      emails: [...stays.emails, ...emails],
      phones: [...stays.phones, ...phones],
      attributes: { ...stays.attributes, ...attributes },
      tags: [...stays.tags, ...tags],
      ownerId: stays.ownerId ?? goes.ownerId,
    },
    taken: {
      emails,
      phones,
      attributes,
      tags,
      ...(stays.ownerId === null && goes.ownerId !== null ? { ownerId: goes.ownerId } : {}),
    },
    conflicts,
  }
}

/** Takes back what a merge brought, but for what was changed since. Pure and total. */
export function withoutTaken(now: ContactFacts, taken: TakenFacts): ContactFacts {
  return {
    emails: now.emails.filter(notIn(taken.emails)),
    phones: now.phones.filter(notIn(taken.phones)),
    attributes: Object.fromEntries(
      Object.entries(now.attributes).filter(
        ([key, value]) => !(Object.hasOwn(taken.attributes, key) && taken.attributes[key] === value),
      ),
    ),
    tags: now.tags.filter(notIn(taken.tags)),
    ownerId: taken.ownerId !== undefined && now.ownerId === taken.ownerId ? null : now.ownerId,
  }
}

/**
 * What a contact is that is parted from another one: as it was, with what was learned of it meanwhile as far as there is
 * room. Pure and total.
 */
export function withTaken(was: ContactFacts, taken: TakenFacts): ContactFacts {
  return {
    ...was,
    emails: [...was.emails, ...emailsNotIn(was.emails, taken.emails)].slice(0, MOST_EMAILS),
    phones: [...was.phones, ...taken.phones.filter(notIn(was.phones))].slice(0, MOST_PHONES),
    attributes: withToldAttributes(was.attributes, taken.attributes),
  }
}

/** What a contact has too much of; undefined when all of it has room. */
export function tooManyFacts(
  facts: ContactFacts,
): { readonly what: string; readonly limit: number; readonly actual: number } | undefined {
  const counts = [
    { what: 'email addresses', limit: MOST_EMAILS, actual: facts.emails.length },
    { what: 'phone numbers', limit: MOST_PHONES, actual: facts.phones.length },
    { what: 'attributes', limit: MOST_ATTRIBUTES, actual: Object.keys(facts.attributes).length },
    { what: 'tags', limit: MOST_TAGS, actual: facts.tags.length },
  ]
  return counts.find(({ limit, actual }) => actual > limit)
}
