/** A server killed anywhere in a merge or its undoing leaves, once it runs again, one that is done whole or not at all. */
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { issueToken } from '../../connectors/web-chat/visitor-token.ts'
import type { ContactView, ConversationView, MergeView, Page } from '../../src/domain/views.ts'
import type { Station } from '../../src/store/stations.ts'
import { besideServer } from '../harness/beside-server.ts'
import { createCall, signIn, startBareServer, startServer, temporaryFolder } from '../harness/real-server.ts'
import { post } from './customers.ts'
import { dieAt, LONG, report, startOver, TIMEOUT_MS } from './fault-run.ts'

const MERGING: readonly Station[] = [
  'merge-claimed',
  'merge-decided',
  'merge-identities-moved',
  'merge-conversations-moved',
]
const UNDOING: readonly Station[] = [
  'unmerge-decided',
  'unmerge-restored',
  'unmerge-identities-moved',
  'unmerge-conversations-moved',
]
const SHORT: readonly Station[] = ['merge-claimed', 'merge-identities-moved', 'unmerge-identities-moved']
/** The lease of whoever was at it runs out first. */
const PATIENCE = { timeout: 240_000, interval: 200 }

/** The half minute that it lasts is waited for in the long form only. */
const leasesRunOut = (dataDir: string) =>
  besideServer(dataDir, (db) =>
    db.collection('contact_merges').updateMany({ open: true }, { $set: { leaseUntil: new Date(1) } }),
  )

it(
  'a merge is whole or not at all, wherever the server dies in between',
  async () => {
    const folder = await temporaryFolder()
    const first = await startServer(folder.path)
    const { channelId, visitorSecret } = first
    let url = first.url
    const { call } = createCall(() => url)
    await signIn(call)
    const write = async (): Promise<string> => {
      const visitorId = `anon:${randomBytes(16).toString('hex')}`
      const token = issueToken(
        { visitorId, verified: false, expiresAtMs: Date.now() + 86_400_000 },
        visitorSecret,
      )
      const text = randomBytes(8).toString('hex')
      await post(
        { url, channelId, visitorSecret },
        token,
        JSON.stringify({ type: 'message', clientMessageId: 'm', text }),
      )
      const ours = async (): Promise<string> => {
        const { items } = (await call('GET', '/conversations?view=all&limit=100'))
          .body as unknown as Page<ConversationView>
        return items.find(({ lastMessage }) => lastMessage?.preview === text)?.contact.id ?? ''
      }
      await expect.poll(ours, PATIENCE).not.toBe('')
      return ours()
    }
    const contact = async (id: string): Promise<ContactView> =>
      (await call('GET', `/contacts/${id}`)).body as unknown as ContactView
    const merge = async (id: string, other: string) =>
      call('POST', `/contacts/${id}/merges`, {
        contactId: other,
        version: (await contact(id)).version,
        contactVersion: (await contact(other)).version,
      })
    const mergesOf = async (id: string): Promise<readonly MergeView[]> =>
      ((await call('GET', `/contacts/${id}/merges`)).body as unknown as { items: MergeView[] }).items
    const conversationsOf = async (id: string): Promise<number> =>
      ((await call('GET', `/contacts/${id}/conversations`)).body as unknown as Page<ConversationView>).items
        .length
    const lives = [first.stop]
    const stop = async (): Promise<void> => {
      await lives.pop()?.()
    }
    for (const station of LONG ? [...MERGING, ...UNDOING] : SHORT) {
      if (lives.length === 0) {
        const server = await startBareServer(folder.path)
        url = server.url
        lives.push(server.stop)
      }
      const [one, other] = [await write(), await write()]
      const undoes = UNDOING.includes(station)
      if (undoes) expect((await merge(one, other)).status).toBe(201)
      await stop()
      await dieAt(startOver(folder.path), station, 1, async (doomed) => {
        url = doomed.url
        const [done] = undoes ? await mergesOf(one) : []
        await (undoes ? call('POST', `/contact-merges/${done?.id}/undo`) : merge(one, other)).catch(
          () => undefined,
        )
      })
      const server = await startBareServer(folder.path)
      url = server.url
      lives.push(server.stop)
      if (!LONG) await leasesRunOut(folder.path)
      if (undoes) {
        await expect.poll(async () => (await mergesOf(one))[0]?.undoneAt, PATIENCE).toBeDefined()
        expect([await conversationsOf(one), await conversationsOf(other)]).toEqual([1, 1])
        expect((await contact(other)).id).toBe(other)
      } else {
        await expect.poll(async () => (await mergesOf(one))[0]?.undoable, PATIENCE).toBe(true)
        expect((await contact(other)).id).toBe(one)
        expect(await conversationsOf(one)).toBe(2)
        expect((await contact(one)).identities).toHaveLength(2)
      }
      report('killed while merging', { station })
    }
    await stop()
    await folder.remove()
  },
  TIMEOUT_MS,
)
