import { useEffect, useMemo, useRef, useState } from 'react'
import { remoteImageUrl } from '../../shared/agent-api.ts'
import { letterText } from '../text/letter-text.ts'
import { styleNonce } from '../theme/style-nonce.ts'
import { framePage } from './frame-page.ts'
import css from './letter-body.module.css'
import { applyStyles, safeContent } from './safe-content.ts'

/** Beyond it a letter scrolls inside its frame. */
const TALLEST_PX = 20_000
/** A layout wider than the screen is made smaller, but never so small that nobody can read it. */
const SMALLEST = 0.5
/** As much room after a wide layout as before it. */
const MARGIN_PX = 20

/** A formatted letter in a frame of its own: no script, no style of ours, nothing from elsewhere. */
export function LetterFrame(props: {
  readonly messageId: string
  readonly html: string
  readonly pictures: boolean
  readonly title: string
}) {
  const { messageId, html, pictures, title } = props
  const frame = useRef<HTMLIFrameElement>(null)
  const [height, setHeight] = useState(0)
  const [filled, setFilled] = useState(0)
  const page = useMemo(() => framePage(styleNonce()), [])

  useEffect(() => {
    const element = frame.current
    const body = element?.contentDocument?.body
    if (!element || !body || filled === 0) return undefined
    body.replaceChildren(...safeContent(html, { quoted: letterText.quoted }).childNodes)
    applyStyles(body)
    const measure = () => {
      body.style.zoom = '1'
      const { scrollWidth, clientWidth } = body
      if (scrollWidth > clientWidth + 1) {
        body.style.zoom = String(Math.max(SMALLEST, clientWidth / (scrollWidth + MARGIN_PX)))
      }
      setHeight(Math.ceil(body.getBoundingClientRect().height))
    }
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(body)
    watch.observe(element)
    const keys = (event: KeyboardEvent) => passKey(event)
    body.ownerDocument.addEventListener('keydown', keys)
    return () => {
      watch.disconnect()
      body.ownerDocument.removeEventListener('keydown', keys)
    }
  }, [filled, html])

  useEffect(() => {
    const body = frame.current?.contentDocument?.body
    if (!body || filled === 0 || !pictures) return
    for (const image of body.querySelectorAll<HTMLImageElement>('img[data-remote-image]')) {
      image.src = remoteImageUrl(messageId, image.getAttribute('data-remote-image') ?? '')
      image.removeAttribute('data-remote-image')
    }
  }, [filled, pictures, messageId, html])

  return (
    <>
      <iframe
        ref={frame}
        className={css['frame']}
        title={title}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        srcDoc={page}
        style={{ blockSize: Math.min(TALLEST_PX, Math.max(48, height)) }}
        onLoad={() => setFilled((count) => count + 1)}
      />
      {height > TALLEST_PX && <p className={css['cut']}>{letterText.cut}</p>}
    </>
  )
}

/** Keys that nothing in a letter answers work as they do beside it. */
function passKey(event: KeyboardEvent): void {
  const { key, shiftKey, ctrlKey, metaKey, altKey } = event
  // Keys that move within the letter, or act on what is chosen in it, stay there.
  if (key === 'Tab' || key === 'Enter' || key === ' ' || key.startsWith('Arrow')) return
  if ((ctrlKey || metaKey) && key.toLowerCase() !== 'k') return
  const again = new KeyboardEvent('keydown', { key, shiftKey, ctrlKey, metaKey, altKey, cancelable: true })
  window.dispatchEvent(again)
  if (again.defaultPrevented) event.preventDefault()
}
