const NAME = /([^\s"'<>/=]+)(\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/gu

/**
 * Markup whose styles stand in `data-css`, and whose handlers in an attribute that means nothing. Parsing it breaks no
 * policy, so that the browser reports nothing; what is harmful is taken out afterwards, by others.
 */
export function withoutInlineCode(html: string): string {
  let done = ''
  let at = 0
  for (;;) {
    const open = html.indexOf('<', at)
    if (open < 0) return done + html.slice(at)
    const close = /[a-z]/iu.test(html[open + 1] ?? '') ? tagEnd(html, open + 1) : open + 1
    if (close < 0) return done + html.slice(at)
    done += html.slice(at, open) + renamed(html.slice(open, close))
    at = close
  }
}

/** Where a tag is over, past its `>`; -1 when it never is. */
function tagEnd(html: string, from: number): number {
  let quote = ''
  for (let at = from; at < html.length; at += 1) {
    const sign = html[at] ?? ''
    if (quote !== '') {
      if (sign === quote) quote = ''
    } else if (sign === '>') return at + 1
    else if (sign === '"' || sign === "'") quote = sign
  }
  return -1
}

const renamed = (tag: string): string =>
  tag.replace(NAME, (whole, name: string, value = '') => {
    const key = name.toLowerCase()
    if (value === '') return whole
    return key === 'style' ? `data-css${value}` : key.startsWith('on') ? `data-code${value}` : whole
  })
