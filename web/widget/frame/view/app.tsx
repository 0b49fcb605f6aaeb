import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { needsPreChat } from '../chat-state.ts'
import type { Words } from '../locales/words-of-a-language.ts'
import { applyTheme, isDark } from '../theme.ts'
import type { Language } from '../words.ts'
import { chooseLocale, loadLanguage } from '../words.ts'
import { Composer } from './composer.tsx'
import { keepFocusInside } from './focus.ts'
import { Icon } from './icon.tsx'
import { later } from './later.tsx'
import type { Screen } from './screen.ts'
import { ScreenContext } from './screen.ts'
import { Thread } from './thread.tsx'

const PreChat = later(async () => (await import('./pre-chat.tsx')).PreChat)

const RETRY_MS = 3_000

/** Reasons not to serve a visitor, with the words that he is told. */
const REFUSALS: Readonly<Record<string, keyof Words>> = {
  'origin-not-allowed': 'notAllowed',
  'channel-paused': 'paused',
  'not-found': 'notFound',
  'identity-not-proven': 'identity',
}

type AppProps = Omit<Screen, 'state' | 'language'>

/** The whole frame. */
export function App(props: AppProps): JSX.Element | null {
  const { store } = props.chat
  const [state, setState] = useState(store.get)
  useEffect(() => store.subscribe(() => setState(store.get())), [store])
  const { host, settings, refusal } = state
  const language = useLanguage([host?.locale, settings?.locale, ...navigator.languages])
  const root = useRef<HTMLElement>(null)

  const device = useDeviceDark()
  useEffect(() => {
    if (settings)
      applyTheme(
        document.documentElement,
        settings.color,
        isDark(host?.colorScheme ?? settings.colorScheme, device),
      )
  }, [settings, host?.colorScheme, device])

  const open = host?.open === true
  const ready = settings !== undefined && language !== undefined
  useEffect(() => {
    // A phone's keyboard would hide what there is to read, so there the head gets the focus.
    if (!open || !ready) return
    const touch = matchMedia('(pointer:coarse)').matches
    const first = root.current?.querySelector<HTMLElement>(touch ? '[data-close]' : '[data-first]')
    first?.focus({ preventScroll: true })
  }, [open, ready])

  if (language === undefined || (settings === undefined && refusal === undefined)) return null
  const { say } = language
  return (
    <ScreenContext.Provider value={{ ...props, state, language }}>
      <main
        class="frame"
        ref={root}
        inert={!open}
        onKeyDown={(event) => onKey(event, root.current, props.chat.close)}
      >
        {head(settings?.title || say('title'))}
        {refusal !== undefined ? (
          <p class="refusal" role="alert">
            <Icon name="alert" />
            {say(REFUSALS[refusal] ?? 'broken')}
          </p>
        ) : (
          <>
            <Thread />
            {needsPreChat(state) ? <PreChat /> : <Composer />}
          </>
        )}
      </main>
    </ScreenContext.Provider>
  )

  // No component of its own: one made anew in every drawing would lose the focus.
  function head(title: string): JSX.Element {
    return (
      <header class="head">
        <span class="mark" aria-hidden="true">
          {Array.from(title)[0]}
        </span>
        <div class="naming">
          <h1>{title}</h1>
          {refusal === undefined && (
            <p class={state.online ? 'presence here' : 'presence'}>
              {say(state.online ? 'online' : 'offline')}
            </p>
          )}
        </div>
        <button type="button" class="round" data-close aria-label={say('close')} onClick={props.chat.close}>
          <Icon name="close" />
        </button>
      </header>
    )
  }
}

function onKey(event: KeyboardEvent, root: HTMLElement | null, close: () => void): void {
  if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing) close()
  if (event.key === 'Tab' && root) keepFocusInside(event, root)
}

function useLanguage(wanted: readonly (string | undefined)[]): Language | undefined {
  const [language, setLanguage] = useState<Language>()
  const code = chooseLocale(wanted)
  useEffect(() => {
    let current = true
    const load = async (): Promise<void> => {
      try {
        const loaded = await loadLanguage(code)
        if (!current) return
        document.documentElement.lang = loaded.code
        document.documentElement.dir = loaded.direction
        document.title = loaded.words.title
        setLanguage(loaded)
      } catch {
        setTimeout(() => current && void load(), RETRY_MS)
      }
    }
    void load()
    return () => {
      current = false
    }
  }, [code])
  return language
}

function useDeviceDark(): boolean {
  const query = matchMedia('(prefers-color-scheme:dark)')
  const [dark, setDark] = useState(query.matches)
  useEffect(() => {
    const changed = (): void => setDark(query.matches)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [])
  return dark
}
