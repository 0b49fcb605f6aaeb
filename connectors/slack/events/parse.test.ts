import { describe, expect, it } from 'vitest'
import type { InboundEvent } from '../../../src/contract/inbound-event.ts'
import { verified } from '../../../src/contract/raw-request.ts'
import { parse } from './parse.ts'

const OWN = { user: 'U0BOT', bot: 'B0BOT', app: 'A0APP' }
const TS = '1795435200.000100'

type Json = Readonly<Record<string, unknown>>

function eventsOf(event: Json, facts: Readonly<Record<string, string>> = {}, outer: Json = {}) {
  const body = {
    type: 'event_callback',
    team_id: 'T1HOME',
    api_app_id: OWN.app,
    event_id: 'Ev1',
    authorizations: [{ team_id: 'T1HOME', user_id: OWN.user, is_bot: true }],
    event,
    ...outer,
  }
  const bytes = Buffer.from(JSON.stringify(body))
  return parse(verified({ body: bytes, contentType: 'application/json', facts, receivedAtMs: 1 }))
}
const direct = (more: Json = {}): Json => ({
  type: 'message',
  user: 'U1ADA',
  text: 'Hi',
  ts: TS,
  channel: 'D1ADA',
  channel_type: 'im',
  event_ts: TS,
  ...more,
})
const inChannel = (more: Json = {}): Json => direct({ channel: 'C1SHOP', channel_type: 'channel', ...more })
const mention = (more: Json = {}): Json => ({
  ...inChannel({ type: 'app_mention', text: '<@U0BOT> Hi', ...more }),
})
const messageOf = (events: readonly InboundEvent[]) => {
  const [found] = events
  if (found?.type !== 'message') throw new Error(JSON.stringify(events))
  return found
}
const ANSWER_TS = '1795435300.000200'
const SHOP = { channels: 'C1SHOP' }

