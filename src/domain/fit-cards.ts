import type { MessageCard } from './message-card.ts'

/** The most cards of one message. */
export const MOST_CARDS = 20

const TEXT_LENGTH = 500
const MOST_ADDRESSES = 20

/**
 * Of what a platform says beside a text, what can be shown: at most {@link MOST_CARDS} cards, texts on one line and
 * of bounded length, places on the earth. Pure and total: what does not fit is left out.
 */
export function fitCards(cards: readonly MessageCard[]): readonly MessageCard[] {
  return cards.slice(0, MOST_CARDS).flatMap((card) => fitCard(card) ?? [])
}

/** What a list shows of a card where a message has no text. */
export function cardWords(card: MessageCard): string {
  switch (card.kind) {
    case 'location':
      return card.name || card.address || `${card.latitude}, ${card.longitude}`
    case 'contact':
      return card.name
    case 'choice':
      return card.label
  }
}

function fitCard(card: MessageCard): MessageCard | undefined {
  switch (card.kind) {
    case 'location': {
      const { latitude, longitude } = card
      if (!isWithin(latitude, 90) || !isWithin(longitude, 180)) return undefined
      const name = line(card.name)
      const address = line(card.address)
      return {
        kind: 'location',
        latitude,
        longitude,
        ...(name === '' ? {} : { name }),
        ...(address === '' ? {} : { address }),
      }
    }
    case 'contact': {
      const [phones, emails] = [lines(card.phones), lines(card.emails)]
      const name = line(card.name) || phones[0] || emails[0] || ''
      return name === '' ? undefined : { kind: 'contact', name, phones, emails }
    }
    case 'choice': {
      const label = line(card.label)
      if (label === '') return undefined
      const payload = line(card.payload)
      return { kind: 'choice', label, ...(payload === '' ? {} : { payload }) }
    }
    default:
      return undefined
  }
}

const isWithin = (degrees: unknown, most: number): boolean =>
  typeof degrees === 'number' && Number.isFinite(degrees) && Math.abs(degrees) <= most

const line = (text: unknown): string =>
  typeof text === 'string'
    ? text
        .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]+/gu, ' ')
        .trim()
        .slice(0, TEXT_LENGTH)
    : ''

const lines = (texts: unknown): readonly string[] =>
  Array.isArray(texts)
    ? texts
        .slice(0, MOST_ADDRESSES)
        .map(line)
        .filter((text) => text !== '')
    : []
