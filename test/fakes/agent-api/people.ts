/** A customer of the demo shop and what he came with. */
export interface DemoCustomer {
  readonly name: string
  readonly email?: string
  readonly opening: string
  readonly answer: string
  readonly tags?: readonly string[]
}

/** Colleagues of the demo workspace; the first is the owner who signs in. */
export const COLLEAGUES = [
  {
    name: 'Ana Lindqvist',
    email: 'ana@harbour.example',
    role: 'owner',
    availability: 'online',
    present: true,
  },
  {
    name: 'Bruno Okafor',
    email: 'bruno@harbour.example',
    role: 'admin',
    availability: 'online',
    present: true,
  },
  {
    name: 'Chiara Rossi',
    email: 'chiara@harbour.example',
    role: 'supervisor',
    availability: 'away',
    present: true,
  },
  {
    name: 'דניאל כהן',
    email: 'daniel@harbour.example',
    role: 'agent',
    availability: 'online',
    present: false,
  },
  {
    name: 'Emil Haugen',
    email: 'emil@harbour.example',
    role: 'agent',
    availability: 'offline',
    present: false,
  },
] as const

/** Customers; more of them are made by walking the list again. */
export const CUSTOMERS: readonly DemoCustomer[] = [
  {
    name: 'Maja Sørensen',
    email: 'maja@fjordmail.example',
    opening: 'Hi! My dry bag arrived with a torn seam – can I get a replacement before Friday?',
    answer: 'Oh no, I am sorry about that. Could you send us a picture of the seam?',
    tags: ['warranty', 'dry bags'],
  },
  {
    name: 'ليلى حداد',
    email: 'layla@example.net',
    opening: 'مرحبا، هل يمكنكم الشحن إلى دبي خلال أسبوع؟',
    answer: 'أهلاً ليلى! نعم، الشحن السريع يستغرق أربعة أيام.',
    tags: ['shipping'],
  },
  {
    name: 'Tom Whitfield',
    email: 'tom.whitfield@example.org',
    opening: 'The invoice for order 20881 shows the wrong VAT number. Could you correct it?',
    answer: 'Of course. Which VAT number should be on it?',
    tags: ['billing'],
  },
  {
    name: 'Ines Duarte',
    opening: 'Do the 38 L backpacks fit as cabin luggage?',
    answer: 'They do with most airlines: 52 × 32 × 20 cm when packed.',
  },
  {
    name: 'Marek Nowak',
    email: 'marek@kayak-klub.example',
    opening: 'We would like to order 24 paddles for our club. Is there a discount?',
    answer: 'For more than 20 pieces we give 12 %. Shall I send you an offer?',
    tags: ['wholesale', 'vip'],
  },
  {
    name: 'Visitor 4471',
    opening: 'hello is anyone there',
    answer: 'Good morning! Yes, how can I help?',
  },
  {
    name: 'Hanna Virtanen',
    email: 'hanna@example.fi',
    opening: 'My tracking number has not moved for three days: https://track.example/FI-88213',
    answer: 'I have asked the carrier and will come back to you today.',
    tags: ['shipping'],
  },
  {
    name: 'Oluwaseun Adeyemi',
    email: 'seun@example.com',
    opening: 'Please cancel my order 20902, I ordered the wrong size.',
    answer: 'Done – the money is on its way back. Would you like the right size instead?',
    tags: ['returns'],
  },
  {
    name: 'נועה ברק',
    opening: 'היי, האם המעיל אטום לגמרי למים?',
    answer: 'כן, עמוד מים של 20,000 מ״מ.',
  },
  {
    name: 'Claire Dubois-Lefèvre de la Tour',
    email: 'claire@example.fr',
    opening: 'Bonjour, mon code promo « AUTOMNE » ne fonctionne pas dans le panier.',
    answer: 'Bonjour Claire, il est valable à partir de 60 €. Je peux vérifier votre panier si vous voulez.',
  },
  { name: 'Yuki 田中', opening: '在庫はいつ戻りますか？', answer: '来週の火曜日に入荷予定です。' },
  {
    name: 'Greta Baumann',
    email: 'greta@example.de',
    opening: 'Kann ich die Jacke im Laden in Kiel anprobieren?',
    answer: 'Ja, in S bis XL. Wir haben bis 18 Uhr geöffnet.',
    tags: ['store'],
  },
]

/** What is said in the middle of long threads. */
export const SMALL_TALK = [
  'Thank you!',
  'That works for me.',
  'One moment, I will look for it.',
  'It is the blue one, size M.',
  'Perfect 👍',
  'Could you also tell me how long the repair would take? I am leaving on a trip in two weeks and would like to take it with me, otherwise I would have to borrow one from a friend.',
  'Usually three to five working days.',
  '🎉',
  'Here is the order number: 20877.',
]