describe('which messages count', () => {
  it('direct ones, unless that is switched off', () => {
    expect(messageOf(eventsOf(direct()))).toMatchObject({
      externalId: `D1ADA:${TS}`,
      identity: { externalId: 'U1ADA', verified: false },
      text: 'Hi',
      sentAtMs: 1_795_435_200_000,
    })
    expect(eventsOf(direct(), { directMessages: 'no' })).toEqual([])
  })

  it('mentions in any channel, unless that is switched off', () => {
    expect(messageOf(eventsOf(mention()))).toMatchObject({ text: 'Hi', threadKey: `C1SHOP:${TS}` })
    expect(eventsOf(mention(), { mentions: 'no' })).toEqual([])
    expect(eventsOf(mention(), { mentions: 'no', ...SHOP })).toHaveLength(1)
  })

  it('every one of a channel that is named, and of others only what may stand below a mention', () => {
    expect(messageOf(eventsOf(inChannel(), SHOP)).onlyInThread).toBeUndefined()
    expect(eventsOf(inChannel())).toEqual([])
    const answer = inChannel({ ts: ANSWER_TS, thread_ts: TS })
    expect(messageOf(eventsOf(answer))).toMatchObject({ onlyInThread: true, threadKey: `C1SHOP:${TS}` })
    expect(eventsOf(answer, { mentions: 'no' })).toEqual([])
  })

  it('a mention and its message are one, in one conversation', () => {
    const [told, again] = [
      messageOf(eventsOf(mention())),
      messageOf(eventsOf(inChannel({ text: '<@U0BOT> Hi' }), SHOP)),
    ]
    expect([again.externalId, again.threadKey, again.text]).toEqual([
      told.externalId,
      told.threadKey,
      told.text,
    ])
  })

  it('none of our own: by user, by bot, by app, with the subtype or without', () => {
    const own = [
      direct({ user: OWN.user }),
      direct({ user: OWN.user, bot_id: OWN.bot, app_id: OWN.app }),
      direct({ user: undefined, subtype: 'bot_message', bot_id: 'B9', bot_profile: { app_id: OWN.app } }),
      inChannel({ user: undefined, bot_id: 'B9', app_id: OWN.app, ts: ANSWER_TS, thread_ts: TS }),
      inChannel({ user: OWN.user, subtype: 'channel_join' }),
      direct({
        subtype: 'file_share',
        user: OWN.user,
        files: [{ id: 'F1', url_private: 'https://files.slack.com/x' }],
      }),
    ]
    for (const event of own) expect(eventsOf(event, { ...SHOP, otherBots: 'yes' })).toEqual([])
    const known = { botId: OWN.bot, botUserId: OWN.user, otherBots: 'yes' }
    expect(
      eventsOf(direct({ bot_id: OWN.bot }), known, { api_app_id: undefined, authorizations: [] }),
    ).toEqual([])
    expect(eventsOf(direct({ user: OWN.user }), known, { authorizations: [] })).toEqual([])
  })

  it('what we write into a channel begins the thread of its conversation', () => {
    const own = { user: OWN.user, bot_id: OWN.bot, app_id: OWN.app }
    const moved = { type: 'thread-moved', fromThreadKey: 'C1SHOP', toThreadKey: `C1SHOP:${TS}` }
    expect(eventsOf(inChannel(own))).toEqual([moved])
    expect(eventsOf(inChannel({ ...own, subtype: 'file_share' }), SHOP)).toEqual([moved])
    expect(eventsOf(direct({ ...own, channel: 'G1CREW', channel_type: 'mpim' }))).toEqual([])
  })

  it('those of other apps only where that is asked for', () => {
    const other = direct({ user: undefined, subtype: 'bot_message', bot_id: 'B9', username: 'Alerts' })
    expect(eventsOf(other)).toEqual([])
    expect(messageOf(eventsOf(other, { otherBots: 'yes' })).identity).toMatchObject({
      externalId: 'B9',
      displayName: 'Alerts',
    })
  })

  it('nothing that Slack says by itself', () => {
    for (const subtype of [
      'channel_join',
      'channel_leave',
      'channel_topic',
      'group_archive',
      'pinned_item',
      'message_replied',
      'bot_add',
    ])
      expect(eventsOf(inChannel({ subtype }), SHOP), subtype).toEqual([])
    expect(eventsOf(direct({ user: 'USLACKBOT' }))).toEqual([])
  })

  it('what cannot be shown is told as such', () => {
    expect(eventsOf(direct({ subtype: 'huddle_thread', text: '' }))).toMatchObject([
      {
        type: 'unsupported',
        identity: { externalId: 'U1ADA' },
        what: 'a message of the kind “huddle thread”',
      },
    ])
    expect(eventsOf(direct({ text: ' ' }))).toMatchObject([{ type: 'unsupported' }])
    expect(eventsOf(direct({ subtype: 'me_message', text: 'waves' }))).toMatchObject([
      { type: 'message', text: 'waves' },
    ])
    expect(
      eventsOf(inChannel({ subtype: 'thread_broadcast', thread_ts: TS, ts: ANSWER_TS }), SHOP),
    ).toMatchObject([{ type: 'message', threadKey: `C1SHOP:${TS}` }])
  })
})

describe('which conversation it is', () => {
  it('is the person in direct messages, and what an answer in a thread answers is named', () => {
    expect(messageOf(eventsOf(direct())).threadKey).toBeUndefined()
    const answer = messageOf(eventsOf(direct({ ts: ANSWER_TS, thread_ts: TS })))
    expect([answer.threadKey, answer.replyToExternalId]).toEqual([undefined, `D1ADA:${TS}`])
  })

  it('is the thread in direct messages where the settings say so', () => {
    const answer = messageOf(eventsOf(direct({ ts: ANSWER_TS, thread_ts: TS }), { directThreads: 'yes' }))
    expect([answer.threadKey, answer.replyToExternalId]).toEqual([`D1ADA:${TS}`, undefined])
  })

  it('is the thread in channels, and the group in groups', () => {
    expect(messageOf(eventsOf(inChannel({ thread_ts: TS }), SHOP)).threadKey).toBe(`C1SHOP:${TS}`)
    expect(messageOf(eventsOf(inChannel({ ts: ANSWER_TS, thread_ts: TS }), SHOP)).threadKey).toBe(
      `C1SHOP:${TS}`,
    )
    expect(messageOf(eventsOf(direct({ channel: 'G1CREW', channel_type: 'mpim' }))).threadKey).toBe('G1CREW')
  })

  it('is with somebody of another organisation under his own id, with his workspace beside it', () => {
    const event = inChannel({ user_team: 'T2ELSE', user_profile: { display_name: 'Bob', team: 'T2ELSE' } })
    expect(messageOf(eventsOf(event, SHOP)).identity).toEqual({
      externalId: 'U1ADA',
      displayName: 'Bob',
      verified: false,
      attributes: { slackTeam: 'T2ELSE' },
    })
    expect(messageOf(eventsOf(inChannel({ user_team: 'T1HOME' }), SHOP)).identity.attributes).toBeUndefined()
  })
})

