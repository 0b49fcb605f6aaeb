/**
 * Whether a page of this origin may show the widget. Patterns are hosts as `example.com`, `*.example.com` (subdomains
 * at any depth, not the domain itself), `localhost:8080`, `localhost:*`; without a port, the scheme's own port is
 * meant, just as `frame-ancestors` reads it. No patterns = any site. Only http and https pages have a say.
 */
export function isAllowedOrigin(origin: string, patterns: readonly string[]): boolean {
  const host = hostOf(origin)
  return host !== undefined && (patterns.length === 0 || patterns.some((pattern) => matches(host, pattern)))
}

/** The same patterns as `frame-ancestors` sources. */
export function frameAncestors(patterns: readonly string[]): readonly string[] {
  return patterns.flatMap((pattern) => {
    const host = pattern.trim().toLowerCase()
    return [`https://${host}`, `http://${host}`]
  })
}

interface Host {
  readonly name: string
  /** Empty for the scheme's own port. */
  readonly port: string
}

function hostOf(origin: string): Host | undefined {
  if (origin.length > 300 || !/^https?:\/\//i.test(origin)) return undefined
  try {
    const url = new URL(origin)
    return url.origin === origin.toLowerCase() ? { name: url.hostname, port: url.port } : undefined
  } catch {
    return undefined
  }
}

function matches(host: Host, pattern: string): boolean {
  const [name = '', port = ''] = pattern.trim().toLowerCase().split(':')
  if (port !== '*' && port !== host.port) return false
  return name.startsWith('*.') ? host.name.endsWith(name.slice(1)) : host.name === name
}
