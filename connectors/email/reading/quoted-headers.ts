/** The names of header lines that programs write above a quotation, by what they name. */
const QUOTED_HEADERS = {
  from: [
    'from',
    'de',
    'von',
    'da',
    'van',
    'fra',
    'från',
    'lähettäjä',
    'od',
    'nadawca',
    'от',
    'від',
    'odesílatel',
    'feladó',
    'kimden',
    'gönderen',
    'από',
    'expediteur',
    'expéditeur',
    'remitente',
    'mittente',
    'absender',
    'afzender',
    'avsändare',
    'de la',
    'từ',
    '差出人',
    '发件人',
    '發件人',
    '寄件者',
    '寄件人',
    '보낸 사람',
    '보낸사람',
    'מאת',
    'من',
  ],
  date: [
    'date',
    'sent',
    'envoyé',
    'envoyé le',
    'enviado',
    'enviado el',
    'enviada em',
    'enviado em',
    'fecha',
    'data',
    'datum',
    'gesendet',
    'inviato',
    'verzonden',
    'sendt',
    'skickat',
    'dato',
    'lähetetty',
    'päiväys',
    'wysłano',
    'wysłane',
    'дата',
    'отправлено',
    'надіслано',
    'odesláno',
    'datum odeslání',
    'elküldve',
    'dátum',
    'gönderildi',
    'tarih',
    'ημερομηνία',
    'στάλθηκε',
    'trimis',
    'ngày',
    '日時',
    '送信日時',
    '日期',
    '发送时间',
    '發送時間',
    '寄件日期',
    '보낸 날짜',
    '날짜',
    'תאריך',
    'נשלח',
    'تاريخ',
    'التاريخ',
  ],
  to: [
    'to',
    'à',
    'para',
    'an',
    'a',
    'aan',
    'til',
    'till',
    'vastaanottaja',
    'do',
    'кому',
    'komu',
    'címzett',
    'kime',
    'προς',
    'către',
    'tới',
    'destinataire',
    'destinatario',
    'empfänger',
    '宛先',
    '收件人',
    '收件者',
    '받는 사람',
    'אל',
    'إلى',
  ],
  subject: [
    'subject',
    'objet',
    'asunto',
    'assunto',
    'betreff',
    'oggetto',
    'onderwerp',
    'emne',
    'ämne',
    'aihe',
    'temat',
    'тема',
    'předmět',
    'predmet',
    'tárgy',
    'konu',
    'θέμα',
    'subiect',
    'chủ đề',
    '件名',
    '主题',
    '主題',
    '主旨',
    '제목',
    'נושא',
    'الموضوع',
  ],
  other: [
    'cc',
    'bcc',
    'cci',
    'kopie',
    'copie à',
    'kopia',
    'копия',
    'копія',
    'reply-to',
    'répondre à',
    'antwort an',
    'importance',
    'priority',
    'attachments',
    'organization',
    'mailed-by',
    'ccopy',
    '参照',
    '抄送',
    '副本',
    '참조',
  ],
} as const
/** One of {@link QUOTED_HEADERS}. */
export type QuotedHeader = keyof typeof QUOTED_HEADERS

const HEADER_LINE = /^[\s>|]{0,40}\*{0,2}([\p{L}][\p{L} -]{0,19}?)\*{0,2}\s?[:：]\*{0,2}(?:\s+(.*)|$)/u
const KIND_OF = new Map<string, QuotedHeader>(
  Object.entries(QUOTED_HEADERS).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as QuotedHeader] as const),
  ),
)

/** What a line such as "*From:* Ada <ada@example.org>" names, and its value. */
export function quotedHeaderOf(
  line: string,
): { readonly kind: QuotedHeader; readonly value: string } | undefined {
  const match = HEADER_LINE.exec(line.slice(0, 1_000))
  const kind = KIND_OF.get((match?.[1] ?? '').trim().toLowerCase())
  return kind === undefined ? undefined : { kind, value: (match?.[2] ?? '').trim() }
}

/** Words for a date that people write, too; the other names of {@link QUOTED_HEADERS} say that something was sent. */
const PLAIN_DATES =
  /^[\s>|*]*(?:date|fecha|data|datum|dato|päiväys|дата|dátum|tarih|ημερομηνία|ngày|日時|日期|날짜|תאריך|تاريخ|التاريخ)\*{0,2}\s?[:：]/iu

/**
 * Whether lines are the head of a letter: at least three, one says from whom, and another has what only letters have,
 * a subject, an address or when it was sent. Who orders a transport writes from where to where and when as well.
 */
export function isLetterHead(lines: readonly string[]): boolean {
  const headers = lines.flatMap((line) => {
    const header = quotedHeaderOf(line)
    return header === undefined ? [] : [{ ...header, line }]
  })
  const isProof = ({ kind, value, line }: (typeof headers)[number]): boolean =>
    kind === 'subject' || value.includes('@') || (kind === 'date' && !PLAIN_DATES.test(line))
  return headers.length >= 3 && headers.some(({ kind }) => kind === 'from') && headers.some(isProof)
}
