import type { Text } from './en.ts'
import { en } from './en.ts'

/** The language of the screens. Another one is another object of the same shape, chosen here. */
export const text: Text = en

/** For dates, numbers and lists. */
export const locale = 'en-GB'
