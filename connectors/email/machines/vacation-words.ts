/** Beginnings of subjects that programs alone write, which answer while somebody is away. */
const AWAY = [
  'out of office',
  'out of the office',
  'out-of-office',
  'out of office reply',
  'out of office autoreply',
  'out of office auto-reply',
  'out of office auto reply',
  'out of office notification',
  'out of office message',
  'out of office response',
  'automatic reply out of office',
  'auto-reply out of office',
  'vacation reply',
  'vacation autoreply',
  'vacation auto-reply',
  'vacation response',
  'away from my mail',
  'abwesenheitsnotiz',
  'abwesenheitsbenachrichtigung',
  'abwesenheitsmeldung',
  'abwesenheitsinfo',
  'abwesenheitsnachricht',
  'automatische abwesenheitsnotiz',
  'absence du bureau',
  "réponse automatique d'absence",
  'réponse automatique d’absence',
  "message d'absence",
  'message d’absence',
  "notification d'absence",
  'notification d’absence',
  'absent du bureau',
  'fuera de la oficina',
  'fuera de oficina',
  'aviso de ausencia',
  'notificación de ausencia',
  'fuori sede',
  'fuori ufficio',
  'avviso di assenza',
  'fora do escritório',
  'ausência temporária',
  'aviso de ausência',
  'afwezigheidsbericht',
  'afwezigheidsmelding',
  'frånvaromeddelande',
  'fraværsmelding',
  'fraværsbesked',
  'poissaoloviesti',
  'nieobecność w biurze',
  'poza biurem',
  'mimo kancelář',
  'oznámení o nepřítomnosti',
  'mimo kanceláriu',
  'házon kívül',
  'absent din birou',
  'ofis dışında',
  'εκτός γραφείου',
  'вне офиса',
  'нет на месте',
  'поза офісом',
  'מחוץ למשרד',
  'خارج المكتب',
  '不在通知',
  '不在のお知らせ',
  '不在連絡',
  '外出通知',
  '不在办公室',
  '不在辦公室',
  '부재중',
  '부재 중 자동 회신',
] as const

/** Beginnings of subjects that programs alone write, which answer always. */
const AUTOMATIC = [
  'automatic reply',
  'automatic response',
  'automated reply',
  'automated response',
  'auto reply',
  'auto-reply',
  'autoreply',
  'auto response',
  'auto-response',
  'autoresponse',
  'autoresponder',
  'automatic autoreply',
  'automatische antwort',
  'automatische rückantwort',
  'automatisch antwoord',
  'automatisk svar',
  'automatiskt svar',
  'autosvar',
  'automaattinen vastaus',
  'réponse automatique',
  'reponse automatique',
  'respuesta automática',
  'respuesta automatica',
  'resposta automática',
  'resposta automatica',
  'resposta automàtica',
  'risposta automatica',
  'automatyczna odpowiedź',
  'odpowiedź automatyczna',
  'autoodpowiedź',
  'automatická odpověď',
  'automatická odpoveď',
  'automatikus válasz',
  'răspuns automat',
  'raspuns automat',
  'automatski odgovor',
  'samodejni odgovor',
  'automatinis atsakymas',
  'automātiska atbilde',
  'automaatvastus',
  'otomatik yanıt',
  'αυτόματη απάντηση',
  'автоответ',
  'автоматический ответ',
  'автоматична відповідь',
  'автоматичен отговор',
  'תשובה אוטומטית',
  'رد تلقائي',
  'الرد التلقائي',
  'پاسخ خودکار',
  'स्वचालित उत्तर',
  '自動返信',
  '自動応答',
  '自動回覆',
  '自动回复',
  '自动答复',
  '自動答覆',
  '자동 회신',
  '자동회신',
  '자동 응답',
  'trả lời tự động',
  'ตอบกลับอัตโนมัติ',
  'การตอบกลับอัตโนมัติ',
  'balasan otomatis',
] as const

/** Words of a text that tell that somebody is away, where a machine is already known to have written it. */
const AWAY_TEXT =
  /out of (?:the )?office|on (?:annual |sick |parental |maternity |paternity )?(?:leave|vacation|holiday)|away from (?:the|my) (?:office|desk|mail)|limited access to (?:my )?e-?mail|currently (?:away|out)|nicht im (?:büro|haus)|abwesen|im urlaub|bis zum .{0,40} nicht|absent|en congés?|en vacances|fuera de la oficina|de vacaciones|ausente|ausência|de férias|fuori (?:sede|ufficio)|in ferie|assente|afwezig|met vakantie|frånvarande|semester|på ferie|ferie|lomalla|poissa|nieobecn|urlop|dovolen|szabadság|concediu|tatilde|izinde|отпуск|отсутств|відпуст|不在|休暇|休み|出張|休假|不在办公室|부재|휴가/i

/** The subject begins as only those of programs do that answer by themselves. */
export function isVacationSubject(subject: string): boolean {
  return isAwaySubject(subject) || AUTOMATIC.some((each) => begins(subject, each))
}

/** The subject says that somebody is away. */
function isAwaySubject(subject: string): boolean {
  return AWAY.some((each) => begins(subject, each))
}

/** Subject or text say that somebody is away. */
export function speaksOfAbsence(subject: string, text: string): boolean {
  return (
    isAwaySubject(subject) || AWAY_TEXT.test(subject.slice(0, 300)) || AWAY_TEXT.test(text.slice(0, 3000))
  )
}

/** What stands behind the words must end them: people write of “out of office chairs”. */
const ENDS = /^\s{0,3}(?:$|[:：;,.!|()[\]【】「」<>"'“”–—-])/

function begins(subject: string, words: string): boolean {
  const bare = subject
    .slice(0, 300)
    .normalize('NFC')
    .replace(/^[\s[(【「<"'“*]{1,10}/, '')
    .toLowerCase()
  if (!bare.startsWith(words)) return false
  const rest = bare.slice(words.length)
  // Chinese, Japanese and Korean part no words.
  return ENDS.test(rest) || /[\u3040-\u30ff\u3400-\u9fff]$/u.test(words)
}
