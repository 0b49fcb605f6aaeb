import type { PeopleText } from './en-people.ts'
import { peopleWords } from './en-people.ts'

/** The words of contacts. Apart from the others, so that the first screen does not carry them. */
export const peopleText: PeopleText = peopleWords
