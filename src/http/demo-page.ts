import { createHash } from 'node:crypto'
import { DEMO_PRODUCTS, type DemoProduct } from './demo-drawings.ts'
import { DEMO_STYLES } from './demo-styles.ts'

/** A page and the policy it is sent with. */
export interface DemoPage {
  readonly html: string
  readonly policy: string
}

/** Opens the chat with a question, by the calls that every site owner has. */
const ASK_SCRIPT = `addEventListener('click',function(e){var b=e.target.closest&&e.target.closest('[data-ask]');if(b&&window.tributary){tributary('prefill',b.dataset.ask);tributary('open')}})`

/** The shop, with the snippet exactly as a site owner pastes it. */
export function shopPage(snippet: string, publicOrigin: string): DemoPage {
  const html = page(
    'Juniper & Clay: pots for every day',
    `<div class="bar"><div><span>This shop is made up: it shows the widget on a page like yours.</span><a href="/">Open the inbox</a></div></div>
<header class="wrap"><a class="brand" href="/demo">Juniper &amp; Clay</a><nav aria-label="Shop"><ul><li><a href="#shelf">Shelf</a></li><li><a href="#story">Our workshop</a></li><li><a href="#story">Delivery</a></li></ul></nav></header>
<main>
<section class="wrap hero"><div><h1>Pots for every day of your life</h1><p>Thrown on a slow wheel, fired twice, glazed with ash from our own stove. Made to be used, dropped once, and glued with gold.</p><a class="button" href="#shelf">See what is on the shelf</a></div><figure>${DEMO_PRODUCTS[1]?.drawing ?? ''}</figure></section>
<section class="wrap" id="shelf"><h2>On the shelf</h2><ul class="shelf">${DEMO_PRODUCTS.map(card).join('')}</ul></section>
<section class="wrap story" id="story"><div><h3>Made by two people</h3><p>Ida throws, Omar glazes. The cat inspects.</p></div><div><h3>Sent within two days</h3><p>Packed in straw, free from € 60, everywhere the post goes.</p></div><div><h3>Ask us anything</h3><p>The chat in the corner is answered by whoever has dry hands.</p></div></section>
</main>
<footer><div class="wrap">Juniper &amp; Clay is a fiction. Whatever you write in its chat arrives in <a href="/">your inbox</a>.</div></footer>
<script>${ASK_SCRIPT}</script>
${snippet}`,
  )
  return { html, policy: policyOf(html, publicOrigin) }
}

/** What stands in the shop's place while there is no widget to show. */
export function emptyPage(publicOrigin: string, reason: 'no-channel' | 'origin-not-allowed'): DemoPage {
  const { host } = new URL(publicOrigin)
  const words =
    reason === 'no-channel'
      ? `<h1>There is no chat to show yet</h1><p>This page carries the widget of the first active channel that has one. Finish the set-up, or add or resume such a channel under <b>Channels</b> in the inbox; then reload this page.</p>`
      : `<h1>The chat is not allowed on this page</h1><p>The channel lists the sites that may show its widget, and this server is not among them. Add <code>${escaped(host)}</code> to its allowed domains to try it here; your own sites are not touched by that.</p>`
  const html = page(
    'Demo shop',
    `<main class="wrap"><div class="note">${words}<a class="button" href="/">Open the inbox</a></div></main>`,
  )
  return { html, policy: policyOf(html, publicOrigin) }
}

const page = (title: string, body: string): string =>
  `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${DEMO_STYLES}</style></head>
<body>${body}
</body></html>
`

const card = ({ name, about, price, drawing }: DemoProduct): string =>
  `<li>${drawing}<div><h3><span>${name}</span><span>${price}</span></h3><p>${about}</p><button type="button" data-ask="Hello! Is the ${name.toLowerCase()} in stock?">Ask about it</button></div></li>`

/** Only what stands in the page itself may run, by digest, and the widget from our own address. */
function policyOf(html: string, publicOrigin: string): string {
  const digests = (tag: 'script' | 'style'): string =>
    [...html.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))]
      .map(([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`)
      .join(' ')
  return [
    "default-src 'none'",
    `script-src 'self' ${publicOrigin} ${digests('script')}`.trimEnd(),
    `style-src ${digests('style')}`,
    "img-src 'self' data:",
    `connect-src 'self' ${publicOrigin}`,
    `frame-src 'self' ${publicOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (mark) => ESCAPES[mark] ?? '')
