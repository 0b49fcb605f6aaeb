/** What mail programs write around quotations, in the languages that mail comes in. */

const alternatives = (phrases: readonly string[]): string => phrases.join('|')

/** Verbs of "On DATE, NAME wrote:". */
const WROTE = alternatives([
  'wrote',
  'writes',
  'has written',
  'écrit',
  'a écrit',
  'escribió',
  'escribio',
  'ha scritto',
  'scritto',
  'scrisse',
  'escreveu',
  'schreef',
  'geschreven',
  'schreiben',
  'schrieb',
  'geschrieben',
  'skrev',
  'skreiv',
  'kirjoitti',
  'pisze',
  'napisał',
  'napisała',
  'napísal',
  'napsal',
  'napsala',
  'написал',
  'написала',
  'пишет',
  'писал',
  'пише',
  'написав',
  'írta',
  'yazdı',
  'şunu yazdı',
  'έγραψε',
  'כתב',
  'כתבה',
  'كتب',
  'a scris',
  'đã viết',
  'va escriure',
  'je napisao',
  'rašė',
  'kirjutas',
  'skrifaði',
])
const WROTE_WORD = new RegExp(`(?<![\\p{L}\\p{N}])(?:${WROTE})(?![\\p{L}\\p{N}])`, 'iu')
/** Languages without spaces between words. */
const WROTE_EAST = /写道|寫道|书写|のメッセージ|書きました|からの引用|작성|님이 쓴 글/u
const TIME = /\d{1,2}\s?[:.h]\s?\d{2}|\d{1,2}\s?(?:am|pm)\b/iu
const DATE =
  /\d{4}\s?[-/.年]\s?\d{1,2}|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{2,4}|\d{1,2}\.?\s(?:de\s)?\p{L}{3,12}\.?,?\s(?:de\s)?\d{4}|\p{L}{3,12}\.?\s\d{1,2},?\s\d{4}/u
const ADDRESS = /[^\s<>()[\],;:"]{1,64}@[^\s<>()[\],;:"]{1,100}/u
const ENDS_IN_COLON = /[:：]$/u
const DECORATION = /^[\s\-*_~=|>[\]]+|[\s\-*_~=|[\]]+$/gu
const DATED_SENDER =
  /^\S{0,20}\s?(?:\d|\p{L}{2,4}\.?,\s).{0,160}[<(][^<>()\s]{1,64}@[^<>()\s]{1,100}[>)]\s?[:：]?$/u
const STARTS_WITH_DATE = /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}/u
const OPENING =
  /^(?:on|le|el|il|em|am|op|den|dne|dnia|w dniu|pada|la|în|στις|vào|a|pe|ma|ti|ke|to|pe|su|la|em|в|у|on)\s/iu
const VERB_AT_END = new RegExp(`(?:^|\\s)(?:${WROTE})$`, 'iu')

/** A line, perhaps joined of two or three, that says who wrote what follows, and when. */
export function isAttribution(line: string): boolean {
  if (line.length > 400) return false
  const text = line.replace(DECORATION, '')
  if (text.length < 8) return false
  const wrote = WROTE_WORD.test(text) || WROTE_EAST.test(text) || /\(a\)\s?[:：]$/u.test(text)
  if (wrote) {
    const told = TIME.test(text) || DATE.test(text) || (ADDRESS.test(text) && /\d/u.test(text))
    if (ENDS_IN_COLON.test(text)) return told || (ADDRESS.test(text) && !/[.!?]\s/u.test(text))
    return told && OPENING.test(text) && VERB_AT_END.test(text)
  }
  if (!ADDRESS.test(text)) return false
  if (STARTS_WITH_DATE.test(text)) return /[>)]\s?[:：]?$/u.test(text)
  return ENDS_IN_COLON.test(text) && (TIME.test(text) || DATE.test(text)) && DATED_SENDER.test(text)
}

