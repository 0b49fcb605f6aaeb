/** Why a letter was not delivered, with what an agent reads about it. */
const REASONS = {
  'mailbox-unknown': 'There is no mailbox of this address',
  'mailbox-full': 'The mailbox is full',
  'mailbox-disabled': 'The mailbox is disabled',
  'mailbox-moved': 'The mailbox has moved to another address',
  'domain-not-found': 'The domain of the address does not exist or takes no mail',
  'host-unreachable': 'The mail server of the address could not be reached',
  blocked: 'The mail server of the address blocks our mail server',
  'rate-limited': 'Too much mail was sent at once',
  'authentication-failed': 'The proof that we are the sender was missing or wrong (SPF, DKIM, DMARC)',
  'sender-rejected': 'The sender’s address was refused',
  'rejected-content': 'The content was taken for unwanted mail',
  virus: 'The content was taken for harmful',
  'too-large': 'The letter is too large',
  'relay-refused': 'The mail server does not take mail for this address',
  'not-permitted': 'Only certain senders may write to this address',
  'encryption-required':
    'The mail server of the address wants an encrypted connection that could not be made',
  'mail-loop': 'The letter went in circles between mail servers',
  expired: 'The letter could not be delivered for too long',
  policy: 'The mail server of the address refused the letter by its policy',
  'protocol-error': 'The mail servers did not understand each other',
  'system-error': 'The mail server of the address had a fault',
  complaint: 'The recipient reported the letter as unwanted',
  other: 'The letter was not delivered',
} as const satisfies Record<string, string>
/** One of the reasons. */
export type ReasonCode = keyof typeof REASONS

