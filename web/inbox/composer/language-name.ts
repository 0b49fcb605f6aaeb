import { locale } from '../text/text.ts'

const names = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' })

/** The name of a language that a platform calls `sv` or `pt_BR`; the code itself where nobody knows it. */
export function languageName(code: string): string {
  if (code === '') return code
  try {
    return names.of(code.replaceAll('_', '-')) ?? code
  } catch {
    return code
  }
}