/** Who writes of himself or speaks to somebody is no program. */
const PERSON =
  /(?<![\p{L}\p{N}])(?:i|we|you|ich|wir|ihnen|sie|je|nous|vous|yo|io|noi|eu|ik|wij|jag|jeg|vi|я|мы|вы)(?![\p{L}\p{N}])|j['’]ai/iu

/**
 * Whether an attribution is one also where nothing below it is marked as quoted: it says when, and by which address
 * or at what time, as programs do.
 */
export function isSureAttribution(line: string): boolean {
  const text = line.replace(DECORATION, '')
  // Notes draws a rule around it, and an early Gmail wrote nothing but the day and the sender.
  if (/^-{3,}/u.test(line.trimStart())) return ADDRESS.test(text)
  if (STARTS_WITH_DATE.test(text) && !TIME.test(text)) return ADDRESS.test(text)
  if (WROTE_EAST.test(text)) return TIME.test(text) || ADDRESS.test(text)
  if (!ENDS_IN_COLON.test(text) && !VERB_AT_END.test(text)) return false
  if (ADDRESS.test(text)) return DATE.test(text) || TIME.test(text)
  return DATE.test(text) && TIME.test(text) && !PERSON.test(text)
}

const QUOTING =
  /^(?:quoting|quoting from|citando|citazione|citando a|zitat von|citation de|citeren|citat fra|citat från)\s.{1,100}[:：]$/iu
const WRITER = new RegExp(`^\\S.{0,80}\\s(?:${WROTE})\\s?[:：]$`, 'iu')

/** "Ada wrote:" or "Quoting Ada:", which say whose a quotation is only when one follows. */
export function namesWriter(line: string): boolean {
  const text = line.trim()
  return line.length <= 120 && (WRITER.test(text) || QUOTING.test(text)) && !/[.!?]\s/u.test(text)
}

/** Whether a line begins as attributions do: with a word such as "On", or with the date. */
export function opensAttribution(line: string): boolean {
  const text = line.slice(0, 60).replace(/^[\s>\-*]+/u, '')
  return OPENING.test(text) || /^\d{1,4}[-/.年\s]/u.test(text)
}

/** Whether an attribution may begin with this line and go on in the next. */
export function mayOpenAttribution(line: string): boolean {
  if (line.length > 200) return false
  const text = line.replace(/^[\s>\-*]+/u, '')
  return (
    OPENING.test(text) || DATE.test(text) || TIME.test(text) || ADDRESS.test(text) || WROTE_WORD.test(text)
  )
}

const FORWARDED = alternatives([
  'original message',
  'original mail',
  'original email',
  'forwarded message',
  'forwarded mail',
  'reply message',
  'begin forwarded message',
  "message d['’]origine",
  'message original',
  'mail original',
  'courriel original',
  'e-?mail original',
  'message transféré',
  'message transmis',
  'mensaje original',
  'mensaje reenviado',
  'mensaje enviado',
  'ursprüngliche nachricht',
  'ursprüngliche e-?mail',
  'original-?nachricht',
  'originalnachricht',
  'weitergeleitete nachricht',
  'weitergeleitete e-?mail',
  'messaggio originale',
  'messaggio inoltrato',
  'mensagem original',
  'mensagem encaminhada',
  'mensagem reencaminhada',
  'oorspronkelijk bericht',
  'oorspronkelijke bericht',
  'doorgestuurd bericht',
  'oprindelig besked',
  'oprindelig meddelelse',
  'videresendt besked',
  'videresendt meddelelse',
  'original meddelelse',
  'ursprungligt meddelande',
  'originalmeddelande',
  'vidarebefordrat meddelande',
  'vidarebefordrat brev',
  'opprinnelig melding',
  'videresendt melding',
  'alkuperäinen viesti',
  'välitetty viesti',
  'wiadomość oryginalna',
  'oryginalna wiadomość',
  'wiadomość przekazana',
  'przekazana wiadomość',
  'пересылаемое сообщение',
  'пересланное сообщение',
  'исходное сообщение',
  'оригинальное сообщение',
  'původní zpráva',
  'přeposlaná zpráva',
  'pôvodná správa',
  'eredeti üzenet',
  'továbbított üzenet',
  'orijinal ileti',
  'özgün ileti',
  'iletilen ileti',
  'yönlendirilen ileti',
  'αρχικό μήνυμα',
  'προωθημένο μήνυμα',
  'mesaj original',
  'mesaj redirecționat',
  'tin nhắn gốc',
  '原始邮件',
  '原始郵件',
  '原邮件',
  '转发邮件',
  '转发的邮件',
  '轉寄郵件',
  '転送メッセージ',
  '元のメッセージ',
  'オリジナルメッセージ',
  '원본 메시지',
  '원본메시지',
  '전달된 메시지',
  'הודעה שהועברה',
  'הודעה מקורית',
  'رسالة معاد توجيهها',
  'الرسالة الأصلية',
])
const FORWARD_RULE = new RegExp(
  `^[\\s>*]*[-_=*]{2,}\\s*(?:${FORWARDED})\\s*[:：]?\\s*[-_=*]{2,}[\\s*]*(?:\\p{L}{2,12}\\s?[:：]\\s.*)?$`,
  'iu',
)
/** What GroupWise writes above a quotation. */
const GROUPWISE = /^>>>\s.{1,200}(?:\d{1,2}:\d{2}|@).{0,100}>>>\s*$/u
const FORWARD_OPENING = new RegExp(
  `^[\\s>*]*(?:begin forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)|début du message (?:transféré|réexpédié)|inicio del mensaje reenviado|inizio messaggio inoltrato|início da mensagem (?:reencaminhada|encaminhada)|begin doorgestuurd bericht|start på videresendt besked|vidarebefordrat brev|videresendt melding|välitetty viesti alkaa|początek przekazywanej wiadomości|начало переадресованного сообщения|転送されたメッセージ|开始转发的邮件)\\s*[:：]\\s*$`,
  'iu',
)

/** A rule such as "----- Original Message -----", or what Apple's program writes instead. */
export function isForwardRule(line: string): boolean {
  return line.length <= 600 && (FORWARD_RULE.test(line) || FORWARD_OPENING.test(line) || GROUPWISE.test(line))
}
