import type { SettingsText } from './en-settings.ts'
import { settingsWords } from './en-settings.ts'

/** The words of the pages behind the inbox. Apart from the others, so that the first screen does not carry them. */
export const settingsText: SettingsText = settingsWords
