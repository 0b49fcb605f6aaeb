/** The most attributes a contact has. Whoever writes to us may name as many as he likes. */
export const MOST_ATTRIBUTES = 50

/** The longest value of an attribute, in UTF-16 units. */
export const ATTRIBUTE_LENGTH = 1_000

/**
 * Whether a contact's attribute may be called so: up to 64 characters, none of them a control character or a dot, no
 * dollar sign first, and nothing that an object already has.
 */
export function isAttributeName(name: string): boolean {
  return /^[^$.\p{Cc}][^.\p{Cc}]{0,63}$/u.test(name) && !(name in Object.prototype) && name !== 'prototype'
}

/**
 * A contact's attributes after its owner told some: what was known is replaced, what is new is added while there is
 * room. Invalid names are left out and long values cut, for nobody waits for an answer who could mend them.
 */
export function withToldAttributes(
  known: Readonly<Record<string, string>>,
  told: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const merged = { ...known }
  let room = MOST_ATTRIBUTES - Object.keys(known).length
  for (const [name, value] of Object.entries(told)) {
    if (!isAttributeName(name)) continue
    const isNew = !Object.hasOwn(merged, name)
    if (isNew && room <= 0) continue
    merged[name] = value.slice(0, ATTRIBUTE_LENGTH)
    if (isNew) room -= 1
  }
  return merged
}
