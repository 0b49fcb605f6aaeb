import type { LetterText } from './en-letters.ts'
import { letterWords } from './en-letters.ts'

/** The words of letters. Apart from the others, so that the first screen does not carry them. */
export const letterText: LetterText = letterWords
