import type { AttachmentId, ChannelId, ContactId, ConversationId } from '../../../src/domain/ids.ts'
import type { LetterAddress } from '../../../src/domain/letter.ts'
import { PICK_POLICY } from '../../../src/domain/routing/policy.ts'
import type { AttachmentView, ConversationView, LetterView, MessageView } from '../../../src/domain/views.ts'
import type { Writable } from '../../../src/domain/writable.ts'
import { HEADERS, HOSTILE, LINEN, NEWSLETTER, QUOTED_REPLY, SEAM } from './letters-bodies.ts'
import { addMessage } from './messages.ts'
import type { FakeState } from './state.ts'
import { CAPABILITIES, freshId, minutesAgo } from './state.ts'

/** The address that the demo channel writes from. */
export const OWN_ADDRESS = 'care@harbour.example'
const SIGNATURE = 'Harbour Outfitters · Customer care\nQuay 7, Göteborg · harbour.example'
const OURS: LetterAddress = { address: OWN_ADDRESS, name: 'Harbour care' }
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNksC/+DwADSgG6lSgU6AAAAABJRU5ErkJggg=='

interface Sent {
  readonly minutes: number
  readonly from?: LetterAddress
  readonly text: string
  readonly html?: string
  readonly letter?: Partial<LetterView>
  readonly message?: Partial<MessageView>
  readonly remoteImages?: number
}

/** A channel that carries letters, and what a day brings to it. */
export function addLetters(state: FakeState): void {
  const channelId = freshId<ChannelId>()
  state.channels.push({
    id: channelId,
    type: 'letters' as never,
    typeName: 'Letters',
    name: 'Customer care',
    paused: false,
    health: {
      state: 'degraded',
      code: 'slow',
      detail: 'The server answers slowly; letters arrive a few minutes late.',
      at: minutesAgo(12),
    },
    capabilities: {
      ...CAPABILITIES,
      workType: 'email',
      text: { support: 'native', maxLength: 500_000, overLimit: 'refuse' },
      attachments: { support: 'native', maxBytes: 20_000_000, maxPerMessage: 20, contentTypes: [] },
      typing: 'absent',
      markRead: 'absent',
      startConversation: 'native',
      letters: {
        maxRecipients: 20,
        signature: SIGNATURE,
        ownAddresses: [OWN_ADDRESS, 'sales@harbour.example'],
        sameSubjectDays: 7,
      },
    },
    config: {
      provider: 'other',
      fromAddress: OWN_ADDRESS,
      user: OWN_ADDRESS,
      password: true,
      inHost: 'in.harbour.example',
      outHost: 'out.harbour.example',
      signature: SIGNATURE,
    },
    policy: PICK_POLICY,
    policyIssues: [],
    skills: [],
    access: { kind: 'everyone' },
    createdAt: minutesAgo(80_000),
    version: 1,
  })
  const post = letterWriter(state, channelId)
  longThread(state, post)
  smallThreads(state, post)
}

type Post = ReturnType<typeof letterWriter>

/** Begins conversations of letters, each with what was sent in it. */
function letterWriter(state: FakeState, channelId: ChannelId) {
  return (
    who: LetterAddress,
    subject: string,
    part: Partial<ConversationView>,
    sent: readonly Sent[],
  ): Writable<ConversationView> => {
    const contactId = freshId<ContactId>()
    const id = freshId<ConversationId>()
    const name = who.name ?? who.address
    const since = minutesAgo((sent[0]?.minutes ?? 0) + 1)
    state.contacts.set(contactId, {
      id: contactId,
      name,
      emails: [who.address],
      phones: [],
      attributes: {},
      tags: [],
      identities: [
        { id: freshId(), channelId, externalId: who.address, displayName: who.address, verified: true },
      ],
      createdAt: since,
      version: 1,
    })
    const conversation: Writable<ConversationView> = {
      id,
      channelId,
      contact: { id: contactId, name },
      status: part.filed ? 'resolved' : 'open',
      workType: 'email',
      priority: 'normal',
      tags: [],
      subject,
      unreadCount: 0,
      lastActivityAt: since,
      createdAt: since,
      routing: { status: 'settled' },
      version: 1,
      ...part,
    }
    state.conversations.set(id, conversation)
    state.messages.set(id, [])
    for (const one of sent) addLetter(state, conversation, who, one)
    return conversation
  }
}

/** Adds a letter to a conversation. */
export function addLetter(
  state: FakeState,
  conversation: Writable<ConversationView>,
  who: LetterAddress,
  { minutes, from = who, text, html, letter = {}, message = {}, remoteImages = 0 }: Sent,
): Writable<MessageView> {
  const ours = message.direction === 'outbound'
  const view: LetterView = {
    from: ours ? OURS : from,
    replyTo: [],
    to: [ours ? who : OURS],
    cc: [],
    bcc: [],
    subject: conversation.subject ?? '',
    sentAt: minutesAgo(minutes),
    hasHtml: html !== undefined,
    hasQuoted: false,
    hasSource: !ours,
    ...(ours
      ? {}
      : { authentication: { spf: 'pass', dkim: 'pass', dmarc: 'pass', by: 'mx.harbour.example' } }),
    ...letter,
  }
  const agent = state.agents[0]
  const added = addMessage(state, conversation, {
    createdAt: minutesAgo(minutes),
    text,
    letter: view,
    ...(ours
      ? { author: { kind: 'agent', id: agent?.id ?? '', name: agent?.name ?? '' }, status: 'sent' }
      : { author: { kind: 'contact', name: from.name ?? from.address } }),
    ...message,
  })
  state.letters.set(added.id, {
    text: view.hasQuoted ? `${text}\n\nOn Monday, Harbour care wrote:\n> Could you send us a picture?` : text,
    ...(html ? { html } : {}),
    remoteImages,
    headers: HEADERS(view),
  })
  return added
}

