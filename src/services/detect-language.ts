/** Scripts that one language, or nearly only one, is written in. */
const SCRIPTS: readonly (readonly [string, RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['ko', /\p{Script=Hangul}/u],
  ['zh', /\p{Script=Han}/u],
  ['ar', /\p{Script=Arabic}/u],
  ['he', /\p{Script=Hebrew}/u],
  ['el', /\p{Script=Greek}/u],
  ['th', /\p{Script=Thai}/u],
  ['hi', /\p{Script=Devanagari}/u],
  ['uk', /[іїєґ]/iu],
  ['ru', /\p{Script=Cyrillic}/u],
]

/** Small words that tell the languages of the widget apart; a word that several have says little and counts less. */
const SMALL_WORDS: Readonly<Record<string, string>> = {
  en: 'the and is are you have has with this that for not can what how please my your i we it when where need would hello thanks hi was do does of to in on order',
  de: 'der die das und ist sind ich nicht mit für ein eine wie was bitte mein meine sie wir es wann wo kann können habe hallo danke von zu auf auch noch den dem guten tag bestellung',
  fr: 'le la les et est sont je vous avec pour pas une un que qui comment bonjour merci mon ma mes votre nous il elle dans sur avez quand où des du ce cette commande',
  es: 'el la los las y es son yo no con para una un que cómo como hola gracias mi mis su usted nosotros en del al por cuándo dónde tengo puede está pedido buenos días',
  pt: 'o a os as e é são eu não com para uma um que como olá obrigado obrigada meu minha você nós em do da por quando onde tenho pode está pedido bom dia',
  it: 'il lo la i gli le e è sono io non con per una un che come ciao grazie mio mia voi noi in del della quando dove ho può ordine buongiorno salve',
}

/** Signs that only some of these languages have. */
const SIGNS: readonly (readonly [string, RegExp, number])[] = [
  ['de', /[äöüß]/iu, 1.5],
  ['es', /[ñ¿¡]/iu, 2.5],
  ['pt', /[ãõ]/iu, 2.5],
  ['fr', /[çœèêëùû]|\b(?:[cdjlmnst]|qu)['’]/iu, 1],
  ['it', /[ìò]|\b(?:dell|nell|all|un|l)['’]/iu, 1],
]

const WEIGHTS: ReadonlyMap<string, readonly (readonly [string, number])[]> = weightsOf(SMALL_WORDS)

function weightsOf(words: Readonly<Record<string, string>>): Map<string, (readonly [string, number])[]> {
  const byWord = new Map<string, string[]>()
  for (const [language, list] of Object.entries(words)) {
    for (const word of list.split(' ')) byWord.set(word, [...(byWord.get(word) ?? []), language])
  }
  return new Map(
    [...byWord].map(([word, languages]) => [
      word,
      languages.map((language) => [language, 1 / languages.length] as const),
    ]),
  )
}

/** How much of a text is looked at: the beginning says what the rest will be. */
const LOOKED_AT = 600
/** Below this the text says too little, and a wrong guess is worse than none. */
const LEAST_SCORE = 1
const LEAST_LEAD = 1.25

/**
 * The two-letter code of the language a text is written in, as far as its script and its small words tell. Undefined
 * when they do not: a single name, a number, a language not known here.
 */
export function detectLanguage(text: string): string | undefined {
  const sample = text.slice(0, LOOKED_AT).normalize('NFC').toLowerCase()
  const letters = sample.match(/\p{L}/gu)?.length ?? 0
  if (letters < 2) return undefined
  const latin = sample.match(/\p{Script=Latin}/gu)?.length ?? 0
  if (latin < letters / 2) return SCRIPTS.find(([, script]) => script.test(sample))?.[0]
  const scores = new Map<string, number>()
  const add = (language: string, weight: number): void => {
    scores.set(language, (scores.get(language) ?? 0) + weight)
  }
  for (const word of sample.match(/\p{L}+/gu) ?? []) {
    for (const [language, weight] of WEIGHTS.get(word) ?? []) add(language, weight)
  }
  for (const [language, sign, weight] of SIGNS) if (sign.test(sample)) add(language, weight)
  const [best, next] = [...scores].sort(([, one], [, other]) => other - one)
  if (!best || best[1] < LEAST_SCORE) return undefined
  return next && best[1] < next[1] * LEAST_LEAD ? undefined : best[0]
}
