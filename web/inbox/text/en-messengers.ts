import type { ReachView } from '../../../src/domain/views.ts'

const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`

/** Words of short messages beyond the plain ones, in English. */
export const messengerWords = {
  message: {
    reply: 'Reply',
    edit: 'Edit',
    delete: 'Delete',
    copy: 'Copy the text',
    copied: 'Copied',
    copyFailed: 'The browser did not allow copying.',
    editLabel: 'Change the message',
    editHint: 'Enter to save, Escape to leave it as it is',
    edited: 'The message is changed for the customer, too.',
    deleteTitle: 'Delete this message?',
    deleteQuestion: 'It disappears for the customer, too. Your team still sees that there was one.',
    answers: 'Answers',
    jump: 'Show that message',
    spoiler: 'Hidden text. Show it',
    reactions: 'Reactions',
    reactedBy: (emoji: string, names: string) => `${emoji} by ${names}`,
  },
  cards: {
    location: 'Location',
    openMap: 'Open in a map',
    mapHint: 'Opens openstreetmap.org in a new tab',
    contact: 'Contact',
    choice: 'Chose',
    coordinates: (latitude: string, longitude: string) => `${latitude}, ${longitude}`,
  },
  player: {
    audio: (name: string) => `Sound: ${name}`,
    video: (name: string) => `Film: ${name}`,
  },
  trouble: {
    chooseTemplate: 'Choose an approved message',
    checking: 'No answer came. Asking the platform whether it arrived, before anything is sent again.',
    /** What to do about a failure, by its code. */
    advice: {
      'reply-window-closed': 'The time for free answers is over. An approved message may still go out.',
      'opted-out': 'This customer wants no messages here. Answer by another channel.',
      'blocked-by-recipient': 'This customer has blocked the channel. Answer by another one.',
      'recipient-unknown': 'Check the number or address of the contact.',
      'attachment-too-large': 'Send a smaller file, or a link to it.',
      'bad-credentials': 'An administrator has to look at the settings of the channel.',
      'channel-gone': 'Answer by another channel.',
      'earlier-part-failed': 'Send the earlier part again and this one follows, or send only this one.',
    } as Readonly<Record<string, string>>,
  },
  window: {
    open: (until: string, left: string) => `Free answers until ${until}, ${left} left`,
    closing: (until: string, left: string) => `Only ${left} left for free answers, until ${until}`,
    soonOver: 'The time for free answers is over within the hour',
    duration: (hours: number, minutes: number) =>
      hours === 0
        ? minutes === 0
          ? 'less than a minute'
          : `${minutes} min`
        : minutes === 0
          ? `${hours} h`
          : `${hours} h ${minutes} min`,
    closed: (hours: number) =>
      `More than ${plural(hours, 'hour has', 'hours have')} passed since the customer’s last message: only an approved message may go out now. Free answers are possible again as soon as they write.`,
    never: 'The customer has not written here yet: only an approved message may go out.',
  },
  notice: {
    optedOut: (name: string, when: string) =>
      `${name} asked on ${when} to get no more messages here. Nothing can be sent until they allow it again.`,
    failing: 'This channel does not work just now, so what you send may wait or fail.',
    deleted: 'This channel was deleted. The conversation stays readable, but nothing can be sent here.',
  },
  templates: {
    label: 'Approved messages',
    open: 'Approved messages',
    search: 'Find an approved message',
    language: 'Language',
    anyLanguage: 'All languages',
    none: 'This channel has no approved messages yet. They are written and approved with its platform, and appear here within minutes.',
    noMatch: 'No approved message matches.',
    noMatchHint: 'Search by its name or by words of its text.',
    unusable: (reason: string) => `Cannot be sent: ${reason}`,
    gap: (key: string) => (/^\d+$/u.test(key) ? `Gap ${key}` : key.replaceAll('_', ' ')),
    example: (example: string) => `e.g. ${example}`,
    preview: 'The customer reads',
    send: 'Send approved message',
    missing: (count: number) => `${plural(count, 'gap is', 'gaps are')} still open`,
    media: (names: string) => `Comes with ${names}`,
    buttons: 'Buttons below the text',
    close: 'Back to free text',
    all: 'All approved messages',
    sent: 'It is on its way',
    sentHint:
      'Free answers are possible as soon as the customer writes. To send another approved message, choose it.',
  },
  /** Said by screen readers. */
  length: {
    tooLong: 'Too long to be sent',
    several: (messages: number) => `Goes in ${messages} messages`,
  },
  segments: {
    count: (segments: number, left: number) =>
      `${plural(segments, 'segment', 'segments')} · ${left.toLocaleString('en-GB')} left`,
    unicode: (character: string) => `Unicode because of “${character}”`,
  },
  format: {
    label: 'Formatting',
    bold: 'Bold (Ctrl+B)',
    italic: 'Italic (Ctrl+I)',
    strike: 'Strikethrough',
    code: 'Code',
  },
  reply: {
    to: (name: string) => `Reply to ${name}`,
    cancel: 'Do not reply to this message',
  },
  answerBy: {
    menu: 'Answer by',
    title: 'Answer this customer by',
    here: 'This conversation',
    begin: 'Begins a conversation',
    open: 'Conversation under way',
    openUntil: (when: string) => `Free answers until ${when}`,
    templatesOnly: 'Only an approved message',
    only: 'There is no other way to reach this customer.',
    failed: 'The ways to reach this customer could not be loaded.',
    asideTitle: 'Leave the message that you have begun?',
    aside: (to: string | undefined) =>
      `You have begun a message${to === undefined ? '' : ` to ${to}`} and not sent it. This one would take its place.`,
    asideConfirm: 'Leave it for good',
    reasons: {
      'window-closed': 'The time for free answers is over',
      'opted-out': 'Wants no messages here',
      paused: 'The channel is paused',
      failing: 'The channel does not work just now',
      'start-unsupported': 'Only the customer can begin there',
      deleted: 'The channel was deleted',
      'no-access': 'You may not see this channel',
    } satisfies Readonly<Record<NonNullable<ReachView['reason']>, string>>,
  },
}

/** What another language has to say of them. */
export type MessengerText = typeof messengerWords
