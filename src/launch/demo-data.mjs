/** Fills a fresh server through its public interfaces, as a site and its visitors would. */
import { randomUUID } from 'node:crypto'

/** The account that `npm run dev` signs in with. */
export const DEMO_OWNER = { email: 'demo@example.com', password: 'demo demo demo' }

const VISITORS = [
  ['Amira Haddad', 'Hello! Is the tall vase back in stock?', 'I would need two of them by Friday.'],
  ['Jonas Lindqvist', 'My parcel says delivered, but nothing is here.'],
  ['Chloé Martin', 'Do you ship to Corsica?', 'And what does it cost?'],
  ['سارة الأحمد', 'مرحبا، هل يمكنني تغيير لون الطلب؟'],
  ['Diego Fernández', 'The bowl arrived with a chip. I can send a photo.'],
]

/**
 * Makes the owner and some conversations.
 *
 * @param {string} url of the server
 * @param {string} token of its set-up link
 */
export async function fillWithDemoData(url, token) {
  const headers = { 'content-type': 'application/json', origin: url }
  const command = { token, workspaceName: 'Juniper & Clay', name: 'Demo Owner', ...DEMO_OWNER }
  const owner = await fetch(`${url}/api/v1/set-up`, {
    method: 'POST',
    headers,
    body: JSON.stringify(command),
  })
  if (!owner.ok) throw new Error(`the set-up answered ${owner.status}`)
  const cookie = owner.headers.get('set-cookie')?.split(';')[0] ?? ''
  const channels = await (await fetch(`${url}/api/v1/channels`, { headers: { ...headers, cookie } })).json()
  const channelId = channels.items[0].id
  for (const [name, ...texts] of VISITORS) {
    const { ticket } = await (await fetch(`${url}/widget/v1/${channelId}/settings`, { headers })).json()
    const session = await fetch(`${url}/widget/v1/${channelId}/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ticket }),
    })
    const authorization = `Bearer ${(await session.json()).token}`
    for (const text of texts) {
      const message = { type: 'message', clientMessageId: randomUUID(), text, preChat: { name } }
      await fetch(`${url}/ingress/${channelId}`, {
        method: 'POST',
        headers: { ...headers, authorization },
        body: JSON.stringify(message),
      })
    }
  }
}
