import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { dmarc } from 'mailauth/lib/dmarc/index.js'
import type { AuthenticationResult, LetterAuthentication } from '../../../src/domain/letter.ts'
import { provableLetter } from './provable-letter.ts'

/** Larger letters are not checked: their time would be that of the letters behind them. */
const MOST_BYTES = 14_000_000
/** After this long nothing more is asked or reckoned. */
const LIMIT_MS = 10_000
const MOST_QUESTIONS = 40
const CHUNK = 65_536

/** Asks the DNS, as `resolve` of node:dns/promises does. */
type Resolve = (name: string, type: string) => Promise<unknown>

type Signature = Awaited<ReturnType<typeof dkimVerify>>['results'][number]

/**
 * Checks DKIM and DMARC ourselves, where no trusted server has. Whoever handed the letter in is not known any more,
 * so SPF stays `none`. Never throws; undefined = not checked (too large, too slow, no letter). Where the DNS does not
 * answer, the results are `none`.
 */
export async function checkAuthentication(
  raw: Uint8Array,
  resolve: Resolve,
): Promise<LetterAuthentication | undefined> {
  if (raw.byteLength > MOST_BYTES) return undefined
  const letter = provableLetter(raw)
  if (letter === undefined) return undefined
  const expired = new AbortController()
  const timer = setTimeout(() => expired.abort(new Error('The check took too long')), LIMIT_MS)
  try {
    const resolver = boundedResolver(resolve, expired.signal)
    const checked = await dkimVerify(Readable.from(piecesOf(letter, expired.signal)), { resolver })
    if (checked.headerFrom.length === 0) return undefined
    const passed = checked.results.filter((each) => each.status.result === 'pass')
    return {
      spf: 'none',
      dkim: isOneSender(checked.headerFrom) ? dkimOf(checked.results) : 'none',
      dmarc: await dmarcOf(checked.headerFrom, checked.results, passed, resolver),
      by: 'tributary',
    }
  } catch {
    // Whatever a letter does to the check: it is shown as one that nobody has checked.
    return undefined
  } finally {
    clearTimeout(timer)
    expired.abort()
  }
}

/** Only a signature of the sender's own domain says who he is. */
function dkimOf(results: readonly Signature[]): AuthenticationResult {
  const passed = results.filter((each) => each.status.result === 'pass')
  if (passed.some((each) => Boolean(each.status.aligned))) return 'pass'
  const broken = results.some(({ status }) => status.result === 'fail' || status.comment === BODY_CHANGED)
  return passed.length === 0 && broken ? 'fail' : 'none'
}

const BODY_CHANGED = 'body hash did not verify'

/**
 * DMARC by DKIM alone. Without SPF, a letter that no signature proves may still be genuine: it is called a failure
 * only where the domain itself asks that such letters be turned away, which those ask who sign all they send.
 */
async function dmarcOf(
  headerFrom: readonly string[],
  results: readonly Signature[],
  passed: readonly Signature[],
  resolver: (name: string, type: string) => Promise<string[][]>,
): Promise<AuthenticationResult> {
  if (!isOneSender(headerFrom)) return 'fail'
  const found = await dmarc({
    headerFrom: headerFrom.slice(0, 1),
    spfDomains: [],
    dkimDomains: passed.map((each) => ({
      id: each.id ?? '',
      domain: each.signingDomain,
      aligned: Boolean(each.status.aligned),
    })),
    resolver,
  })
  if (found === false) return 'none'
  if (found.status.result === 'pass') {
    // The library takes strict alignment for relaxed.
    const strict = found.alignment?.dkim?.strict === true
    const own = domainOf(headerFrom[0] ?? '')
    return strict && !passed.some((each) => each.signingDomain.toLowerCase() === own) ? 'fail' : 'pass'
  }
  if (found.status.result !== 'fail') return 'none'
  const unanswered = results.some((each) => each.status.result === 'temperror')
  const policy = found.policy?.trim().toLowerCase()
  return !unanswered && (policy === 'reject' || policy === 'quarantine') ? 'fail' : 'none'
}

/** Programs differ in whom they show of several senders, so none of them is proven. */
function isOneSender(headerFrom: readonly string[]): boolean {
  return new Set(headerFrom.map(domainOf)).size === 1
}

function domainOf(address: string): string {
  return address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
}

/** The names come from the letter: only ones that can be names are asked, and not many. */
function boundedResolver(
  resolve: Resolve,
  signal: AbortSignal,
): (name: string, type: string) => Promise<string[][]> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(failure('ETIMEOUT')), { once: true })
  })
  late.catch(() => undefined)
  let asked = 0
  return async (name, type) => {
    asked += 1
    if (type !== 'TXT' || name.length > 253 || !/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/i.test(name)) {
      throw failure('ENOTFOUND')
    }
    if (asked > MOST_QUESTIONS || signal.aborted) throw failure('ETIMEOUT')
    const answer = await Promise.race([resolve(name, type), late])
    if (!Array.isArray(answer)) throw failure('ENODATA')
    return answer
      .slice(0, 50)
      .map((each: unknown) =>
        (Array.isArray(each) ? each : [each]).filter((text): text is string => typeof text === 'string'),
      )
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}

/** Piece by piece, so that others get their turn and an end can be made. */
async function* piecesOf(letter: Uint8Array, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let at = 0; at < letter.byteLength; at += CHUNK) {
    signal.throwIfAborted()
    yield Buffer.from(letter.subarray(at, at + CHUNK))
    await setImmediate()
  }
}