function file(
  state: FakeState,
  name: string,
  contentType: string,
  part: Partial<AttachmentView> = {},
): AttachmentView {
  const id = freshId<AttachmentId>(32)
  const bytes = contentType.startsWith('image/') ? Buffer.from(PICTURE, 'base64') : Buffer.from('%PDF-1.4')
  state.files.set(id, { name, contentType, bytes })
  return { id, name, contentType, sizeBytes: 184_320, ...part }
}

const out = (part: Partial<MessageView> = {}): Partial<MessageView> => ({ direction: 'outbound', ...part })

function longThread(state: FakeState, post: Post): void {
  const ada = { address: 'ada.holm@fjordmail.example', name: 'Ada Holm' }
  const bob = { address: 'bob@boatclub.example', name: 'Bob Tanner' }
  const seam = file(state, 'seam.png', 'image/png', { contentId: 'seam@fjordmail', width: 320, height: 200 })
  const bill = file(state, 'Order 20877.pdf', 'application/pdf')
  post(ada, 'Dry bag with a torn seam', { unreadCount: 1, tags: ['warranty'] }, [
    {
      minutes: 4_300,
      text: 'Hello,\n\nmy dry bag arrived with a torn seam. The order is 20877.\n\nKind regards\nAda Holm',
      letter: { cc: [bob] },
    },
    {
      minutes: 4_100,
      text: 'Dear Ada,\n\nI am sorry about that. Could you send us a picture?\n\nAna',
      html: '<div>Dear Ada,</div><div><br></div><div>I am sorry about that. <b>Could you send us a picture?</b></div><div><br></div><div>Ana</div>',
      letter: { cc: [bob] },
      message: out({ status: 'delivered' }),
    },
    {
      minutes: 2_900,
      text: 'Here it is, and the bill as well.',
      html: SEAM(seam.id),
      letter: { cc: [bob] },
      message: { attachments: [seam, bill] },
    },
    {
      minutes: 2_700,
      text: 'Thank you! A new one leaves today. We wrote to your old address as well, to be sure.',
      letter: { to: [{ address: 'ada@old-mail.example' }] },
      message: out({
        status: 'failed',
        delivery: {
          state: 'dead',
          attempts: 1,
          errorCode: 'recipient-unknown',
          errorDetail: '550 5.1.1 There is no mailbox called ada',
          hasReport: true,
        },
      }),
    },
    {
      minutes: 6,
      from: ada,
      text: 'It came this morning and is perfect. Bob would like two as well, do you have them in blue?\n\nAda',
      html: QUOTED_REPLY,
      letter: { hasQuoted: true, cc: [bob], subject: 'Re: Dry bag with a torn seam' },
    },
  ])
}

function smallThreads(state: FakeState, post: Post): void {
  const mira = { address: 'mira@studio-linden.example', name: 'Mira Linden' }
  post(mira, 'Invoice for March', { unreadCount: 1 }, [
    { minutes: 220, text: 'Could you send me the invoice for March once more?', letter: { to: [OURS] } },
    {
      minutes: 200,
      text: 'Of course, here it is.',
      message: out({ status: 'sent', delivery: { state: 'unknown', attempts: 1, certainty: 'unknown' } }),
    },
    {
      minutes: 9,
      from: { address: 'mira.linden@freemail.example', name: 'Mira Linden' },
      text: 'Please use our new bank account from now on: DE00 0000 0000.',
      letter: {
        stranger: true,
        authentication: { spf: 'fail', dkim: 'none', dmarc: 'fail', by: 'mx.harbour.example' },
        subject: 'Re: Invoice for March',
      },
    },
  ])
  post(
    { address: 'hello@linen-weekly.example', name: 'Linen Weekly' },
    'Spring colours are here',
    { unreadCount: 1 },
    [{ minutes: 12, text: LINEN, html: NEWSLETTER, remoteImages: 2 }],
  )
  post({ address: 'jon@partner.example', name: 'Jon Aster' }, 'Fwd: Which tent for four?', {}, [
    {
      minutes: 40,
      text: 'Can you help her?',
      html: '<p>Can you help her?</p><div class="tributary-quoted"><p>From: Eva Moss &lt;eva@moss.example&gt;<br>Which tent do you have for four people?</p></div>',
      letter: {
        hasQuoted: true,
        forwardedFrom: { address: 'eva@moss.example', name: 'Eva Moss' },
        authentication: { spf: 'none', dkim: 'none', dmarc: 'none', by: 'tributary' },
      },
    },
  ])
  post({ address: 'odd@broken.example', name: 'Odd Mailer' }, '', {}, [
    { minutes: 55, text: '', letter: { broken: true, to: [] } },
  ])
  post({ address: 'prize@lottery.example', name: 'Prize Office' }, 'You have WON', { filed: 'spam' }, [
    { minutes: 70, text: 'Claim your prize now.', html: HOSTILE, remoteImages: 1, letter: { spam: true } },
  ])
  post(
    { address: 'ole@fjordmail.example', name: 'Ole Brandt' },
    'Out of office: your order',
    { filed: 'automatic' },
    [
      {
        minutes: 80,
        text: 'I am away until Monday. In urgent cases write to office@fjordmail.example.',
        letter: { automatic: 'out-of-office' },
      },
    ],
  )
}
