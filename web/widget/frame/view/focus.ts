const REACHABLE = 'button:not(:disabled),[href],input:not([type=file]),textarea,[tabindex="0"]'

/** Lets Tab go round inside; Escape is the way out. */
export function keepFocusInside(event: KeyboardEvent, root: HTMLElement): void {
  const dialog = root.querySelector<HTMLElement>('[aria-modal=true]') ?? root
  const stops = [...dialog.querySelectorAll<HTMLElement>(REACHABLE)].filter(
    (element) => element.tabIndex >= 0 && element.getClientRects().length > 0,
  )
  const [first, last] = [stops[0], stops.at(-1)]
  const from = document.activeElement
  const target = event.shiftKey ? last : first
  if (target && (from === (event.shiftKey ? first : last) || !dialog.contains(from))) {
    event.preventDefault()
    target.focus()
  }
}
