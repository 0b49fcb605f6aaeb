const DEVICE = [
  'sent from',
  'sent via',
  'sent with',
  'sent using',
  'sent by',
  'get outlook for',
  'get bluemail for',
  'envoyé de',
  'envoyé depuis',
  'envoyé à partir',
  'envoyé via',
  'télécharger outlook',
  'obtenez outlook',
  'obtener outlook',
  'enviado desde',
  'enviado de',
  'enviado do',
  'enviado a partir',
  'enviado via',
  'obter o? ?outlook',
  'inviato da',
  'inviato dal',
  'scarica outlook',
  'ottieni outlook',
  'verzonden vanaf',
  'verzonden met',
  'verzonden via',
  'verstuurd vanaf',
  'verstuurd vanuit',
  'outlook voor',
  'sendt fra',
  'hent outlook',
  'skickat från',
  'skickades från',
  'hämta outlook',
  'lähetetty',
  'wysłane z',
  'wysłano z',
  'отправлено с',
  'отправлено из',
  'отправлено через',
  'надіслано з',
  'odesláno z',
  'odeslané z',
  'küldve',
  'iphone[^ ]{0,3}dan gönderildi',
  'gesendet von',
  'gesendet mit',
  'gesendet via',
  'holen sie sich outlook',
  'outlook für',
  '发自我的',
  '發自我的',
  '從我的',
  '从我的',
  'trimis de pe',
  'στάλθηκε από',
].join('|')
const DEVICE_LINE = new RegExp(
  `^[\\s*_[(<]*(?:${DEVICE})(?![\\p{L}]*:)[^.!?:;]{0,30}(?:[.!?][^.!?:;]{0,20})?(?:[<[(]?https?://\\S{1,200})?[\\s\\])>*._]*$`,
  'iu',
)
const DEVICE_END =
  /^(?:von meine[mr] .{1,40} gesendet|.{0,30}から送信|.{0,30}에서 보냄|.{0,30}に送信|outlook for .{1,20} herunterladen)[.。]?$/iu

/** Whose a device is, or what it is: a parcel is sent by post and from Berlin. */
const OWNED =
  /(?<!\p{L})(?:(?:from|de|depuis|desde|dal?|do|vanaf|vanuit|fra|från|von|z|с|из)\s(?:my|mon|mi|meu|minha|mio|mia|mijn|min|mit|mitt|meine[mr]|mojego|моего|моей|můj|mého)|outlook|i(?:phone|pad|pod)\p{L}{0,4}|android|samsung|galaxy|blackberry|huawei|xiaomi|redmi|pixel|nokia|sony|xperia|motorola|honor|oppo|oneplus|windows|yahoo|gmail|gmx|web\.de|aol|proton|protonmail|bluemail|superhuman|spark|mailbird|airmail|thunderbird|telephone|smartphone|phone|mobile|mobil|handy|tablet|téléphone|móvil|telefon|telefoon|telefono|телефона?|puhelimesta|мобильн\p{L}{1,4}|(?:my|mail(?:\.ru)?|e-?mail) app|mail\.ru|яндекс\p{L}{0,2}|(?:windows|apple|free|k-9|orange)[ -]?mail)(?!\p{L})|我的|app\b|https?:/iu

/** What a telephone adds below what is written on it. */
export function isDeviceLine(line: string): boolean {
  const text = line.trim()
  if (text.length > 250) return false
  return (DEVICE_LINE.test(text) && OWNED.test(text)) || DEVICE_END.test(text)
}
