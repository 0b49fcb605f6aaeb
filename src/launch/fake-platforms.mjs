/** Joins the fake platforms of development to the server: a channel for each, made once, and told where it is called. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_OWNER } from './demo-data.mjs'

/** Longer than the fakes take to start. */
const PATIENCE_MS = 30_000

/**
 * Makes the channels that are missing, and tells the fakes the addresses of all of them.
 *
 * @param {string} server
 * @param {string} fakes where they say which channels belong to them
 * @returns {Promise<boolean>} false where the demo owner may not sign in: the data are somebody else's
 */
export async function joinFakePlatforms(server, fakes) {
  const wanted = await offeredBy(fakes)
  const api = await signIn(server)
  if (!api) return false
  const { items } = await api('GET', '/channels')
  /** @type {Record<string, string>} */
  const webhooks = {}
  for (const { type, name, config } of wanted) {
    const known = items.find((/** @type {{ type: string }} */ channel) => channel.type === type)
    const { id } = known ?? (await api('POST', '/channels', { type, name, config }))
    webhooks[type] = `${server}/ingress/${id}`
  }
  await fetch(`${fakes}/channels`, { method: 'POST', body: JSON.stringify(webhooks) })
  return true
}

/**
 * @param {string} fakes
 * @returns {Promise<readonly { type: string, name: string, config: object }[]>}
 */
async function offeredBy(fakes) {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await fetch(`${fakes}/channels`).catch(() => undefined)
    if (answer?.ok) return answer.json()
    if (performance.now() > until) throw new Error(`nothing answers at ${fakes}`)
    await sleep(250)
  }
}

/** @param {string} server */
async function signIn(server) {
  const headers = { 'content-type': 'application/json', origin: server }
  const { email, password } = DEMO_OWNER
  const answer = await fetch(`${server}/api/v1/session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email, password }),
  })
  if (!answer.ok) return undefined
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   */
  const api = async (method, path, body) => {
    const said = await fetch(`${server}/api/v1${path}`, {
      method,
      headers: { ...headers, cookie },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!said.ok) throw new Error(`${method} ${path} answered ${said.status}: ${await said.text()}`)
    return said.json()
  }
  return api
}
