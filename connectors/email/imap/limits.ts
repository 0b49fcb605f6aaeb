const MEBIBYTE = 2 ** 20

/** The journal takes 14 MiB an item; a letter larger than this is never taken whole. */
export const MAX_WHOLE_BYTES = 13 * MEBIBYTE
