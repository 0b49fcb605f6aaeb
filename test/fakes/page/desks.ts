/** The fakes behind the page, each with the people who write on it. */
import { readFile } from 'node:fs/promises'
import { delivery, INBOUND_SECRET, OUTBOUND_SECRET, type Partner, startPartner } from '../custom/partner.ts'
import { deliverAll } from '../provider/provider-server.ts'
import { startFakeSlack } from '../slack/server.ts'
import { startFakeTelegram } from '../telegram/fake-telegram.ts'
import { type FakeTwilio, startFakeTwilio } from '../twilio/fake-twilio.ts'
import { SAMPLE_CONTENTS } from '../twilio/sample-contents.ts'
import { type Deed, type Line, PEOPLE, PICTURE, PLACE, type PlatformDesk } from './platform-desk.ts'

const NUMBERS = ['+4915112345601', '+4915112345602', '+4915112345603'] as const
/** Ids that no earlier run has used: the workspace's data outlives the fakes. */
const RUN = Math.floor(Date.now() / 1_000)

const nth = <T>(items: readonly T[], place: number): T => {
  const item = items[place]
  if (item === undefined) throw new Error(`there is no person ${place}`)
  return item
}

/** Starts every fake, on ports that stay the same. @param base the port of the first one */
export async function startDesks(base: number): Promise<readonly PlatformDesk[]> {
  const twilio = await startFakeTwilio({ port: base + 1, contents: SAMPLE_CONTENTS })
  twilio.onSend(() => ({ delayMs: 1_500 }))
  return [
    twilioDesk(twilio, 'whatsapp'),
    twilioDesk(twilio, 'sms'),
    await telegramDesk(base + 2),
    await slackDesk(base + 3),
    await partnerDesk(base + 4),
  ]
}

/** Both kinds share one account, which is stopped with the first. */
function twilioDesk(fake: FakeTwilio, type: 'whatsapp' | 'sms'): PlatformDesk {
  const isWhatsApp = type === 'whatsapp'
  const addressOf = (person: number): string => `${isWhatsApp ? 'whatsapp:' : ''}${nth(NUMBERS, person)}`
  let webhookUrl = ''
  const latest = (person: number) => fake.sent().findLast(({ to }) => to === addressOf(person))
  return {
    type,
    name: isWhatsApp ? 'WhatsApp (fake)' : 'SMS (fake)',
    config: {
      accountSid: fake.accountSid,
      authToken: fake.authToken,
      sender: 'number',
      number: isWhatsApp ? (fake.state.senders[0]?.number ?? '') : (fake.state.numbers[0]?.phoneNumber ?? ''),
      apiBaseUrl: fake.url,
      ...(isWhatsApp ? { contentBaseUrl: fake.url } : {}),
    },
    can: isWhatsApp ? ['picture', 'location', 'button', 'read'] : ['picture'],
    pointAt: (address) => {
      webhookUrl = address
    },
    async does(person, deed) {
      if (deed.kind === 'read') {
        const message = latest(person)
        if (message) await fake.reports(message.sid, 'read')
        return
      }
      fake.pointAt(webhookUrl)
      await fake.writes(addressOf(person), { profileName: nth(PEOPLE, person), ...twilioWords(deed) })
    },
    thread: (person) =>
      fake.state.messages
        .filter(({ from, to }) => from === addressOf(person) || to === addressOf(person))
        .map(
          (message): Line => ({
            by: message.direction === 'inbound' ? 'customer' : 'workspace',
            text: message.body,
            files: [...message.media.map(({ contentType }) => contentType), ...message.mediaUrls],
            state: message.direction === 'inbound' ? '' : message.status,
            atMs: message.createdAtMs,
          }),
        ),
    misbehave: fake.misbehave,
    isSend: ({ method, url }) => method === 'POST' && url.endsWith('/Messages.json'),
    stop: () => (isWhatsApp ? fake.close() : Promise.resolve()),
  }
}

function twilioWords(deed: Exclude<Deed, { kind: 'read' }>) {
  switch (deed.kind) {
    case 'text':
      return { text: deed.text }
    case 'picture':
      return { text: deed.text, media: [{ contentType: 'image/png', bytes: PICTURE }] }
    case 'location':
      return { location: PLACE }
    case 'button':
      return { button: { text: deed.text, payload: deed.text.toLowerCase() } }
  }
}

async function telegramDesk(port: number): Promise<PlatformDesk> {
  const fake = await startFakeTelegram({ port, firstUpdateId: RUN })
  const people = PEOPLE.map((name, place) => {
    const [first_name = name, last_name = ''] = name.split(' ')
    return fake.customer({ id: RUN * 10 + place, first_name, last_name })
  })
  return {
    type: 'telegram',
    name: 'Telegram (fake)',
    config: { botToken: fake.token, receive: 'polling', apiBaseUrl: fake.url },
    can: ['picture', 'location', 'button'],
    pointAt: () => undefined,
    async does(person, deed) {
      const customer = nth(people, person)
      if (deed.kind === 'picture') customer.sendsPhoto(PICTURE, { caption: deed.text })
      else if (deed.kind === 'location') customer.sendsLocation(PLACE.latitude, PLACE.longitude)
      else if (deed.kind === 'button') customer.presses(customer.received().at(-1)?.messageId ?? 0, deed.text)
      else if (deed.kind === 'text') customer.says(deed.text)
    },
    thread: (person) =>
      nth(people, person)
        .chat()
        .filter(({ deleted }) => !deleted)
        .map((message) => ({
          by: message.byBot ? 'workspace' : 'customer',
          text: message.text,
          files: message.file ? [message.file.name] : [],
          state: message.edits > 0 ? 'edited' : '',
          atMs: message.atMs,
        })),
    misbehave: fake.server.misbehave,
    isSend: ({ url }) => /\/(send|edit|copy)[A-Z]\w*(\?|$)/.test(url),
    stop: fake.close,
  }
}

