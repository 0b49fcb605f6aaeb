/** An address of the web, and how it reads in a narrow place. */
export interface WebAddress {
  readonly href: string
  /** Without scheme, query and the slash at the end: `shop.example/vases`. */
  readonly short: string
}

/** Reads a text that is nothing but an http(s) address; anything else, `javascript:` above all, is none. */
export function webAddress(text: string): WebAddress | undefined {
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return undefined
  const { href, host, pathname, protocol, username, password } = new URL(text)
  // A name before the host makes an address look like another one.
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return undefined
  return { href, short: host + pathname.replace(/\/$/, '') }
}
