import { accentOn, textOn } from '../brand-color.ts'

const SURFACES = { light: '#ffffff', dark: '#14181f' } as const

/** Whether the dark colours apply; `auto` follows the device. */
export function isDark(scheme: string | undefined, deviceIsDark: boolean): boolean {
  return scheme === 'dark' || (scheme !== 'light' && deviceIsDark)
}

/** Sets the colours that come from the channel. By CSSOM: the page's policy forbids style attributes. */
export function applyTheme(root: HTMLElement, color: string, dark: boolean): void {
  const scheme = dark ? 'dark' : 'light'
  root.dataset['theme'] = scheme
  root.style.colorScheme = scheme
  root.style.setProperty('--brand', color)
  root.style.setProperty('--on-brand', textOn(color))
  root.style.setProperty('--accent', accentOn(color, SURFACES[scheme]))
}

/** Brings the styles of a part that is read later; constructed, so the page's policy has nothing to allow. */
export function addStyles(text: string): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(text)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
