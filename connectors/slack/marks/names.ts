/** What a user is called, where that is known. */
export type NameOf = (userId: string) => string | undefined

/** Nobody is known by more than his id. */
export const NO_NAMES: NameOf = () => undefined

/** How somebody is shown who is mentioned. */
export const namedUser = (id: string, nameOf: NameOf): string => `@${nameOf(id) ?? id}`
