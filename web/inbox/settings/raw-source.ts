/** A raw source made readable: as text where it is UTF-8, else as it came, in base64. */
export function readSource(base64: string): { readonly text: string; readonly isText: boolean } {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return { text: pretty(text), isText: true }
  } catch {
    return { text: base64, isText: false }
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