async function slackDesk(port: number): Promise<PlatformDesk> {
  const fake = await startFakeSlack({ port })
  const { workspace } = fake
  const people = PEOPLE.map((name) => fake.addUser(name, { email: `${name.split(' ')[0]}@friends.example` }))
  const direct = people.map((id) => workspace.directOf(id))
  let ids = 0
  workspace.nextId = (letter) => {
    ids += 1
    return `${letter}${(RUN * 1_000 + ids).toString(36).toUpperCase()}`
  }
  fake.sendTo({ kind: 'sockets' })
  return {
    type: 'slack',
    name: 'Slack (fake)',
    config: { ...fake.settings, receive: 'socket' },
    can: ['picture'],
    pointAt: () => undefined,
    async does(person, deed) {
      if (deed.kind !== 'text' && deed.kind !== 'picture') return
      const files =
        deed.kind === 'picture' ? [{ name: 'picture.png', bytes: PICTURE, contentType: 'image/png' }] : []
      await fake.tell(fake.says(nth(people, person), deed.text, { files }).events)
    },
    thread: (person) =>
      nth(direct, person).messages.map((message) => ({
        by: message.bot_id === workspace.bot.botId ? 'workspace' : 'customer',
        text: message.text,
        files: (message.files ?? []).map(({ name }) => name),
        state: message.edited ? 'edited' : '',
        atMs: Number(message.ts) * 1_000,
      })),
    misbehave: fake.provider.misbehave,
    isSend: ({ url }) => /\/(chat\.postMessage|files\.)/.test(url),
    stop: fake.close,
  }
}

async function partnerDesk(port: number): Promise<PlatformDesk> {
  const partner = await startPartner({ port })
  const written: (Line & { readonly person: number })[] = []
  let webhookUrl = ''
  let ids = 0
  const tell = async (body: object): Promise<void> => {
    if (webhookUrl !== '') await deliverAll([delivery(webhookUrl, body)])
  }
  return {
    type: 'custom',
    name: 'Partner system (fake)',
    config: {
      outboundUrl: partner.endpoint,
      inboundSecret: INBOUND_SECRET,
      outboundSecret: OUTBOUND_SECRET,
      startConversation: true,
      formatting: true,
      replies: true,
      readReceipts: true,
      deliveredReceipts: true,
      edits: true,
      deletions: true,
    },
    can: ['picture', 'location', 'button', 'read'],
    pointAt: (address) => {
      webhookUrl = address
    },
    async does(person, deed) {
      if (deed.kind === 'read') {
        const latest = postsTo(partner, person).at(-1)
        if (latest) await tell({ type: 'status', messageId: latest['id'], status: 'read' })
        return
      }
      ids += 1
      const text = deed.kind === 'location' || deed.kind === 'button' ? '' : deed.text
      const files = deed.kind === 'picture' ? ['picture.png'] : []
      written.push({ person, by: 'customer', text: text || deed.kind, files, state: '', atMs: Date.now() })
      await tell({
        type: 'message',
        id: `m-${RUN}-${ids}`,
        from: { id: `customer-${person + 1}`, name: nth(PEOPLE, person) },
        text,
        attachments: files.map((name) => ({
          content: PICTURE.toString('base64'),
          name,
          contentType: 'image/png',
        })),
        cards: cardsOf(deed),
      })
    },
    thread: (person) =>
      [...written.filter((line) => line.person === person), ...postsTo(partner, person).map(lineOf)].sort(
        (one, other) => one.atMs - other.atMs,
      ),
    misbehave: partner.misbehave,
    isSend: () => true,
    stop: partner.close,
  }
}

function cardsOf(deed: Deed): readonly object[] {
  if (deed.kind === 'button') return [{ kind: 'choice', label: deed.text, payload: deed.text.toLowerCase() }]
  const { label, ...spot } = PLACE
  return deed.kind === 'location' ? [{ kind: 'location', ...spot, name: label }] : []
}

const postsTo = ({ taken }: Partner, person: number) =>
  taken.filter(
    ({ type, to }) => type === 'message' && (to as { readonly id?: string }).id === `customer-${person + 1}`,
  )

function lineOf(post: Readonly<Record<string, unknown>>): Line {
  const files = post['attachments'] as readonly { readonly name: string; readonly url: string }[]
  return {
    by: 'workspace',
    text: String(post['text']),
    files: files.map(({ name }) => name),
    state: 'taken',
    atMs: Date.parse(String(post['sentAt'])),
  }
}

/** The page itself. */
export const readPage = (): Promise<string> => readFile(new URL('page.html', import.meta.url), 'utf8')