/** What is certain when a server says it. The order decides: what is rarer and clearer comes first. */
const CLEAR: readonly (readonly [ReasonCode, RegExp])[] = [
  ['blocked', /spamhaus|spamcop|\bsorbs\b|barracudacentral|\bdnsbl|uribl|surbl|\brbl\b|banned sending ip/],
  ['virus', /\bvirus|malware|infected|ウイルス/],
  [
    'mailbox-full',
    /quota|mail ?box (?:is |was |size )?(?:full|exceeded|has exceeded)|mailbox size limit|full mailbox|(?:mail)?folder is full|storage (?:limit|space|quota)|out of (?:disk )?(?:space|storage)|not enough (?:storage|disk|space)|insufficient (?:storage|disk) space|exceed[a-z]* (?:its |the |their )?(?:allowed size|mailbox|storage|local limit)|exceeded the local limit|too much mail data|has too many messages|user is over|容量(?:が)?(?:オーバー|超)|いっぱい|переполнен|voll\b|mailbox \S{1,100} is full|empfänger.{0,20}voll/,
  ],
  [
    'too-large',
    /message (?:is )?(?:size |length )?(?:too (?:large|big|long)|exceeds|limit)|size (?:limit|exceed)|exceed[a-z]* (?:the )?(?:maximum|max|fixed|message|size)|too (?:large|big) (?:for|message)|max(?:imum)? (?:message|mail) ?size|file too big/,
  ],
  ['mail-loop', /too many hops|hop ?count|\bloop(?:s|ing|ed)?\b|routing loop|circular/],
  [
    'relay-refused',
    /relay(?:ing)?[ :-]{0,3}(?:access |is |mail |recipient )?(?:denied|not |prohibited|disallowed|refused|forbidden)|unable to relay|not (?:a |an open )?relay|do(?:es)? not relay|cannot relay|rcpthosts|cannot route to/,
  ],
  [
    'authentication-failed',
    /\bdmarc\b|\bdkim\b|\bspf\b|sender policy framework|unauthenticated (?:email|mail|senders?)|authentication (?:checks?|results?|fail)|reverse dns|\brdns\b|\bptr\b|fcrdns|sender id/,
  ],
  [
    'mailbox-disabled',
    /(?:account|mailbox|user|recipient|address)[^.\n]{0,60}(?:disabled|inactive|suspended|deactivated|frozen|locked|closed|expired)|(?:disabled|inactive|suspended|blocked) (?:account|mailbox|recipient|user)|no longer (?:active|available|on|accept|valid|in use)|not accepting (?:mail|messages)|delivery restriction|out of service/,
  ],
  ['mailbox-moved', /(?:has|have) moved|moved (?:permanently )?to|forwarding to|please use .{1,80} instead/],
  [
    'mailbox-unknown',
    /user[ -]?unknown|unknown (?:user|recipient|mailbox|account|local|address|or illegal alias)|(?:no|not a|any) such (?:a )?(?:user|mailbox|recipient|address|person|account|local|alias|id)|(?:recipient|user|mailbox|address|account)[^.\n]{0,80}(?:not found|unknown|not exist|n.t exist|not recognized|not listed|not valid|invalid|undeliverable|unavailable|could not be found|can ?not be found|is incorrect|possibly incorrect)|(?:does ?n.t|does not) have an? [^\n]{0,80}account|not our customer|recipnotfound|recipient name is not|no mailbox|no valid recipients?|not (?:a )?(?:known|valid) (?:user|recipient|mailbox|address)|invalid (?:recipient|mailbox|user|final delivery|address|e-?mail)|not listed in|bad destination mailbox|name & address book|spelled or formatted|may not exist|(?:見つか|存在し|登録され)[^。\n]{0,6}ません|あて先不明|宛先不明|не найден|не существует|недействител|nicht gefunden|unbekannt|existe pas|no existe|不存在/,
  ],
  [
    'domain-not-found',
    /(?:host|domain|name) (?:name )?(?:unknown|not found|does not exist|not known)|unknown (?:host|domain)|host or domain|name service error|nxdomain|no such (?:host|domain)|unrout(?:e)?able|could ?n.t find any host|no mx\b|null ?mx|mx or srv record|domain (?:does not|is not|could not)[^.\n]{0,40}|dns (?:error|fail|lookup fail|server returned)|bad destination (?:system|host)|illegal host|name or service not/,
  ],
  [
    'expired',
    /in (?:the )?queue too long|retry time(?:out)? exceeded|retry timeout|(?:message|delivery time|queue) (?:has )?expired|delivery expired|could not be delivered for \d|could not deliver for the last|unable to deliver .{0,60} for \d|cannot send message for|too old|maximum (?:time|retries)|message timed out|failed \d{1,4} (?:attempts|times)/,
  ],
  [
    'host-unreachable',
    /connection (?:was )?(?:timed out|timeout|refused|reset|closed|failure|failed|died|dropped|lost|error)|timed? ?out|no route to host|network (?:error|is unreachable|unreachable)|host (?:is )?(?:unreachable|down)|could ?n[o']t (?:connect|establish)|unable to connect|lost connection|accept our requests to connect|socket error|no answer from|not reachable|can't connect|no smtp connection|接続/,
  ],
  ['encryption-required', /starttls|\btls\b|encryption (?:required|needed)|certificate/],
  [
    'rate-limited',
    /rate[ -]?limit|too many (?:messages|mails|emails|connections|recipients|concurrent|requests|errors)|throttl|exceed[a-z]* (?:the |your |its )?[^.\n]{0,30}(?:rate|sending|hourly|daily|per (?:hour|day|minute))|receiving mail (?:too quickly|at a rate)|unusual rate|unexpected volume|frequency limit|sent too (?:fast|much)|sending limit|daily (?:limit|quota)/,
  ],
]

/** Words that are said for several reasons: a clear status code goes before them. */
const VAGUE: readonly (readonly [ReasonCode, RegExp])[] = [
  [
    'blocked',
    /block(?:ed|s|ing|list| list)|black ?list|\bbanned\b|reputation|access denied|forbidden|unfortunately, messages from|not accept (?:mail|connections?) from|listed (?:at|in|by|on)|client host rejected|suspicious|invalid ip for sending|dynamic/,
  ],
  [
    'rejected-content',
    /\bspam|unsolicited|bulk ?mail|content (?:reject|filter|denied|blocked|policy|restrict|not)|(?:rejected|prohibited|malicious|offensive) (?:message )?(?:content|attachment)|message content|\bube\b|\bjunk|attachment|header error|media error|looks like|phish|forbidden (?:content|header|file)|conversion|illegal attachment|bare lf|line (?:too|exceeds)|迷惑メール/,
  ],
  [
    'sender-rejected',
    /sender (?:address |domain |was )?(?:rejected|denied|refused|invalid|verify|is not|not|does|must)|(?:invalid|bad|unknown|unresolvable) (?:sender|return|from)|(?:sender|from).{0,80}(?:does not exist|is invalid|not allowed)|domain of sender|envelope[- ]sender/,
  ],
  [
    'not-permitted',
    /not (?:authori[sz]ed|allowed|permitted)|permission to|restricted|not (?:a )?member|requires? (?:smtp )?authentication|authentication (?:is )?required|only accepts?|moderat|closed group|許可/,
  ],
  ['policy', /polic(?:y|ies)|prohibited|access (?:was )?(?:refused|rejected)|administrative|拒否/],
  [
    'system-error',
    /system (?:error|config|not accepting|resources|full|problem)|(?:local|internal|server|configuration|processing) (?:error|problem|failure|fault)|service (?:is )?(?:currently )?unavailable|temporar|try later|i\/o error|misconfig|disk full|too many open|try again later|greylist|graylist|out of memory|cannot (?:open|append|create)|permission denied|command (?:failed|died)|lmtp transmission/,
  ],
  [
    'protocol-error',
    /syntax|bad sequence|command (?:not|unrec|unkn|out)|unrecognized command|need (?:rcpt|mail)|protocol|unexpected|invalid command|parameters?/,
  ],
]

/** What enhanced status codes mean (RFC 3463, RFC 7505, IANA's registry; 5.7.5xx and higher as Microsoft says). */
const STATUSES: readonly (readonly [RegExp, ReasonCode])[] = [
  [/^1\.(?:1|3|4)$/, 'mailbox-unknown'],
  [/^1\.(?:2|10)$/, 'domain-not-found'],
  [/^1\.6$/, 'mailbox-moved'],
  [/^1\.[789]$/, 'sender-rejected'],
  [/^2\.1$/, 'mailbox-disabled'],
  [/^2\.2$/, 'mailbox-full'],
  [/^[23]\.[34]$/, 'too-large'],
  [/^3\.\d+$/, 'system-error'],
  [/^4\.(?:3|4|8)$/, 'domain-not-found'],
  [/^4\.(?:1|2|5|9)$/, 'host-unreachable'],
  [/^4\.6$/, 'mail-loop'],
  [/^4\.7$/, 'expired'],
  [/^6\.\d+$/, 'rejected-content'],
  [/^7\.(?:2|3|12[0-9]|13[0-9])$/, 'not-permitted'],
  [/^7\.27$/, 'sender-rejected'],
  [/^7\.(?:2\d)$/, 'authentication-failed'],
  [/^7\.(?:10|11)$/, 'encryption-required'],
  [/^7\.(?:[5-8]\d\d)$/, 'blocked'],
]
/** Used when no words tell more. */
const LAST_STATUSES: readonly (readonly [RegExp, ReasonCode])[] = [
  [/^1\.\d+$/, 'mailbox-unknown'],
  [/^4\.\d+$/, 'host-unreachable'],
  [/^7\.\d+$/, 'policy'],
  [/^5\.[1-9]\d*$/, 'protocol-error'],
]

/** The reason of a failure, from the server's words and its status code. */
export function reasonOf(words: string, status: string | undefined): ReasonCode | undefined {
  const lower = words.slice(0, 4000).toLowerCase()
  const detail = status?.slice(2) ?? ''
  return (
    CLEAR.find(([, pattern]) => pattern.test(lower))?.[0] ??
    STATUSES.find(([pattern]) => pattern.test(detail))?.[1] ??
    VAGUE.find(([, pattern]) => pattern.test(lower))?.[0] ??
    LAST_STATUSES.find(([pattern]) => pattern.test(detail))?.[1]
  )
}

const MOST_DETAIL = 500

/** The reason in words and, behind them, what the server said: one line of at most 500 characters. */
export function inWords(code: ReasonCode, action: 'failed' | 'delayed' | 'other', server: string): string {
  const outcome = action === 'delayed' ? 'Not delivered yet, it will be tried again. ' : ''
  const said = oneLine(server)
  const words = `${outcome}${REASONS[code]}.`
  return oneLine((said === '' ? words : `${words} The server said: ${said}`).slice(0, MOST_DETAIL))
}

function oneLine(text: string): string {
  const cut = text.slice(0, 2000)
  return cut
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}
