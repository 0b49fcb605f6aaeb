/** A stretch of text that is an address of the web, or is none. */
export interface TextPart {
  readonly text: string
  readonly isAddress: boolean
}

const ADDRESS = /https?:\/\/[^\s<>"`|]+/gi
/** What ends a sentence rather than an address. */
const BEHIND = /[.,;:!?)\]}'*_~]+$/

/** Cuts a text into addresses and what stands between them; joined they are the text again. */
export function webAddresses(text: string): readonly TextPart[] {
  const parts: TextPart[] = []
  let at = 0
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutPunctuation(found)
    // Slack refuses a whole message for an address that is none.
    if (!URL.canParse(address)) continue
    if (index > at) parts.push({ text: text.slice(at, index), isAddress: false })
    parts.push({ text: address, isAddress: true })
    at = index + address.length
  }
  if (at < text.length) parts.push({ text: text.slice(at), isAddress: false })
  return parts
}

function withoutPunctuation(address: string): string {
  let end = address.length
  while (end > 0 && BEHIND.test(address[end - 1] ?? '')) end -= 1
  return address.slice(0, end)
}
