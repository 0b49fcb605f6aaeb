const MEBIBYTE = 2 ** 20

/** The journal takes 14 MiB an item; a letter larger than this is never taken whole. */
export const MAX_WHOLE_BYTES = 13 * MEBIBYTE
/** The checkpoint moves once for so many letters. */
export const LETTERS_PER_STEP = 100
/** Letters that are read, but not yet journaled. One more may come on top of the bytes. */
export const MAX_IN_FLIGHT = { letters: 50, bytes: 8 * MEBIBYTE }
/** Of a letter that is too large to be taken whole. */
export const PARTIAL = { headerBytes: MEBIBYTE, bodies: 8, bodyBytes: 256 * 1024, files: 500 }
