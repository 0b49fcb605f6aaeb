import type { VisitorIdentityClaim } from '../../../src/domain/visitor.ts'
import type { HostState } from '../link.ts'
import type { Profile } from './keepsake.ts'

/** Forms the server accepts; what a page claims beyond them is left out rather than stopping the message. */
const EMAIL = /^[^\s@]{1,64}@[^\s@]{1,189}$/
const ATTRIBUTE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/
const MAX_ATTRIBUTES = 20
const IDENTITY: Readonly<Record<string, number>> = {
  id: 200,
  name: 120,
  email: 254,
  phone: 40,
  hash: 64,
  jwt: 4_096,
}

/** Whether a text has the form of a mail address. */
export const isEmail = (text: string): boolean => EMAIL.test(text)

/** What goes along with a message about its writer and his page. */
export function claimsOf(host: HostState | undefined, profile: Profile | undefined): object {
  const claim = identityOf(host)
  const name = (claim?.name ?? profile?.name)?.trim().slice(0, 120)
  const email = (claim?.email ?? profile?.email)?.trim()
  const preChat = { ...(name && { name }), ...(email && isEmail(email) && { email }) }
  const attributes = Object.fromEntries(
    Object.entries(host?.attributes ?? {})
      .filter(
        ([key, value]) => ATTRIBUTE_KEY.test(key) && ['string', 'number', 'boolean'].includes(typeof value),
      )
      .slice(0, MAX_ATTRIBUTES)
      .map(([key, value]) => [key, String(value).slice(0, 500)]),
  )
  const url = host?.page.url ?? ''
  return {
    ...(Object.keys(preChat).length > 0 && { preChat }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(host !== undefined &&
      /^https?:\/\//.test(url) &&
      url.length <= 2_000 && { page: { url, title: host.page.title.slice(0, 300) } }),
  }
}

/** What the page says of its visitor, as far as it has the form that the server reads. */
export function identityOf(host: HostState | undefined): VisitorIdentityClaim | undefined {
  const given = Object.entries(host?.identity ?? {}).flatMap(([key, value]) => {
    const text = typeof value === 'number' ? `${value}` : value
    const limit = IDENTITY[key]
    return typeof text === 'string' && text !== '' && limit && text.length <= limit ? [[key, text]] : []
  })
  return given.length > 0 ? (Object.fromEntries(given) as VisitorIdentityClaim) : undefined
}
