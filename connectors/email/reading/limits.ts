/** What is taken of one letter. Everything beyond is left in the source, which is kept whole. */
export const LIMITS = {
  /** Leaves of the MIME tree, and the multiparts around them. */
  parts: 1_000,
  /** Of the whole letter: seven bytes each, when it is as large as letters get. */
  lines: 2_000_000,
  /** Of one part, that are decoded to text; its file has all. */
  decodedBytes: 4 * 1_024 * 1_024,
  /** Lines that look like delimiters, times multiparts that each must be compared with. */
  delimiterWork: 20_000_000,
  headerLines: 200,
  /** Of the header block as bytes, and of one value as text. */
  headerBytes: 64 * 1_024,
  headerLineBytes: 32 * 1_024,
  /** Of the header block of one part; beyond it the letter counts as broken. */
  partHeaderBytes: 128 * 1_024,
  references: 100,
  /** Addresses of one kind. */
  addresses: 500,
  /** Characters of a name, a subject or a file's name. */
  nameLength: 200,
  subjectLength: 1_000,
  /** Characters of the text; more is readable in the source. */
  textLength: 1_000_000,
  htmlLength: 2_000_000,
  /** Of elements inside each other; browsers flatten at 512. */
  htmlDepth: 400,
  /** Characters that are searched for quotations. */
  quoteSearch: 100_000,
  files: 500,
} as const
