import { localStorageColorSchemeManager } from '@mantine/core'

/** Remembers the chosen appearance; `public/color-scheme.js` reads the same key before the first paint. */
export const colorSchemes = localStorageColorSchemeManager({ key: 'tributary-color-scheme' })
