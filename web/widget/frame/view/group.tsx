import type { JSX } from 'preact'
import { linkify } from '../links.ts'
import type { Bubble, Group, Tick } from '../timeline.ts'
import { Icon } from './icon.tsx'
import { later } from './later.tsx'
import { useScreen } from './screen.ts'

const AttachmentTile = later(async () => (await import('./attachment.tsx')).AttachmentTile)

/** What one person said in a row. */
export function GroupView({ group }: { group: Group }): JSX.Element {
  const { language } = useScreen()
  const { from, author, bubbles, dayMs } = group
  const name = author || language.say('team')
  const last = bubbles.at(-1)
  return (
    <>
      {dayMs !== undefined && (
        <p class="day">
          <span>{language.day(dayMs, Date.now())}</span>
        </p>
      )}
      <div class={`group ${from}`}>
        {from === 'agent' && (
          <>
            <span class="face" aria-hidden="true">
              {Array.from(name)[0]?.toUpperCase()}
            </span>
            <p class="author" dir="auto">
              {name}
            </p>
          </>
        )}
        {bubbles.map((bubble) => (
          <BubbleView key={bubble.key} bubble={bubble} />
        ))}
        {last && from !== 'system' && (
          <p class="meta">
            <time dateTime={new Date(last.atMs).toISOString()}>{language.time(last.atMs)}</time>
            {last.tick !== undefined && <TickView tick={last.tick} />}
          </p>
        )}
      </div>
    </>
  )
}

function BubbleView({ bubble }: { bubble: Bubble }): JSX.Element {
  const { chat, language } = useScreen()
  const { text, attachments, deleted, pending, tick } = bubble
  const failed = tick === 'failed' && pending !== undefined
  return (
    <div class={failed ? 'said failed' : 'said'}>
      {attachments.length > 0 && !deleted && (
        <div class="files">
          {attachments.map((attachment) => (
            <AttachmentTile key={attachment.id} attachment={attachment} />
          ))}
        </div>
      )}
      {(text !== '' || deleted) && (
        <p class={deleted ? 'bubble gone' : emojiOnly(text) ? 'bubble large' : 'bubble'} dir="auto">
          {deleted ? language.say('removed') : <Linked text={text} />}
        </p>
      )}
      {failed && (
        <p class="mend" role="alert">
          <Icon name="alert" />
          {language.say('failed')}
          <button type="button" onClick={() => chat.retry(pending.clientMessageId)}>
            {language.say('retry')}
          </button>
          <button type="button" onClick={() => chat.discard(pending.clientMessageId)}>
            {language.say('discard')}
          </button>
        </p>
      )}
    </div>
  )
}

function Linked({ text }: { text: string }): JSX.Element {
  return (
    <>
      {linkify(text).map((piece, index) =>
        piece.href === undefined ? (
          piece.text
        ) : (
          <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ),
      )}
    </>
  )
}

const emojiOnly = (text: string): boolean =>
  /^(\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?){1,3}$/u.test(text)

const TICKS = {
  sending: 'clock',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'alert',
} as const

function TickView({ tick }: { tick: Tick }): JSX.Element {
  const { language } = useScreen()
  return (
    <span class={`tick ${tick}`} title={language.say(tick)}>
      <Icon name={TICKS[tick]} />
      <span class="unseen">{language.say(tick)}</span>
    </span>
  )
}
