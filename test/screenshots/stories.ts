/** What one customer of the photographed workspace wrote, and what became of it. */
export interface Story {
  readonly name: string
  readonly says: string
  /** He sends a picture of the product along. */
  readonly picture?: true
  readonly replies?: readonly string[]
  readonly note?: string
  readonly status?: 'pending' | 'snoozed' | 'resolved'
}

/** The newest comes last and stands on top of the list. */
export const STORIES: readonly Story[] = [
  {
    name: 'Jonas Weber',
    says: 'The invoice of last month has my old address on it.',
    replies: ['Thank you, Jonas. I have corrected it; the new one is in your mailbox.'],
    status: 'resolved',
  },
  {
    name: 'Priya Nair',
    says: 'Could you keep one of the blue bowls for me until Friday?',
    replies: ['With pleasure. It is set aside under your name until Friday evening.'],
    status: 'snoozed',
  },
  { name: 'Ahmed Mansour', says: 'My parcel says delivered, but nothing is here.' },
  {
    name: 'Sofia Costa',
    says: 'Is the linen throw machine washable?',
    replies: ['It is: 30 degrees, and dry it flat.'],
  },
  { name: 'Tom Okafor', says: 'Do you have a voucher I could give as a present?' },
  { name: 'Elin Sandberg', says: 'Can I still change the colour of my order 20417?' },
  {
    name: 'Maya Lindqvist',
    says: 'Hello! Is this vase in stock? I would need two by Saturday.',
    picture: true,
    replies: [
      'Hello Maya! Yes, three are left, and two of them are now set aside for you.',
      'Ordered before noon tomorrow, they reach you on Friday.',
    ],
    note: 'Regular customer: pack them with the thick paper, the last one arrived chipped.',
  },
]

/** Customers who come when everybody is full. */
export const WAITING: readonly Story[] = [
  { name: 'Noor Rahman', says: 'My table lamp flickers. Can you send me a new bulb holder?' },
  { name: 'Greta Baumann', says: 'I was charged twice for order 20388.' },
  { name: 'Yusuf Demir', says: 'Which of your rugs can take a dog?' },
  { name: 'Clara Nyström', says: 'Kan jag hämta min beställning i butiken på lördag?' },
]

/** One picture of the widget: what is asked in it, and answered. */
export interface Shot {
  readonly name: string
  readonly phone: boolean
  readonly asks: string
  readonly answer: string
  readonly locale?: string
}

/** The pictures of the widget. */
export const SHOTS: readonly Shot[] = [
  {
    name: 'widget',
    phone: false,
    asks: 'Do you ship to Norway?',
    answer: 'We do! It takes four days, and is free from € 60.',
  },
  {
    name: 'widget-phone-arabic',
    phone: true,
    asks: 'هل تشحنون إلى عمّان؟',
    answer: 'نعم، ويستغرق الشحن أسبوعًا تقريبًا.',
    locale: 'ar',
  },
]
