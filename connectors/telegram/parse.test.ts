import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../src/contract/inbound-event.ts'
import { verified } from '../../src/contract/raw-request.ts'
import { parse } from './parse.ts'
import { updateKeyOf } from './update-key.ts'

const ADA = { id: 11, is_bot: false, first_name: 'Ada', last_name: 'L', username: 'ada', language_code: 'de' }
const PRIVATE = { id: 11, type: 'private', first_name: 'Ada' }
const GROUP = { id: -5, type: 'supergroup', title: 'Friends' }

function eventsOf(update: object, groups = false): readonly InboundEvent[] {
  const facts = { bot: '700', groups: groups ? 'yes' : 'no' }
  const body = Buffer.from(JSON.stringify({ update_id: 1, ...update }))
  return parse(verified({ body, contentType: 'application/json', facts, receivedAtMs: 1 }))
}

const said = (content: object, change: object = {}, groups = false): InboundEvent | undefined =>
  eventsOf(
    { message: { message_id: 3, from: ADA, chat: PRIVATE, date: 1_700_000_000, ...content, ...change } },
    groups,
  )[0]

describe('a message', () => {
  it('is named by bot, chat and number, and its sender by his own', () => {
    expect(said({ text: 'Hi' })).toEqual({
      type: 'message',
      externalId: '700:11:3',
      identity: {
        externalId: '11',
        displayName: 'Ada L',
        attributes: { username: 'ada', language: 'de' },
        verified: false,
      },
      threadKey: '11',
      text: 'Hi',
      attachments: [],
      sentAtMs: 1_700_000_000_000,
    })
  })

  it.each([
    ['/start spring-sale_7', 'spring-sale_7'],
    ['/start@shop_bot aWQ9MQ==', 'aWQ9MQ=='],
    ['/start', undefined],
    ['/start two words', undefined],
    [`/start ${'x'.repeat(65)}`, undefined],
    ['please /start now', undefined],
  ])('that says %s comes from %s, and its text stays', (text, source) => {
    const event = said({ text })
    expect(event).toMatchObject({ type: 'message', text })
    expect(event?.type === 'message' && event.identity.attributes?.['source']).toBe(source)
  })

  it('has the largest picture that bots get', () => {
    const photo = [
      { file_id: 's', width: 90, height: 90, file_size: 1_000 },
      { file_id: 'm', width: 800, height: 800, file_size: 90_000 },
      { file_id: 'l', width: 9_000, height: 9_000, file_size: 21 * 2 ** 20 },
    ]
    expect(said({ photo })).toMatchObject({
      attachments: [
        { kind: 'remote', ref: 'm', name: 'photo-3.jpg', contentType: 'image/jpeg', fetchAtOnce: true },
      ],
    })
  })

  it('belongs to its album', () => {
    const photo = [{ file_id: 's', width: 90, height: 90 }]
    expect(said({ photo, media_group_id: '77' })).toMatchObject({ groupKey: '11:77' })
    expect(said({ photo })).not.toHaveProperty('groupKey')
  })

  it('tells of a file that bots do not get', () => {
    const document = { file_id: 'x', file_name: 'film.mkv', file_size: 20 * 2 ** 20 + 1 }
    expect(said({ document, caption: 'Look' })).toMatchObject({
      attachments: [],
      text: 'Look\n\n[film.mkv, 21 MB: Telegram gives bots no files above 20 MB]',
    })
    expect(said({ document: { ...document, file_size: 20 * 2 ** 20 } })).toMatchObject({
      attachments: [{ ref: 'x' }],
    })
  })

  it.each(['voice', 'audio', 'video', 'video_note', 'animation', 'document'])('may be a %s', (kind) => {
    expect(said({ [kind]: { file_id: 'x', file_size: 9 } })).toMatchObject({
      type: 'message',
      attachments: [{ kind: 'remote', ref: 'x', sizeBytes: 9, fetchAtOnce: true }],
    })
  })

  it('answers another one, but not the one that opened a topic', () => {
    expect(said({ text: 'a', reply_to_message: { message_id: 2 } })).toMatchObject({
      replyToExternalId: '700:11:2',
    })
    const opened = { message_id: 2, forum_topic_created: { name: 'T' } }
    expect(said({ text: 'a', reply_to_message: opened })).not.toHaveProperty('replyToExternalId')
  })

  it('belongs to the topic that it stands in, and to the chat where a number of a thread is all it has', () => {
    expect(said({ text: 'a', message_thread_id: 7, is_topic_message: true })).toMatchObject({
      threadKey: '11:7',
      externalId: '700:11:3',
    })
    expect(said({ poll: { question: 'Tea?' }, message_thread_id: 7, is_topic_message: true })).toMatchObject({
      type: 'unsupported',
      threadKey: '11:7',
    })
    for (const bare of [{ message_thread_id: 7 }, { is_topic_message: true }, { is_topic_message: 'yes' }])
      expect(said({ text: 'a', ...bare })).toMatchObject({ threadKey: '11' })
  })

  it('holds a verified number only where it is his own', () => {
    const contact = { phone_number: '43 660 1234567', first_name: 'Ada', user_id: 11 }
    expect(said({ contact })).toMatchObject({
      identity: { phone: '+436601234567', verified: true },
      cards: [{ kind: 'contact', name: 'Ada', phones: ['+436601234567'], emails: [] }],
    })
    for (const other of [
      { ...contact, user_id: 12 },
      { ...contact, user_id: undefined },
      { ...contact, user_id: '11' },
    ]) {
      const event = said({ contact: other })
      expect(event?.type === 'message' && event.identity).toMatchObject({ verified: false })
      expect(event?.type === 'message' && event.identity).not.toHaveProperty('phone')
    }
    const forwarded = said({ contact, forward_origin: { type: 'user' } })
    expect(forwarded?.type === 'message' && forwarded.identity.verified).toBe(false)
  })

  it('of a kind that cannot be shown says what it was', () => {
    const whats = [
      { poll: { question: 'Tea?' } },
      { dice: { emoji: '🎯', value: 6 } },
      { game: { title: 'Chess' } },
      { story: { id: 1 } },
      { something_new: {} },
      {},
    ].map((content) => said(content))
    expect(whats).toMatchObject([
      { type: 'unsupported', what: 'a poll: “Tea?”', identity: { externalId: '11' } },
      { type: 'unsupported', what: 'a throw of 🎯: 6' },
      { type: 'unsupported', what: 'a game: “Chess”' },
      { type: 'unsupported', what: 'a story' },
      { type: 'unsupported', what: 'a message of a kind not known here (something new)' },
      { type: 'unsupported', what: 'a message without content' },
    ])
  })

  it('of the bot itself, or of another bot, is nobody’s', () => {
    expect(
      eventsOf({ message: { message_id: 1, chat: PRIVATE, from: { id: 700, is_bot: false }, text: 'x' } }),
    ).toEqual([])
    expect(
      eventsOf({ message: { message_id: 1, chat: PRIVATE, from: { id: 9, is_bot: true }, text: 'x' } }),
    ).toEqual([])
  })
})

