const RUN = /\+([A-Za-z0-9+/]*)-?/g

/**
 * UTF-7 (RFC 2152), which libraries refuse since it can hide markup from a filter that looks at bytes. Here the text
 * is decoded first and what shows it filters afterwards, so there is nothing to hide from.
 */
export function decodeUtf7(text: string): string {
  return text.replace(RUN, (run, encoded: string) => {
    if (encoded === '') return run === '+-' ? '+' : run
    const bytes = Buffer.from(encoded, 'base64')
    return new TextDecoder('utf-16be').decode(bytes.subarray(0, bytes.length - (bytes.length % 2)))
  })
}
