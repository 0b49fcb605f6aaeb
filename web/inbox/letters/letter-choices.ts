/** Choices of how letters are read, kept in this browser. */
const FORM = 'tributary-letter-form'
const SENDERS = 'tributary-pictures-from'
const MOST_SENDERS = 500

/** Formatted as the sender made it, or plain text. */
export type LetterForm = 'html' | 'text'

/** Which form letters open in. */
export function readForm(): LetterForm {
  try {
    return localStorage.getItem(FORM) === 'text' ? 'text' : 'html'
  } catch {
    return 'html'
  }
}

export function keepForm(form: LetterForm): void {
  try {
    localStorage.setItem(FORM, form)
  } catch {
    // Without storage every letter opens formatted.
  }
}

function senders(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(SENDERS) ?? '[]')
    return Array.isArray(stored) ? stored.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}

/** Whether the agent said that pictures of a sender are always shown. */
export const trustsPictures = (address: string): boolean => senders().includes(address.toLowerCase())

export function trustPictures(address: string): void {
  const kept = senders().filter((one) => one !== address.toLowerCase())
  try {
    localStorage.setItem(SENDERS, JSON.stringify([...kept, address.toLowerCase()].slice(-MOST_SENDERS)))
  } catch {
    // A forbidden or full storage costs only the memory.
  }
}