describe('what follows a message', () => {
  const change = (message: Json, before: Json, more: Json = {}): Json => ({
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    channel: 'D1ADA',
    channel_type: 'im',
    ts: ANSWER_TS,
    event_ts: ANSWER_TS,
    message,
    previous_message: before,
    ...more,
  })
  const edited = { user: 'U1ADA', ts: '1795435250.000000' }

  it('is an edit when somebody edited it', () => {
    expect(eventsOf(change(direct({ text: '*Ho*', edited }), direct()))).toEqual([
      {
        type: 'message-edited',
        externalId: `D1ADA:${TS}`,
        text: 'Ho',
        spans: [{ kind: 'bold', offset: 0, length: 2 }],
        editedAtMs: 1_795_435_250_000,
        editOrder: Number(ANSWER_TS.replace('.', '')),
      },
    ])
  })

  it('is one more edit where the words differ and the second is the same', () => {
    const again = change(direct({ text: 'Hoho', edited }), direct({ text: 'Ho', edited }), {
      event_ts: '1795435250.700200',
    })
    expect(eventsOf(again)).toMatchObject([
      { text: 'Hoho', editedAtMs: 1_795_435_250_000, editOrder: 1_795_435_250_700_200 },
    ])
  })

  it('is none when Slack put a preview below it, or somebody answered it', () => {
    expect(eventsOf(change(direct({ attachments: [{ from_url: 'https://a.example' }] }), direct()))).toEqual(
      [],
    )
    const twice = direct({ edited, attachments: [{ from_url: 'https://a.example' }] })
    expect(eventsOf(change(twice, direct({ edited })))).toEqual([])
    expect(eventsOf(change(direct({ reply_count: 1 }), direct()))).toEqual([])
  })

  it('is of no interest in talk that is not ours', () => {
    const talk = inChannel({ text: 'Talk' })
    const where = { channel: 'C1SHOP', channel_type: 'channel' }
    expect(eventsOf(change({ ...talk, edited }, talk, where))).toEqual([])
    expect(eventsOf({ ...change({}, talk, where), subtype: 'message_deleted', deleted_ts: TS })).toEqual([])
    const asked = inChannel({ text: '<@U0BOT> help' })
    expect(eventsOf(change({ ...asked, edited }, asked, where))).toMatchObject([
      { type: 'message-edited', text: 'help' },
    ])
    const below = inChannel({ text: 'more', thread_ts: '1795435100.000100' })
    expect(eventsOf(change({ ...below, edited }, below, where))).toMatchObject([
      { type: 'message-edited', threadKey: 'C1SHOP:1795435100.000100', onlyInThread: true },
    ])
    const named = { ...below, text: 'Hey <@U0BOT|tributary>' }
    expect(eventsOf(change({ ...named, edited }, named, where))).toMatchObject([
      expect.not.objectContaining({ onlyInThread: true }),
    ])
    expect(eventsOf({ ...below, edited })).toMatchObject([{ onlyInThread: true }, { onlyInThread: true }])
    expect(eventsOf(change({ ...talk, edited }, talk, where), SHOP)).toHaveLength(1)
  })

  it('is none of our own', () => {
    const own = { user: OWN.user, bot_id: OWN.bot, app_id: OWN.app }
    expect(eventsOf(change(direct({ ...own, edited }), direct(own)))).toEqual([])
  })

  it('is a deletion when it is gone, also when others had answered it', () => {
    const gone = { type: 'message-deleted', externalId: `D1ADA:${TS}`, deletedAtMs: 1_795_435_300_000 }
    const deletion = {
      ...change({}, direct()),
      subtype: 'message_deleted',
      deleted_ts: TS,
      message: undefined,
    }
    expect(eventsOf(deletion)).toEqual([gone])
    expect(eventsOf(change(direct({ subtype: 'tombstone', user: 'USLACKBOT' }), direct()))).toEqual([gone])
  })

  it('is a reaction, with its sign, of anybody but us', () => {
    const reaction = (more: Json = {}) => ({
      type: 'reaction_added',
      user: 'U1ADA',
      reaction: 'thumbsup',
      item: { type: 'message', channel: 'D1ADA', ts: TS },
      event_ts: ANSWER_TS,
      ...more,
    })
    expect(eventsOf(reaction())).toEqual([
      {
        type: 'reaction',
        externalId: `D1ADA:${TS}`,
        identity: { externalId: 'U1ADA', verified: false },
        emoji: '👍',
        removed: false,
      },
    ])
    expect(eventsOf(reaction({ type: 'reaction_removed', reaction: 'shop_logo' }))).toMatchObject([
      { removed: true, emoji: ':shop_logo:' },
    ])
    expect(eventsOf(reaction({ user: OWN.user }))).toEqual([])
    expect(eventsOf(reaction({ item: { type: 'file', file: 'F1' } }))).toEqual([])
    expect(
      eventsOf(reaction({ item: { type: 'message', channel: 'C9', ts: TS } }), { mentions: 'no' }),
    ).toEqual([])
  })

  it('comes together with a message that is read from a history after it was edited', () => {
    expect(eventsOf(direct({ edited })).map(({ type }) => type)).toEqual(['message', 'message-edited'])
  })
})

