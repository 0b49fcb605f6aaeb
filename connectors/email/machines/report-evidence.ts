import type { ReadMail } from '../read-mail.ts'
import { addressesIn, hasHeader, headerOf, headersOf } from './header-lines.ts'

/** Names that mail systems give themselves, before the `@`. */
const DAEMONS =
  /^(?:mail(?:er)?[-_.]?(?:daemon|deamon)|mdaemon|microsoftexchange[0-9a-f]{32}|mail[-_.]delivery[-_.](?:sub)?(?:system|service))$/
const POSTMASTERS = /^(?:post[-_.]?master|(?:mail|system|sys)[-_.]?admin(?:istrator)?|bounce-?handler)$/
/** Names that they show, also where an address is missing or somebody's own. */
const SHOWN =
  /mail(?:er)?[ -]daemon|mail deliver(?:y|er)? ?(?:sub-?)?(?:system|service|agent)|delivery (?:sub)?system|microsoft exchange recipient|internet mail delivery/i

/**
 * How sure it is that a mail system wrote a letter itself. `daemon` = it says so; `postmaster` = an address that
 * people use too, or no address to answer to: what it says must prove it.
 */
export function machineSender(mail: ReadMail): 'daemon' | 'postmaster' | undefined {
  const from = headerOf(mail, 'from') ?? ''
  const locals = addressesIn(from, 5).map((each) => each.slice(0, each.lastIndexOf('@')))
  if (from.includes('<>')) return 'daemon'
  if (SHOWN.test(from.slice(0, 500)) || locals.some((each) => DAEMONS.test(each))) return 'daemon'
  if (hasHeader(mail, 'x-failed-recipients')) return 'daemon'
  if (/^auto-generated\s*\((?:failure|postmaster|warning)/i.test(headerOf(mail, 'auto-submitted') ?? ''))
    return 'daemon'
  if (hasNullPath(mail) || locals.some((each) => POSTMASTERS.test(each))) return 'postmaster'
  return /^"?(?:postmaster|system administrator)"?\b/i.test(from) ? 'postmaster' : undefined
}

const UNANSWERED =
  /^(?:no-?reply|do-?not-?reply|noreply.{0,40}|auto(?:mated|matic|reply)?|mail|mailer|mailmaster|mailadmin|mta|smtp|notif(?:y|ications?)|system|root|bounce)$/

/** Weak signs of a machine: an address that wants no answer, a letter that says it was made by a program. */
export function mayBeMachine(mail: ReadMail): boolean {
  const locals = addressesIn(headerOf(mail, 'from') ?? '', 5).map((each) =>
    each.slice(0, each.lastIndexOf('@')),
  )
  return (
    locals.some((each) => UNANSWERED.test(each)) || /^auto-/i.test(headerOf(mail, 'auto-submitted') ?? '')
  )
}

/** It was sent so that nothing can come back: only machines do that. */
export function hasNullPath(mail: ReadMail): boolean {
  return ['return-path', 'x-envelope-from', 'x-return-path'].some((name) =>
    headersOf(mail, name).some(
      (each) => each === '<>' || /^<?mailer-daemon(?:@[^>]*)?>?$/i.test(each.slice(0, 300)),
    ),
  )
}

/** A list server refuses what was posted: it answers by its list's name, not a postmaster's. */
export function refusedByList(mail: ReadMail): boolean {
  const list = hasHeader(mail, 'x-mlserver', 'x-ml-name', 'x-listserver', 'x-listserv', 'x-mailman-version')
  const words = `${headerOf(mail, 'subject') ?? ''}\n${mail.text.slice(0, 2000)}`
  return (
    list &&
    /\bnot (?:a )?member\b|not allowed to post|post(?:ing)? (?:was )?(?:rejected|refused)/i.test(words)
  )
}

/** What mail systems say when a letter was not delivered, in subjects and in texts, lower case. */
const FAILED = new RegExp(
  [
    // English
    'undeliver|non-?deliver|not deliver|failed to deliver|unable to deliver|delivery (?:status|fail|has failed|incomplete|problem|error|delayed|has been delayed|notification|report)',
    'deliver[a-z]* to the following recipient|mail delivery|failure (?:notice|delivery)|returned (?:mail|to sender)|returning (?:message )?to sender|mail system error|postmaster notify',
    "could ?n[o']t be (?:delivered|sent|processed)|could not send|couldn't be delivered|can ?not be delivered|wasn't able to deliver|was not delivered|not been delivered|were unable to deliver",
    'did not reach the following|permanent(?: fatal)? error|had delivery (?:problems|errors)|trouble delivering|error sending your|error (?:delivering|has occurred while attempting to deliver)',
    '(?:mailbox|recipient|user)[^.\\n]{0,40} (?:is full|unknown|not found)|blocked by our|rejected (?:your message|by|recipient)|has been (?:delayed|blocked|rejected)|message is delayed|message (?:rejected|blocked|expired)',
    'invalid (?:final delivery userid|user address|recipient)|you tried to contact|no such user|user unknown|unknown user|unknown recipient|failed to send to',
    // German, Dutch, Scandinavian, Finnish
    'unzustellbar|nicht (?:zugestellt|zustellbar|ausgeliefert|übermittelt)|zustellung[^.\\n]{0,30}(?:fehlgeschlagen|nicht)|konnte nicht[^.\\n]{0,60}zugestellt|zustellbericht',
    'onbestelbaar|niet (?:bezorgd|afgeleverd|worden bezorgd)|kan niet worden (?:bezorgd|afgeleverd)|olevererbart|inte (?:leverera|levereras|kunde levereras)|kunde inte (?:leverer|skick)|ikke (?:lever|kunne lever)|kan ikke lever|toimitus epäonnistui|ei voitu toimittaa|toimittaminen epäonnistui',
    // French, Spanish, Portuguese, Italian, Romanian
    'non (?:remis|distribu|délivr|livr)|n.a (?:pas )?pu être (?:remis|distribu|délivr|livr|envoy)|échec de (?:la |l.)?(?:remise|distribution|livraison|envoi|acheminement)|echec de (?:la )?(?:remise|distribution)',
    'no se (?:ha podido|puede|pudo) (?:entregar|enviar)|no (?:ha sido )?entregad|error (?:en|de) (?:la )?entrega|entrega fallida|fallo (?:en|de) (?:la )?entrega|imposible entregar',
    'não (?:foi )?(?:entregue|possível entregar|pôde ser entregue)|falha n[ao] (?:entrega|envio)|impossibile (?:recapitare|consegnare)|non (?:è stato possibile )?(?:recapita|consegna)|mancat[ao] (?:recapito|consegna)|nelivrat|nu (?:a putut fi|se poate) livra',
    // Slavic, Hungarian, Turkish, Greek
    'недоставлен|не (?:было )?доставлен|не может быть доставлен|не удалось доставить|невозможно доставить|не вдалося доставити|niedostarcz|nie (?:można|udało się|został[ao]?) dostarcz|nedoručiteln|nelze doručit|nebyl[ao]? doručen|nedoručen',
    'kézbesíthetetlen|nem kézbesíthető|nem sikerült kézbesíteni|teslim edil(?:emedi|emiyor|emeyen)|iletilemedi|δεν (?:είναι δυνατή|ήταν δυνατή) η παράδοση|δεν παραδόθηκε|μη παραδοτέο',
    // Hebrew, Arabic, Asian languages
    'לא ניתן למסור|לא נמסר|לא הועבר|לא הצלחת לפרסם|تعذر (?:في )?(?:ال)?تسليم|تعذّر (?:ال)?تسليم|لم يتم تسليم|فشل (?:في )?(?:ال)?تسليم',
    '配信不能|配信でき|配送でき|配達でき|送信でき|未配信|配信に失敗|配信エラー|送信エラー|エラーメール|返送|お届けでき|あて先不明|宛先不明|无法(?:送达|投递|传递|传送|发送)|退信|未送达|投递失败|無法(?:傳送|傳遞|送達|投遞)|退回|배달되지|배달 실패|전송 실패|전송하지 못|반송|전달되지|전달할 수 없',
  ].join('|'),
  'i',
)

/** A server's refusal with its number: `550 5.1.1`, `<<< 550`, `said: 554`, `(#5.1.1)`. */
const REFUSAL =
  /(?:^|[\s:([>])(?:[45]\d\d[ -]{1,3}#?[45]\.\d{1,3}\.\d{1,3}\b|(?:<<<|>>>|said:|was:|received) {0,3}[45]\d\d\b|\(?#[45]\.\d{1,3}\.\d{1,3}\b|[45]\.\d{1,3}\.\d{1,3} [a-z<]|[45]\d\d[ -]{1,3}[a-z<"])/im

/** Whether words are those of a report. */
export function speaksOfFailure(words: string): boolean {
  return FAILED.test(words.slice(0, 20_000))
}

/** Whether words quote a mail server that refused. */
export function quotesRefusal(words: string): boolean {
  return REFUSAL.test(words.slice(0, 20_000))
}

const DELAYED =
  /delivery status notification \(delay|status notification: (?:delayed|warning)|has been delayed|is delayed|delayed for|delivery[ -]delay|delivery (?:is )?delayed|warning message only|will (?:be retried|continue trying|keep trying|retry)|still (?:being|trying)|not yet (?:been )?(?:delivered|received)|temporary failure report|could not send (?:mail|message) for past|verzögert|retard|retrasad|ritardat|задерж|遅延|延迟|延遲/i
const GIVEN_UP =
  /will not (?:be retried|continue|try)|given up|giving up|not going to try again|permanent(?:ly| error| fail| fatal)|will be deleted from queue|failed permanently|could not be delivered for|returned to sender|has failed/i

/** Whether the letter may still arrive. */
export function speaksOfDelay(subject: string, said: string): boolean {
  return DELAYED.test(subject) || (DELAYED.test(said.slice(0, 5000)) && !GIVEN_UP.test(said.slice(0, 5000)))
}
