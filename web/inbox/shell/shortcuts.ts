import { useEffect, useRef } from 'react'

type Handler = (event: KeyboardEvent) => void

/** The handler registered last goes first: what lies on top answers. */
const handlers = new Map<string, Handler[]>()

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))

/** A dialog or an open menu has the keyboard for itself. */
const isCovered = (): boolean =>
  document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"], [data-shortcuts="off"]') !== null

/** Taken before the dialog or menu itself hears the key and goes away. */
let covered = false
const noteCover = (): void => {
  covered = isCovered()
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return
  const command = event.metaKey || event.ctrlKey
  const key = `${command ? 'mod+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`
  if (!command && (isTyping(event.target) || covered)) {
    if (event.key === 'Escape' && isTyping(event.target) && !covered) (event.target as HTMLElement).blur()
    return
  }
  // A letter with shift means the same as without, unless somebody listens to it apart.
  const shifted = event.shiftKey && event.key.length === 1 ? handlers.get(`shift+${key}`)?.at(-1) : undefined
  const handler = shifted ?? handlers.get(key)?.at(-1)
  if (!handler) return
  event.preventDefault()
  handler(event)
}

/** Runs a function when a key is pressed outside of fields: `j`, `?`, `Escape`, `mod+k`, `shift+r`. */
export function useShortcut(key: string, handler: Handler | undefined): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  const active = handler !== undefined
  useEffect(() => {
    if (!active) return
    const run: Handler = (event) => latest.current?.(event)
    if (handlers.size === 0) {
      window.addEventListener('keydown', noteCover, true)
      window.addEventListener('keydown', onKeyDown)
    }
    handlers.set(key, [...(handlers.get(key) ?? []), run])
    return () => {
      const rest = (handlers.get(key) ?? []).filter((other) => other !== run)
      if (rest.length > 0) handlers.set(key, rest)
      else handlers.delete(key)
      if (handlers.size > 0) return
      window.removeEventListener('keydown', noteCover, true)
      window.removeEventListener('keydown', onKeyDown)
    }
  }, [key, active])
}