describe('what a message holds', () => {
  it('its files, each to be fetched at once, and in words those that cannot be', () => {
    const files = [
      {
        id: 'F1',
        name: 'a.png',
        mimetype: 'image/png',
        size: 3,
        url_private: 'https://files.slack.com/a.png',
        url_private_download: 'https://files.slack.com/download/a.png',
      },
      { id: 'F2', file_access: 'check_file_info', mode: 'hosted' },
      { id: 'F3', mode: 'tombstone' },
      { id: 'F4', name: 'old.pdf', mode: 'hidden_by_limit' },
      {
        id: 'F5',
        name: 'Plan <1>',
        mode: 'external',
        is_external: true,
        url_private: 'https://drive.example/x',
      },
      { id: '../F6', name: 'x' },
    ]
    const { attachments, text, spans } = messageOf(
      eventsOf(direct({ text: 'Here', subtype: 'file_share', files })),
    )
    expect(attachments).toMatchObject([
      {
        ref: 'file F1 https://files.slack.com/download/a.png',
        name: 'a.png',
        contentType: 'image/png',
        sizeBytes: 3,
        fetchAtOnce: true,
      },
      { ref: 'file F2', name: 'file', fetchAtOnce: true },
    ])
    expect(text.split('\n')).toEqual([
      'Here',
      '(A file that has been deleted.)',
      '(The file old.pdf is hidden by the limits of the workspace’s plan.)',
      'Plan <1>',
      '(The file x cannot be fetched.)',
    ])
    expect(spans).toMatchObject([{ kind: 'link', url: 'https://drive.example/x', length: 8 }])
  })

  it('a message that was passed on, as a quotation, and no preview of a link', () => {
    const attachments = [
      {
        is_share: true,
        from_url: 'https://x.slack.com/archives/C1/p1',
        author_name: 'Bob',
        text: 'It is *broken*',
      },
      { from_url: 'https://shop.example', title: 'Shop', text: 'All we sell' },
      { fallback: 'An alert', color: 'red' },
    ]
    const { text, spans } = messageOf(eventsOf(direct({ text: '', attachments })))
    expect(text).toBe('Bob:\nIt is broken\nAn alert')
    expect(spans).toEqual([
      { kind: 'quote', offset: 0, length: 17 },
      { kind: 'bold', offset: 11, length: 6 },
    ])
  })

  it('the mention of us only where nothing else is said', () => {
    const text = (said: string) => messageOf(eventsOf(mention({ text: said }))).text
    expect(text('<@U0BOT>: where is it?')).toBe('where is it?')
    expect(text('<@U0BOT>')).toBe('@U0BOT')
    expect(text('Hey <@U0BOT> there')).toBe('Hey @U0BOT there')
    expect(text('<@U1BOB> look')).toBe('@U1BOB look')
  })
})

describe('what is no event', () => {
  it('makes nothing, or says that it cannot be read', () => {
    const read = (text: string, contentType = 'application/json') =>
      parse(verified({ body: Buffer.from(text), contentType, facts: {}, receivedAtMs: 1 }))
    expect(read('{"type":"app_rate_limited"}')).toEqual([])
    expect(read('payload=%7B%7D', 'application/x-www-form-urlencoded')).toEqual([])
    expect(read('[')).toMatchObject([{ type: 'unsupported', what: 'something that cannot be read' }])
    for (const event of [
      { type: 'message' },
      { type: 'message', channel: 'D1', ts: 'x' },
      { type: 'message', channel: {}, ts: TS },
    ])
      expect(eventsOf(event)).toEqual([])
  })
})
