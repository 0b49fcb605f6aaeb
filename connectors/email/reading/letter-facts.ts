import type { LetterAuthentication } from '../../../src/domain/letter.ts'

/** {@link LetterFacts} read back from the journal's texts. */
export interface KnownFacts {
  readonly internalDateMs?: number
  readonly ownAddresses: readonly string[]
  readonly authservIds: readonly string[]
  readonly checked?: LetterAuthentication
}

const RESULTS = new Set<unknown>(['pass', 'fail', 'none'])

/** Total: a fact that is missing or untrue is as if it were not there. */
export function knownFacts(facts: Readonly<Record<string, string>>): KnownFacts {
  const received = Number(facts['internalDateMs'] || Number.NaN)
  const checked = checkedOf(facts['checked'] ?? '')
  return {
    ...(Number.isSafeInteger(received) && received > 0 && { internalDateMs: received }),
    ownAddresses: wordsOf(facts['ownAddresses']),
    authservIds: wordsOf(facts['authservIds']),
    ...(checked !== undefined && { checked }),
  }
}

const wordsOf = (text: string | undefined): string[] =>
  (text ?? '')
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '')

function checkedOf(json: string): LetterAuthentication | undefined {
  if (json === '') return undefined
  try {
    const value: unknown = JSON.parse(json)
    return isAuthentication(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAuthentication(value: unknown): value is LetterAuthentication {
  if (typeof value !== 'object' || value === null) return false
  const { spf, dkim, dmarc, by } = value as Readonly<Record<string, unknown>>
  return RESULTS.has(spf) && RESULTS.has(dkim) && RESULTS.has(dmarc) && typeof by === 'string'
}
