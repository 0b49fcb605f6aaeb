/**
 * The policy of the widget's frame: it runs only what we serve, talks only to us, and stands only in the sites that
 * the channel allows.
 * @param ancestors sources of `frame-ancestors`; none = any site
 */
export function framePolicy(ancestors: readonly string[], publicOrigin: string): string {
  const sites = ancestors.filter((source) => SOURCE.test(source))
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    // Older browsers do not count web sockets as 'self'.
    `connect-src 'self' ${publicOrigin.replace(/^http/, 'ws')}`,
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.length === 0 ? '*' : sites.length === 0 ? "'none'" : sites.join(' ')}`,
  ].join('; ')
}

/** A connector's sources come from an administrator's settings: nothing among them may end the directive. */
const SOURCE = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[A-Za-z0-9*.:[\]-]+$/
