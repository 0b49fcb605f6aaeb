import type { MessengerText } from './en-messengers.ts'
import { messengerWords } from './en-messengers.ts'

/** The words of short messages beyond the plain ones. Apart, so that the first screen does not carry them. */
export const messengerText: MessengerText = messengerWords
