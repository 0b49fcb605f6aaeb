/** The built server with a bot of the fake Telegram. */
import { randomUUID } from 'node:crypto'
import type { AttachmentView, ConversationView, MessageView, Page } from '../../../src/domain/views.ts'
import {
  type FakeTelegram,
  type FakeTelegramOptions,
  startFakeTelegram,
} from '../../fakes/telegram/fake-telegram.ts'
import {
  type BareServer,
  type Call,
  createCall,
  signIn,
  startBareServer,
  startServer,
  temporaryFolder,
} from '../../harness/real-server.ts'

export const PATIENCE = { timeout: 30_000, interval: 100 }

export interface BotOffice {
  /** The one that was started last. */
  readonly fake: FakeTelegram
  /** Starts another platform with a bot that nobody knows. */
  newBot(options?: FakeTelegramOptions): Promise<FakeTelegram>
  readonly call: Call
  readonly server: () => BareServer
  readonly cookie: () => string
  /** Makes a channel of the bot. @returns its id */
  channel(config?: object): Promise<string>
  /** Another server over the same data, at the same address; the one before must be gone. */
  restart(): Promise<void>
  /** The messages of both sides in a channel, oldest first, without lines of the thread. */
  messages(channelId: string): Promise<readonly MessageView[]>
  reply(channelId: string, text: string, more?: object): Promise<MessageView>
  /** The bytes of a file as an agent gets them; undefined while it is not there. */
  file(attachment: AttachmentView | undefined): Promise<Buffer | undefined>
  close(): Promise<void>
}

export async function openBotOffice(): Promise<BotOffice> {
  let fake = await startFakeTelegram()
  const fakes = [fake]
  const folder = await temporaryFolder()
  const env = { OUTBOUND_ALLOW: '127.0.0.1' }
  let server: BareServer = await startServer(folder.path, { env })
  const { call, cookie } = createCall(() => server.url)
  await signIn(call)

  const conversations = async (channelId: string): Promise<readonly ConversationView[]> =>
    (
      (await call('GET', `/conversations?channelId=${channelId}&limit=100`))
        .body as unknown as Page<ConversationView>
    ).items

  return {
    get fake() {
      return fake
    },
    async newBot(options) {
      fake = await startFakeTelegram(options)
      fakes.push(fake)
      return fake
    },
    call,
    cookie,
    server: () => server,
    async channel(config = {}) {
      const settings = { botToken: fake.token, apiBaseUrl: fake.url, ...config }
      const { status, body } = await call('POST', '/channels', {
        type: 'telegram',
        name: 'Bot',
        config: settings,
      })
      if (status !== 201) throw new Error(`the channel was not made: ${status} ${JSON.stringify(body)}`)
      return String(body['id'])
    },
    async restart() {
      server = await startBareServer(folder.path, { env: { ...env, PORT: new URL(server.url).port } })
    },
    async messages(channelId) {
      const found: MessageView[] = []
      for (const { id } of await conversations(channelId)) {
        const page = (await call('GET', `/conversations/${id}/messages?limit=200`))
          .body as unknown as Page<MessageView>
        found.push(...[...page.items].reverse())
      }
      return found.filter(({ kind }) => kind === 'message')
    },
    async reply(channelId, text, more = {}) {
      const [conversation] = await conversations(channelId)
      const command = { text, clientMessageId: randomUUID(), attachmentIds: [], ...more }
      const { status, body } = await call('POST', `/conversations/${conversation?.id}/messages`, command)
      if (status >= 300) throw new Error(`the reply was refused: ${status} ${JSON.stringify(body)}`)
      return body as unknown as MessageView
    },
    async file(attachment) {
      if (!attachment) return undefined
      const response = await fetch(`${server.url}/api/v1/attachments/${attachment.id}`, {
        headers: { cookie: cookie() },
      })
      const bytes = Buffer.from(await response.arrayBuffer())
      return response.status === 200 ? bytes : undefined
    },
    async close() {
      if (server.child.exitCode === null && server.child.signalCode === null) await server.stop()
      await Promise.all(fakes.map((one) => one.close()))
      await folder.remove()
    },
  }
}
