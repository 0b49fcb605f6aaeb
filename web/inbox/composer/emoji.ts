/** An emoji and the words it is found by. */
export type Emoji = readonly [symbol: string, words: string]

/** The emoji that people use in customer conversations; the system's own keyboard has the rest. */
export const EMOJI: readonly Emoji[] = [
  ['😀', 'grin happy smile'], ['😊', 'smile blush happy'], ['🙂', 'slight smile'], ['😉', 'wink'],
  ['😄', 'laugh happy'], ['😂', 'tears joy laugh'], ['🤣', 'rolling laugh'], ['😍', 'love eyes'],
  ['🥰', 'love hearts'], ['😎', 'cool sunglasses'], ['🤗', 'hug'], ['🤔', 'think hmm'],
  ['😅', 'sweat relief'], ['😬', 'grimace awkward'], ['😮', 'surprise wow'], ['😢', 'sad cry'],
  ['😞', 'disappointed sad'], ['😕', 'confused'], ['🙁', 'frown sad'], ['😴', 'sleep tired'],
  ['🤒', 'sick ill'], ['🤝', 'handshake deal'], ['🙏', 'thanks please pray'], ['👍', 'thumbs up yes good'],
  ['👎', 'thumbs down no bad'], ['👌', 'ok perfect'], ['✌️', 'peace victory'], ['🤞', 'fingers crossed luck'],
  ['👋', 'wave hello bye'], ['👏', 'clap bravo'], ['🙌', 'raise hands hooray'], ['💪', 'strong muscle'],
  ['👀', 'eyes look'], ['❤️', 'heart love red'], ['💙', 'heart blue'], ['💚', 'heart green'],
  ['💛', 'heart yellow'], ['💔', 'broken heart'], ['✨', 'sparkles new'], ['🎉', 'party celebrate'],
  ['🎁', 'gift present'], ['🎂', 'cake birthday'], ['🌟', 'star glow'], ['⭐', 'star'],
  ['🔥', 'fire hot'], ['☀️', 'sun weather'], ['🌧️', 'rain weather'], ['❄️', 'snow cold'],
  ['🌊', 'wave water sea'], ['⛵', 'boat sail'], ['🌱', 'plant grow'], ['🐟', 'fish'],
  ['☕', 'coffee'], ['🍕', 'pizza food'], ['🥳', 'party face'], ['💡', 'idea light'],
  ['✅', 'check done yes'], ['❌', 'cross no wrong'], ['⚠️', 'warning careful'], ['❗', 'exclamation important'],
  ['❓', 'question'], ['⏳', 'hourglass wait'], ['⏰', 'alarm clock time'], ['📅', 'calendar date'],
  ['📦', 'package parcel box'], ['🚚', 'truck delivery'], ['✈️', 'plane flight'], ['📍', 'pin place'],
  ['📧', 'mail email'], ['📞', 'phone call'], ['💬', 'chat speech'], ['📷', 'camera photo'],
  ['📄', 'document page'], ['📎', 'paperclip attach'], ['🔗', 'link'], ['🔒', 'lock secure'],
  ['🔑', 'key'], ['🛠️', 'tools repair'], ['🔍', 'search find'], ['💳', 'card payment'],
  ['💶', 'euro money'], ['🧾', 'receipt invoice'], ['🛒', 'cart shop'], ['🏷️', 'tag price'],
]
