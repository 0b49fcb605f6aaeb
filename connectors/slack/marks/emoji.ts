/**
 * The emoji that people use most, by their names in Slack; the others stay as `:name:`, like those that a workspace
 * made itself.
 */
const EMOJI: Readonly<Record<string, string>> = {
  '+1': '👍',
  thumbsup: '👍',
  '-1': '👎',
  thumbsdown: '👎',
  heart: '❤️',
  broken_heart: '💔',
  smile: '😄',
  smiley: '😃',
  grinning: '😀',
  grin: '😁',
  slightly_smiling_face: '🙂',
  simple_smile: '🙂',
  upside_down_face: '🙃',
  wink: '😉',
  blush: '😊',
  heart_eyes: '😍',
  joy: '😂',
  rolling_on_the_floor_laughing: '🤣',
  sweat_smile: '😅',
  laughing: '😆',
  thinking_face: '🤔',
  neutral_face: '😐',
  confused: '😕',
  slightly_frowning_face: '🙁',
  disappointed: '😞',
  cry: '😢',
  sob: '😭',
  angry: '😠',
  rage: '😡',
  scream: '😱',
  open_mouth: '😮',
  sunglasses: '😎',
  pray: '🙏',
  clap: '👏',
  raised_hands: '🙌',
  muscle: '💪',
  wave: '👋',
  ok_hand: '👌',
  point_up: '☝️',
  point_right: '👉',
  point_left: '👈',
  point_down: '👇',
  eyes: '👀',
  tada: '🎉',
  rocket: '🚀',
  fire: '🔥',
  star: '⭐',
  sparkles: '✨',
  zap: '⚡',
  bulb: '💡',
  '100': '💯',
  white_check_mark: '✅',
  heavy_check_mark: '✔️',
  ballot_box_with_check: '☑️',
  x: '❌',
  warning: '⚠️',
  bangbang: '‼️',
  exclamation: '❗',
  question: '❓',
  rotating_light: '🚨',
  hourglass: '⌛',
  phone: '☎️',
  email: '✉️',
  paperclip: '📎',
  calendar: '📆',
  coffee: '☕',
  partying_face: '🥳',
  bug: '🐛',
  sunny: '☀️',
}

const SKIN_TONE = /^(.+)::skin-tone-([2-6])$/
/** U+1F3FB to U+1F3FF, by Slack's numbers. */
const FIRST_TONE = 0x1f3fb

/** The emoji of a name as Slack gives it, without colons; as `:name:` where it is not known here. */
export function emojiOf(name: string): string {
  const [, base = name, tone] = SKIN_TONE.exec(name) ?? []
  const known = Object.hasOwn(EMOJI, base) ? EMOJI[base] : undefined
  if (known === undefined) return `:${name}:`
  return tone === undefined
    ? known
    : known.replace('\ufe0f', '') + String.fromCodePoint(FIRST_TONE + Number(tone) - 2)
}

/** The emoji of code points as Slack writes them: `1f44d-1f3fd`. @returns undefined of what is none */
export function emojiOfCodePoints(unicode: string): string | undefined {
  if (!/^[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,15}$/i.test(unicode)) return undefined
  const points = unicode.split('-').map((hex) => Number.parseInt(hex, 16))
  return points.every((point) => point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff))
    ? String.fromCodePoint(...points)
    : undefined
}
