/** Serves the page, tells what there is, and does what is pressed on it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readPage } from './desks.ts'
import { type Deed, MOODS, PEOPLE, type PlatformDesk } from './platform-desk.ts'

export interface FakesPage {
  readonly url: string
  close(): Promise<void>
}

/** What is posted, by the last part of its address. */
interface Posts {
  readonly does: { readonly type: string; readonly person: number; readonly deed: Deed }
  readonly mood: { readonly type: string; readonly mood: string }
  readonly channels: Readonly<Record<string, string>>
}

/** Starts it, for this machine only. */
export async function startPage(desks: readonly PlatformDesk[], port = 0): Promise<FakesPage> {
  const moods = new Map<string, string>()
  const deskOf = (type: string): PlatformDesk => {
    const found = desks.find((desk) => desk.type === type)
    if (!found) throw new Error(`there is no ${type}`)
    return found
  }

  const shown = () => ({
    people: PEOPLE,
    moods: Object.keys(MOODS),
    desks: desks.map((desk) => ({
      type: desk.type,
      name: desk.name,
      can: desk.can,
      mood: moods.get(desk.type) ?? 'well',
      threads: PEOPLE.map((_, person) => desk.thread(person)),
    })),
  })

  const act = async <Name extends keyof Posts>(name: Name, post: Posts[Name]): Promise<void> => {
    if (name === 'does') {
      const { type, person, deed } = post as Posts['does']
      await deskOf(type).does(person, deed)
    } else if (name === 'mood') {
      const { type, mood } = post as Posts['mood']
      const desk = deskOf(type)
      const fault = MOODS[mood]
      moods.set(type, mood)
      desk.misbehave(fault && ((call) => (desk.isSend(call) ? fault : undefined)))
    } else {
      for (const [type, webhookUrl] of Object.entries(post as Posts['channels']))
        deskOf(type).pointAt(webhookUrl)
    }
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/'
    const name = path.slice(1) as keyof Posts
    if (request.method === 'POST' && (name === 'does' || name === 'mood' || name === 'channels')) {
      await act(name, (await readJson(request)) as Posts[typeof name])
      return answer(response, 200, {})
    }
    if (path === '/channels') {
      return answer(
        response,
        200,
        desks.map(({ type, name: title, config }) => ({ type, name: title, config })),
      )
    }
    if (path === '/state') return answer(response, 200, shown())
    if (path !== '/') return answer(response, 404, {})
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' })
    response.end(await readPage())
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => answer(response, 400, { detail: String(error) }))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(body))
}
