import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'

/** Parameters of a form in the order of their first appearance; a name may come several times. */
export type Parameters = ReadonlyMap<string, readonly string[]>

/** Reads a form; never throws. */
export function parametersOf(form: string): Parameters {
  const parameters = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(form)) {
    const values = parameters.get(name)
    if (values) values.push(value)
    else parameters.set(name, [value])
  }
  return parameters
}

const BODY_HASH = 'bodySHA256'

/**
 * Whether Twilio signed a request (X-Twilio-Signature): HMAC-SHA1 with the account's auth token over the address it
 * called, followed by all parameters of a form in the order of their names. Another body is named in the address by its
 * SHA-256. Twilio is not of one mind about the port and about how a query is escaped, so what its own library takes
 * is taken.
 * @param publicUrl what Twilio was told to call, with the query that came
 */
export function isSigned(
  request: {
    readonly publicUrl: string
    readonly signature: string
    readonly body: Uint8Array
    readonly isForm: boolean
  },
  authToken: string,
): boolean {
  const { publicUrl, signature, body, isForm } = request
  const hash = bodyHashIn(publicUrl)
  if (hash !== undefined) {
    const actual = createHash('sha256').update(body).digest('hex')
    if (!isSame(hash, actual)) return false
  } else if (!isForm && body.length > 0) return false
  const signed = hash === undefined ? signedText(parametersOf(Buffer.from(body).toString('utf8'))) : ''
  let matches = false
  for (const url of spellingsOf(publicUrl)) {
    const expected = createHmac('sha1', authToken).update(`${url}${signed}`, 'utf8').digest('base64')
    if (isSame(signature, expected)) matches = true
  }
  return matches
}

function bodyHashIn(url: string): string | undefined {
  const query = url.indexOf('?')
  return query === -1 ? undefined : (new URLSearchParams(url.slice(query + 1)).get(BODY_HASH) ?? undefined)
}

function signedText(parameters: Parameters): string {
  return [...parameters.keys()]
    .sort()
    .flatMap((name) => [...new Set(parameters.get(name))].sort().map((value) => `${name}${value}`))
    .join('')
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** The forms in which Twilio may have signed an address. */
function spellingsOf(url: string): ReadonlySet<string> {
  const normal = URL.canParse(url) ? new URL(url).toString() : url
  const bothPorts = [withoutPort(normal), withPort(normal)]
  return new Set([withoutPort(url), withPort(url), ...bothPorts, ...bothPorts.map(withLegacyQuery)])
}

const ADDRESS = /^(https?:\/\/)((?:[^/?#]*@)?)(\[[^\]]*\]|[^:/?#]*)((?::\d*)?)(.*)$/is

function withoutPort(url: string): string {
  return url.replace(ADDRESS, '$1$2$3$5')
}

function withPort(url: string): string {
  return url.replace(
    ADDRESS,
    (whole, scheme: string, user: string, host: string, port: string, rest: string) =>
      port === ''
        ? `${scheme}${user}${host}:${scheme.toLowerCase() === 'https://' ? 443 : 80}${rest}`
        : whole,
  )
}

function withLegacyQuery(url: string): string {
  const query = url.indexOf('?')
  return query === -1 || query === url.length - 1
    ? url
    : `${url.slice(0, query)}?${stringify(parse(url.slice(query + 1)))}`
}