describe('groups', () => {
  it('are taken only where the channel takes them', () => {
    expect(said({ text: 'Hi' }, { chat: GROUP })).toEqual({
      type: 'unsupported',
      externalId: 'update:1',
      what: 'a message in a group, of which this channel takes none',
    })
    expect(said({ text: 'Hi' }, { chat: GROUP }, true)).toMatchObject({
      externalId: '700:-5:3',
      threadKey: '-5',
      identity: { externalId: '11' },
    })
  })

  it('tell of themselves without opening a conversation', () => {
    const event = said({ new_chat_title: 'New' }, { chat: GROUP }, true)
    expect(event).toEqual({ type: 'unsupported', externalId: '700:-5:3', what: 'the group has a new title' })
  })

  it('move on, whichever of the two chats says so', () => {
    const moved = { type: 'thread-moved', fromThreadKey: '-5', toThreadKey: '-1007' }
    expect(said({ migrate_to_chat_id: -1007 }, { chat: { ...GROUP, type: 'group' } }, true)).toEqual(moved)
    expect(said({ migrate_from_chat_id: -5 }, { chat: { ...GROUP, id: -1007 } }, true)).toEqual(moved)
  })

  it('let people write in the name of a chat', () => {
    const from = { id: 1087968824, is_bot: true, username: 'GroupAnonymousBot' }
    expect(said({ text: 'Hi' }, { chat: GROUP, from, sender_chat: GROUP }, true)).toMatchObject({
      identity: { externalId: '-5', displayName: 'Friends' },
    })
  })

  it('and channels post without being heard', () => {
    const post = { message_id: 1, date: 1, chat: { id: -9, type: 'channel' }, text: 'News' }
    expect(eventsOf({ channel_post: post }, true)).toMatchObject([
      { type: 'unsupported', what: 'a post of a channel' },
    ])
  })
})

