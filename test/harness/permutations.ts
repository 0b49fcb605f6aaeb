/** Every order of some things; what is there twice makes no orders of its own. */
export const permutations = <T>(items: readonly T[]): T[][] =>
  items.length <= 1
    ? [[...items]]
    : items.flatMap((item, index) =>
        items.indexOf(item) < index
          ? []
          : permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [
              item,
              ...rest,
            ]),
      )

/** Every order of some things, with one more among them that has each place by turns; in the long form, in every one. */
export function permutationsAround<T>(items: readonly T[], one: T): T[][] {
  if (process.env['FAULTS'] === 'long') return permutations([...items, one])
  return permutations(items).map((order, index) => order.toSpliced(index % (items.length + 1), 0, one))
}

/** How many scenes are played at a time: each mostly waits for the database. */
const AT_ONCE = 8

/** Plays scenes that have nothing in common, some at a time. */
export async function playEach<T>(
  scenes: readonly T[],
  play: (scene: T, index: number) => Promise<unknown>,
): Promise<void> {
  const left = scenes.entries()
  const actor = async (): Promise<void> => {
    for (const [index, scene] of left) await play(scene, index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, actor))
}
