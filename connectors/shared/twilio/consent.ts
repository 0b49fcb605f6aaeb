/** The words by which Twilio's filter itself stops a number (support article 223134027), whole messages only. */
const STOP_WORDS: ReadonlySet<string> = new Set([
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'OPTOUT',
  'REVOKE',
])
/** YES begins again, too, but is mostly an answer: it counts only where Twilio says what it took it for. */
const START_WORDS: ReadonlySet<string> = new Set(['START', 'UNSTOP'])

/**
 * What a message says of the customer's wish to get any more: Twilio's own judgement where it tells it, since a
 * messaging service may have words of its own; otherwise that of its filter.
 * @param byWord whether Twilio's filter watches this kind of channel
 * @returns true = no more, false = again, undefined = nothing
 */
export function consentIn(
  text: string,
  optOutType: string | undefined,
  byWord: boolean,
): boolean | undefined {
  if (optOutType !== undefined && optOutType !== '') {
    const type = optOutType.toUpperCase()
    return type === 'STOP' ? true : type === 'START' ? false : undefined
  }
  if (!byWord) return undefined
  const word = text.trim().toUpperCase()
  return STOP_WORDS.has(word) ? true : START_WORDS.has(word) ? false : undefined
}
