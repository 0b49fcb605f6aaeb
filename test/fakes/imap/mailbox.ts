/** A folder as an IMAP server keeps it. */
export interface FakeLetter {
  uid: number
  readonly raw: Buffer
  readonly date: Date
  /** It has its UID already, but the server does not show it yet. */
  hidden: boolean
}

export interface FakeMailbox {
  uidValidity: number
  uidNext: number
  letters: FakeLetter[]
}

export const emptyMailbox = (): FakeMailbox => ({ uidValidity: 1, uidNext: 1, letters: [] })

export function addLetter(
  box: FakeMailbox,
  raw: string,
  options: { readonly hidden?: boolean } = {},
): FakeLetter {
  const letter = {
    uid: box.uidNext,
    raw: Buffer.from(raw),
    date: new Date(),
    hidden: options.hidden ?? false,
  }
  box.uidNext += 1
  box.letters.push(letter)
  return letter
}

/** As after a restored backup: every letter gets another number. */
export function renumber(box: FakeMailbox): void {
  box.uidValidity += 1
  box.letters.forEach((letter, index) => {
    letter.uid = index + 1
  })
  box.uidNext = box.letters.length + 1
}

export const shown = (box: FakeMailbox): readonly FakeLetter[] =>
  box.letters.filter(({ hidden }) => !hidden).sort((a, b) => a.uid - b.uid)

/** Whether a UID is in a sequence set; `*` is the highest UID there is, and a range may run backwards. */
export function inSet(set: string, uid: number, highest: number): boolean {
  return set.split(',').some((range) => {
    const [first = '', last = first] = range.split(':')
    const [a, b] = [first, last].map((text) => (text === '*' ? highest : Number(text))) as [number, number]
    return Math.min(a, b) <= uid && uid <= Math.max(a, b)
  })
}
