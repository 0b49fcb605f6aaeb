import type { VisitorSettings } from '../../../src/domain/visitor.ts'
import { textOn } from '../brand-color.ts'
import styles from './loader.css?inline'

/** Launcher and frame, in a shadow root of their own. */
export interface Panel {
  readonly frame: () => Window | null | undefined
  readonly mount: (url: string) => void
  readonly update: (open: boolean, hidden: boolean | undefined, unread: number) => void
  readonly focus: (open: boolean) => void
  readonly remove: () => void
}

/**
 * Builds the launcher. Nothing here needs an allowance of the page's content security policy: the style sheet is
 * constructed, and elements are made one by one, since Trusted Types refuse markup.
 * @param toggle with false: close
 */
export function createPanel(
  settings: VisitorSettings,
  label: string,
  zIndex: number | undefined,
  toggle: (open?: boolean) => void,
): Panel {
  const root = document.documentElement
  const host = document.createElement('tributary-widget')
  const shadow = host.attachShadow({ mode: 'open' })
  const button = document.createElement('button')
  const badge = document.createElement('b')
  let iframe: HTMLIFrameElement | undefined
  let opener: Element | null = null
  let overflow = ''
  let locked = false

  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  shadow.adoptedStyleSheets = [sheet]
  const look = (name: string, value: string | number): void => host.style.setProperty(name, `${value}`)
  look('--c', settings.color)
  look('--on', textOn(settings.color))
  if (zIndex) look('--z', zIndex)
  button.append(
    drawing('M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3.5 20.5l1.6-5A8.4 8.4 0 1 1 21 11.5Z', 'm6 9.5 6 6 6-6'),
    badge,
  )
  button.onclick = () => toggle()
  host.onkeydown = ({ key }) => key === 'Escape' && toggle(false)
  if (settings.position === 'left') host.className = 'l'
  shadow.append(button)
  // Outside of the body: pages that swap it (Turbo, Astro) would reload the frame every time.
  const attach = (): void => {
    if (!host.isConnected) root.append(host)
  }
  attach()
  const watch = new MutationObserver(attach)
  watch.observe(root, { childList: true })

  return {
    frame: () => iframe?.contentWindow,
    mount(url) {
      if (iframe) return
      iframe = document.createElement('iframe')
      iframe.title = label
      iframe.src = url
      shadow.prepend(iframe)
    },
    update(open, hidden, unread) {
      button.hidden = !!hidden
      button.ariaExpanded = `${open}`
      button.ariaLabel = label + (unread ? ` (${unread})` : '')
      badge.textContent = unread > 99 ? '99+' : `${unread || ''}`
      iframe?.classList.toggle('o', open)
      // Full screen on a phone: the page behind must not scroll along.
      if (locked !== (open && matchMedia('(max-width:480px)').matches)) {
        locked = !locked
        const { style } = root
        ;[style.overflow, overflow] = [locked ? 'hidden' : overflow, style.overflow]
      }
    },
    focus(open) {
      if (open) {
        opener = document.activeElement
        iframe?.focus()
      } else if (document.activeElement === host) {
        ;(opener && opener !== host ? (opener as HTMLElement) : button).focus()
      }
    },
    remove() {
      watch.disconnect()
      host.remove()
    },
  }
}

function drawing(...shapes: string[]): Element {
  const draw = (name: string, attribute: string, value: string): Element => {
    const element = document.createElementNS('http://www.w3.org/2000/svg', name)
    element.setAttribute(attribute, value)
    return element
  }
  const svg = draw('svg', 'viewBox', '0 0 24 24')
  svg.ariaHidden = 'true'
  for (const shape of shapes) svg.append(draw('path', 'd', shape))
  return svg
}
