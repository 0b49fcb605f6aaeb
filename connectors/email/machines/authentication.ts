import { domainToASCII } from 'node:url'
import type { AuthenticationResult, LetterAuthentication } from '../../../src/domain/letter.ts'
import type { ReadMail } from '../read-mail.ts'
import type { MethodResult } from './authentication-results.ts'
import { readAuthenticationResults } from './authentication-results.ts'
import { headersOf } from './header-lines.ts'

/**
 * What is known of whether the letter is from whom it says. The uppermost Authentication-Results of a trusted server
 * decide: servers put theirs on top and take away those that came with their name. Anybody can write such a header
 * under another name; none of those is believed. Without one, what was `checked` by ourselves. `sender` is the address
 * that is shown: of several in a letter, the server may have proven another.
 */
export function authenticationOf(
  mail: ReadMail,
  authservIds: readonly string[],
  checked: LetterAuthentication | undefined,
  sender: string,
): LetterAuthentication | undefined {
  const trusted = new Set(authservIds.map((each) => each.toLowerCase()))
  if (trusted.size === 0) return checked
  for (const value of headersOf(mail, 'authentication-results').slice(0, MOST_HEADERS)) {
    const read = readAuthenticationResults(value)
    if (read === undefined || !trusted.has(read.authservId.toLowerCase())) continue
    return verdictOf(read.authservId, read.results, domainOf(sender))
  }
  return checked
}

const MOST_HEADERS = 50

function verdictOf(by: string, results: readonly MethodResult[], domain: string): LetterAuthentication {
  const of = (method: string) => results.filter((each) => each.method === method)
  const proven = of('dmarc').find(
    ({ properties: { 'header.from': from } }) => !from || domainOf(from) === domain,
  )
  const dmarc = simplified(proven?.result)
  return {
    spf: simplified(of('spf')[0]?.result),
    dkim: dkimOf(of('dkim'), domain, dmarc === 'pass'),
    dmarc,
    by: by.toLowerCase(),
  }
}

/**
 * A signature proves something of its own domain only: one of a mailing service's domain says nothing about the
 * sender. Where DMARC passed, the server has found domains that belong together, though their names do not show it.
 */
function dkimOf(results: readonly MethodResult[], domain: string, aligned: boolean): AuthenticationResult {
  const passed = results.filter((each) => each.result === 'pass')
  if (passed.some((each) => aligned || belongs(signerOf(each), domain))) return 'pass'
  return passed.length === 0 && results.some((each) => simplified(each.result) === 'fail') ? 'fail' : 'none'
}

function signerOf(result: MethodResult): string | undefined {
  const signer = result.properties['header.d'] ?? result.properties['header.i']
  return signer === undefined ? undefined : domainOf(signer)
}

/** One is the other's domain, or above or below it. A server that does not tell who signed is taken at its word. */
function belongs(signer: string | undefined, domain: string): boolean {
  if (signer === undefined) return true
  if (!signer.includes('.')) return false
  return signer === domain || domain.endsWith(`.${signer}`) || signer.endsWith(`.${domain}`)
}

/** Of an address or a domain, as the DNS knows it. */
function domainOf(address: string): string {
  const domain = address
    .slice(address.lastIndexOf('@') + 1)
    .trim()
    .toLowerCase()
  return domainToASCII(domain) || domain
}

/** `softfail` and errors that will last say no; where nothing could be found out, nothing is said. */
function simplified(result: string | undefined): AuthenticationResult {
  if (result === 'pass') return 'pass'
  return result === 'fail' || result === 'hardfail' || result === 'softfail' || result === 'policy'
    ? 'fail'
    : 'none'
}
