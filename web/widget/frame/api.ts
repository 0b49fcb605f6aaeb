import type { VisitorMessageView } from '../../../src/domain/events.ts'
import type { AttachmentView, Page } from '../../../src/domain/views.ts'
import type { OpenVisitorSessionCommand, VisitorSessionAnswer } from '../../../src/domain/visitor.ts'
import { problemOf, UnreachableError } from '../../shared/problem.ts'

const PAGE_SIZE = 40
const PATIENCE_MS = 20_000

/** A page of the visitor's own history, newest first. */
export interface History extends Page<VisitorMessageView> {
  readonly unreadCount: number
}

/** A running upload. */
export interface Upload {
  readonly done: Promise<AttachmentView>
  readonly cancel: () => void
}

/** The server, as one visitor may ask it. Everything rejects with ProblemError or UnreachableError. */
export interface VisitorApi {
  openSession(command: OpenVisitorSessionCommand): Promise<VisitorSessionAnswer>
  history(before?: string): Promise<History>
  post(body: object): Promise<void>
  upload(file: File, onProgress: (share: number) => void): Upload
  file(id: string): Promise<Blob>
}

/** `token` is asked anew at each request, since a session may be renewed at any time. */
export function createVisitorApi(channelId: string, token: () => string | undefined): VisitorApi {
  const root = `/widget/v1/${channelId}`
  const bearer = (): Record<string, string> => ({ authorization: `Bearer ${token() ?? ''}` })
  const json = { 'content-type': 'application/json' }

  return {
    openSession: async (command) =>
      read(await ask(`${root}/session`, { method: 'POST', headers: json, body: JSON.stringify(command) })),
    async history(before) {
      const query = new URLSearchParams({ limit: `${PAGE_SIZE}`, ...(before !== undefined && { before }) })
      return read(await ask(`${root}/messages?${query}`, { headers: bearer() }))
    },
    async post(body) {
      const headers = { ...json, ...bearer() }
      // Read, though it says nothing: an answer nobody reads keeps its request open.
      await read(await ask(`/ingress/${channelId}`, { method: 'POST', headers, body: JSON.stringify(body) }))
    },
    upload: (file, onProgress) => upload(`${root}/attachments`, bearer(), file, onProgress),
    file: async (id) => (await ask(`${root}/attachments/${id}`, { headers: bearer() })).blob(),
  }
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(url, { ...init, credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) })
  } catch (cause) {
    throw new UnreachableError(cause)
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function read<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T
  } catch (cause) {
    throw new UnreachableError(cause)
  }
}

/** `fetch` tells nothing of an upload's progress; the older way does. */
function upload(
  url: string,
  headers: Record<string, string>,
  file: File,
  onProgress: (share: number) => void,
): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<AttachmentView>((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => {
      const { status, responseText } = request
      const response = new Response(responseText || '{}', { status: status === 204 ? 200 : status })
      if (status === 201) resolve(read<AttachmentView>(response))
      else void problemOf(response).then(reject)
    }
    request.onerror = request.onabort = () => reject(new UnreachableError(request.status))
    request.open('POST', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    const form = new FormData()
    form.append('file', file, file.name)
    request.send(form)
  })
  return { done, cancel: () => request.abort() }
}