describe('what follows a message', () => {
  const edited = (content: object) =>
    eventsOf({
      edited_message: { message_id: 3, from: ADA, chat: PRIVATE, date: 10, edit_date: 20, ...content },
    })[0]

  it('is an edit with its formatting', () => {
    expect(edited({ text: 'Hi you', entities: [{ type: 'bold', offset: 3, length: 3 }] })).toEqual({
      type: 'message-edited',
      externalId: '700:11:3',
      text: 'Hi you',
      spans: [{ kind: 'bold', offset: 3, length: 3 }],
      editedAtMs: 20_000,
      editOrder: 1,
    })
    expect(edited({ photo: [{ file_id: 'x' }], caption: 'New' })).toMatchObject({ text: 'New' })
    expect(edited({ location: { latitude: 1, longitude: 2 } })).toMatchObject({
      type: 'unsupported',
      what: 'a place that moved',
    })
  })

  it('is a reaction that came or went', () => {
    const reaction = (before: string[], after: string[]) =>
      eventsOf({
        message_reaction: {
          chat: PRIVATE,
          message_id: 3,
          user: ADA,
          date: 1,
          old_reaction: before.map((emoji) => ({ type: 'emoji', emoji })),
          new_reaction: after.map((emoji) => ({ type: 'emoji', emoji })),
        },
      }).map((event) => event.type === 'reaction' && [event.externalId, event.emoji, event.removed])
    expect(reaction([], ['👍'])).toEqual([['700:11:3', '👍', false]])
    expect(reaction(['👍'], [])).toEqual([['700:11:3', '👍', true]])
    expect(reaction(['👍', '🎉'], ['🎉', '❤'])).toEqual([
      ['700:11:3', '👍', true],
      ['700:11:3', '❤', false],
    ])
  })

  it('is a choice, with the words of the button', () => {
    const message = {
      message_id: 5,
      chat: PRIVATE,
      reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
    }
    expect(eventsOf({ callback_query: { id: '99', from: ADA, data: 'y', message } })).toMatchObject([
      {
        type: 'message',
        externalId: 'choice:99',
        text: 'Yes',
        cards: [{ kind: 'choice', label: 'Yes', payload: 'y' }],
        replyToExternalId: '700:11:5',
      },
    ])
    expect(eventsOf({ callback_query: { id: '99', from: ADA, game_short_name: 'x' } })).toMatchObject([
      { text: 'a button', cards: [{ kind: 'choice', label: 'a button' }] },
    ])
  })

  it('is a block, and its end', () => {
    const member = (before: string, after: string, chat: object = PRIVATE) =>
      eventsOf({
        my_chat_member: {
          chat,
          from: ADA,
          date: 30,
          old_chat_member: { status: before },
          new_chat_member: { status: after },
        },
      })[0]
    expect(member('member', 'kicked')).toMatchObject({ type: 'consent', optedOut: true, atMs: 30_000 })
    expect(member('kicked', 'member')).toMatchObject({ type: 'consent', optedOut: false, atMs: 30_000 })
    expect(member('left', 'member')).toMatchObject({ type: 'unsupported' })
    expect(member('member', 'kicked', GROUP)).toMatchObject({
      type: 'unsupported',
      what: 'the bot was removed from a group',
    })
  })

  it('is nothing of a business account: no channel of this kind has one', () => {
    expect(eventsOf({ deleted_business_messages: { chat: PRIVATE, message_ids: [3] } })).toMatchObject([
      { type: 'unsupported', what: 'messages deleted in a business account' },
    ])
  })
})

describe('the key of an update', () => {
  const update = { update_id: 5, message: { message_id: 3, chat: PRIVATE, date: 9, text: 'x' } }

  it('is the same for the same, and another where the numbers began anew', () => {
    expect(updateKeyOf(update)).toBe(updateKeyOf(structuredClone(update)))
    const keys = [
      update,
      { ...update, update_id: 6 },
      { ...update, message: { ...update.message, date: 10 } },
      { ...update, message: { ...update.message, message_id: 4 } },
      { ...update, message: { ...update.message, chat: GROUP } },
      { update_id: 5, edited_message: { ...update.message, edit_date: 9 } },
    ].map(updateKeyOf)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('is absent of what is no update', () => {
    expect([{}, { update_id: 1 }, { message: {} }, { update_id: '1', message: {} }].map(updateKeyOf)).toEqual(
      [undefined, undefined, undefined, undefined],
    )
  })
})
