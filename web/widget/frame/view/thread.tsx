import type { JSX } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { layOut } from '../timeline.ts'
import { GroupView } from './group.tsx'
import { Icon } from './icon.tsx'
import { useScreen } from './screen.ts'

/** Nearer than this to an end counts as being there. */
const NEAR_PX = 80

/** The conversation: stays at the newest message unless the visitor has scrolled away. */
export function Thread(): JSX.Element {
  const { chat, state, language } = useScreen()
  const { messages, pending, settings, historyRead, readingOlder, olderCursor, typingName, online } = state
  const list = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const lastTop = useRef(0)
  const before = useRef({ height: 0, first: '' })
  const [below, setBelow] = useState(0)
  const [following, setFollowing] = useState(true)
  const groups = useMemo(() => layOut(messages, pending), [messages, pending])
  const { say } = language
  const open = state.host?.open === true

  const follow = (now: boolean): void => {
    if (now !== stuck.current) chat.look(now)
    stuck.current = now
    setFollowing(now)
    if (now) setBelow(0)
  }
  const toNewest = (): void => {
    const element = list.current
    if (element) element.scrollTop = element.scrollHeight
    follow(true)
  }
  const onScroll = (): void => {
    const element = list.current
    if (!element) return
    const { scrollTop, scrollHeight, clientHeight } = element
    // Content that grows moves the end away; only the visitor himself moves up.
    const up = scrollTop < lastTop.current
    lastTop.current = scrollTop
    if (scrollHeight - scrollTop - clientHeight < NEAR_PX) follow(true)
    else if (up) follow(false)
    if (scrollTop < NEAR_PX) chat.readOlder()
  }

  useLayoutEffect(() => {
    const element = list.current
    if (!element) return
    const first = messages[0]?.id ?? ''
    const { height, first: oldFirst } = before.current
    // Older messages came in above: what was on the screen stays where it was.
    if (oldFirst && first !== oldFirst && !stuck.current) element.scrollTop += element.scrollHeight - height
    else if (stuck.current) element.scrollTop = element.scrollHeight
    before.current = { height: element.scrollHeight, first }
  }, [groups, typingName, open, historyRead])

  // One's own message is always wanted on the screen; another's only raises the mark.
  const newest = messages.at(-1)
  useEffect(() => {
    if (!stuck.current && newest?.from === 'agent') setBelow((count) => count + 1)
  }, [newest?.id])
  useEffect(toNewest, [pending.length])

  useEffect(() => {
    const element = list.current
    if (!element) return
    // Pictures get their height late, and the composer grows.
    const watch = new ResizeObserver(() => stuck.current && toNewest())
    watch.observe(element)
    for (const child of element.children) watch.observe(child)
    const looked = (): void => chat.look(stuck.current)
    document.addEventListener('visibilitychange', looked)
    return () => {
      watch.disconnect()
      document.removeEventListener('visibilitychange', looked)
    }
  }, [chat])

  return (
    <div class="thread-box">
      {!state.connected && historyRead && (
        <p class="lost" role="status">
          <span class="spinner" />
          {say('lost')}
        </p>
      )}
      {/* Scrolling by keyboard needs a stop of its own. */}
      <div
        class="thread"
        ref={list}
        onScroll={onScroll}
        tabIndex={0}
        role="region"
        aria-label={say('messages')}
      >
        <div class="lines">
          {olderCursor === undefined && (
            <section class="intro">
              <p class="welcome">{say('welcome')}</p>
              <p dir="auto">{settings?.greeting || say('greeting')}</p>
              {!online && (
                <p class="away" dir="auto">
                  {settings?.offlineText || say('offlineText')}
                </p>
              )}
            </section>
          )}
          {(readingOlder || !historyRead) && (
            <p class="reading">
              <span class="spinner" />
              <span class="unseen">{say('loading')}</span>
            </p>
          )}
          <div
            role="log"
            aria-live="polite"
            aria-label={say('messages')}
            aria-busy={readingOlder || !historyRead}
          >
            {groups.map((group) => (
              <GroupView key={group.key} group={group} />
            ))}
          </div>
          <div role="status" class="typing-line">
            {typingName !== undefined && (
              <p class="typing">
                <span class="dots" aria-hidden="true">
                  <i />
                  <i />
                  <i />
                </span>
                {say('typing', { name: typingName || say('team') })}
              </p>
            )}
          </div>
        </div>
      </div>
      {!following && (
        <button type="button" class="to-newest" onClick={toNewest} aria-label={say('toNewest')}>
          {below > 0 && say('newest')}
          <Icon name="down" />
        </button>
      )}
    </div>
  )
}
