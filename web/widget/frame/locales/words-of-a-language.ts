import type { words as english } from './en.ts'

/** All the words of one language. */
export type Words = Readonly<Record<keyof typeof english, string>>
