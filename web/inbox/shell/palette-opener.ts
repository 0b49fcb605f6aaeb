import { watchable } from '../live/store.ts'

/** Rises with every wish to see the palette; the palette itself is loaded with the first. */
export const paletteWishes = watchable(0)

export const openPalette = (): void => paletteWishes.set(paletteWishes.get() + 1)
