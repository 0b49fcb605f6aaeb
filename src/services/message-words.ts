import { cardWords } from '../domain/fit-cards.ts'
import { previewOf } from '../domain/message.ts'
import type { StoredMessage } from '../store/stored-message.ts'

/** What lists show of a message in one line. */
export function wordsOf({
  unsupported,
  text,
  cards = [],
}: Pick<StoredMessage, 'unsupported' | 'text' | 'cards'>): string {
  const words = unsupported ?? text
  return previewOf(words === '' && cards[0] ? cardWords(cards[0]) : words)
}
