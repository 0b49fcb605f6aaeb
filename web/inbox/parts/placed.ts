/** Items that have no ids and never move, with their places for keys. */
export const placed = <T>(items: readonly T[]): readonly { readonly item: T; readonly place: number }[] =>
  items.map((item, place) => ({ item, place }))
