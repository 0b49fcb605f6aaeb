import type { QueuePlaceView } from '../visitor.ts'

interface Words {
  readonly next: string
  readonly place: string
  readonly soon: string
  readonly wait: string
}

/** The languages that visitors' clients speak. */
const WORDS: Readonly<Record<string, Words>> = {
  en: {
    next: 'You are next.',
    place: 'You are number {place} in the queue.',
    soon: 'Somebody will be with you in a moment.',
    wait: 'It should take about {wait}.',
  },
  de: {
    next: 'Sie sind als Nächstes an der Reihe.',
    place: 'Sie sind Nummer {place} in der Warteschlange.',
    soon: 'Gleich ist jemand für Sie da.',
    wait: 'Es dauert voraussichtlich etwa {wait}.',
  },
  fr: {
    next: 'Vous êtes le prochain.',
    place: 'Vous êtes numéro {place} dans la file d’attente.',
    soon: 'Quelqu’un sera à vous dans un instant.',
    wait: 'Attente estimée : environ {wait}.',
  },
  es: {
    next: 'Es el siguiente.',
    place: 'Es el número {place} de la cola.',
    soon: 'Enseguida le atendemos.',
    wait: 'Debería tardar unos {wait}.',
  },
  sv: {
    next: 'Du står näst på tur.',
    place: 'Du har nummer {place} i kön.',
    soon: 'Någon är strax hos dig.',
    wait: 'Det bör ta ungefär {wait}.',
  },
  ar: {
    next: 'دورك هو التالي.',
    place: 'رقمك في قائمة الانتظار {place}.',
    soon: 'سيكون أحدنا معك بعد لحظات.',
    wait: 'الانتظار المتوقع نحو {wait}.',
  },
}

const MINUTE_MS = 60_000
/** From here on nobody counts minutes. */
const HOURS_FROM_MS = 120 * MINUTE_MS

/**
 * What a waiting visitor is told, in the first of the languages that we speak, else in English. Pure and total; whoever
 * tells visitors their place calls it.
 * @param languages tags such as `de` or `de-AT`, the most wanted first
 */
export function queueNotice({ place, waitMs }: QueuePlaceView, languages: readonly string[]): string {
  const { tag, words } = speak(languages)
  const where =
    place === 1 ? words.next : words.place.replace('{place}', new Intl.NumberFormat(tag).format(place))
  if (!waitMs) return where
  const [likelyMs, atMostMs] = waitMs
  if (atMostMs === 0) return `${where} ${words.soon}`
  return `${where} ${words.wait.replace('{wait}', span(likelyMs, atMostMs, tag))}`
}

function speak(languages: readonly string[]): { readonly tag: string; readonly words: Words } {
  for (const language of languages) {
    const code = language.toLowerCase().split(/[-_]/)[0] ?? ''
    const words = Object.hasOwn(WORDS, code) ? WORDS[code] : undefined
    if (words) return { tag: code, words }
  }
  return { tag: 'en', words: WORDS['en'] as Words }
}

/** Rounded up, so that nobody is promised less than is known. */
function span(likelyMs: number, atMostMs: number, tag: string): string {
  const inHours = atMostMs >= HOURS_FROM_MS
  const unitMs = inHours ? 60 * MINUTE_MS : MINUTE_MS
  const format = new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: inHours ? 'hour' : 'minute',
    unitDisplay: 'long',
  })
  const from = Math.max(1, Math.ceil(likelyMs / unitMs))
  const to = Math.ceil(atMostMs / unitMs)
  return from >= to ? format.format(to) : format.formatRange(from, to)
}
