import type { Words } from './locales/words-of-a-language.ts'

/** A language with its words and its ways of writing instants. */
export interface Language {
  readonly code: string
  readonly direction: 'ltr' | 'rtl'
  readonly words: Words
  say(key: keyof Words, values?: Readonly<Record<string, string | number>>): string
  time(atMs: number): string
  day(atMs: number, nowMs: number): string
  bytes(count: number): string
}

/** Only the visitor's own language is read. */
const LOCALES: Readonly<Record<string, () => Promise<{ words: Words }>>> = {
  ar: () => import('./locales/ar.ts'),
  de: () => import('./locales/de.ts'),
  en: () => import('./locales/en.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  sv: () => import('./locales/sv.ts'),
}

/** The first language of the list that we speak, English otherwise. `auto` and nothing are skipped. */
export function chooseLocale(wanted: readonly (string | undefined)[]): string {
  for (const tag of wanted) {
    const code = tag?.toLowerCase().split(/[-_]/)[0] ?? ''
    if (Object.hasOwn(LOCALES, code)) return code
  }
  return 'en'
}

/** Reads a language's words; rejects when they cannot be had just now. */
export async function loadLanguage(code: string): Promise<Language> {
  const load = LOCALES[code] ?? LOCALES['en']
  const { words } = await (load as NonNullable<typeof load>)()
  return languageOf(code, words)
}

export function languageOf(code: string, words: Words): Language {
  // A British visitor reads English with his own clock.
  const tag = navigator.languages.find((each) => each.split('-')[0] === code) ?? code
  const time = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' })
  return {
    code,
    words,
    direction: code === 'ar' ? 'rtl' : 'ltr',
    say: (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name: string) => `${values[name] ?? ''}`),
    time: (atMs) => time.format(atMs),
    day(atMs, nowMs) {
      const days = Math.round((midnight(nowMs) - midnight(atMs)) / 86_400_000)
      return days === 0 ? words.today : days === 1 ? words.yesterday : day.format(atMs)
    },
    bytes(count) {
      const step = count < 1_024 ? 0 : count < 1_048_576 ? 1 : 2
      return (count / 1_024 ** step).toLocaleString(tag, {
        style: 'unit',
        unit: ['byte', 'kilobyte', 'megabyte'][step],
        unitDisplay: step ? 'short' : 'long',
        maximumFractionDigits: 1,
      })
    },
  }
}

const midnight = (atMs: number): number => new Date(atMs).setHours(0, 0, 0, 0)
