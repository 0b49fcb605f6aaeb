import { expect } from 'vitest'

/** What a page shows after an act comes when it comes: looks again until it is so, for 20 s at most. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 20_000 })
