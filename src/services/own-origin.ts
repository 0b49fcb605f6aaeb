/**
 * Whether a page of this origin is our own: of the public address, or of the host that the request itself names, since
 * people also come by other names of this machine. Where the public address is https, a page that came without is not
 * ours: on the way anybody could have written it.
 */
export function isOwnOrigin(origin: string, host: string | undefined, publicOrigin: string): boolean {
  if (origin === publicOrigin) return true
  if (host === undefined || !URL.canParse(origin)) return false
  const page = new URL(origin)
  if (publicOrigin.startsWith('https:') && page.protocol !== 'https:') return false
  return page.host !== '' && page.host === host.toLowerCase()
}
