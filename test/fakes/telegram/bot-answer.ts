/** How the Bot API answers, and how it is asked. */
import { jsonAnswer, type ProviderAnswer, type ProviderCall } from '../provider/provider-server.ts'

export const succeeded = (result: unknown): ProviderAnswer => jsonAnswer(200, { ok: true, result })

/** Thrown inside the fake; becomes the answer that the real server gives. */
export class Refused extends Error {
  readonly code: number
  readonly parameters: object | undefined

  constructor(code: number, description: string, parameters?: object) {
    super(description)
    this.code = code
    this.parameters = parameters
  }
}

export const badRequest = (words: string, parameters?: object): Refused =>
  new Refused(400, `Bad Request: ${words}`, parameters)

export const refusalAnswer = ({ code, message, parameters }: Refused): ProviderAnswer =>
  jsonAnswer(code, {
    ok: false,
    error_code: code,
    description: message,
    ...(parameters === undefined ? {} : { parameters }),
  })

/** A file of a call. */
export interface GivenFile {
  readonly bytes: Buffer
  readonly name: string
  readonly contentType: string
}

/** The parameters of a call, whichever way they were given. */
export interface Parameters {
  text(name: string): string
  number(name: string): number | undefined
  /** What is JSON inside a form, or a member of a JSON body. */
  object<T>(name: string): T | undefined
  file(name: string): GivenFile | undefined
  readonly all: Readonly<Record<string, unknown>>
}

export async function readParameters({ url, headers, body }: ProviderCall): Promise<Parameters> {
  const all: Record<string, unknown> = Object.fromEntries(new URL(url, 'http://fake').searchParams)
  const files = new Map<string, GivenFile>()
  const contentType = headers['content-type'] ?? ''
  if (contentType.startsWith('application/json')) {
    if (body.length > 0) Object.assign(all, JSON.parse(body.toString('utf8')))
  } else if (body.length > 0) {
    const request = new Request('http://fake', {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: new Uint8Array(body),
    })
    for (const [name, value] of await request.formData()) {
      if (typeof value === 'string') all[name] = value
      else {
        const bytes = Buffer.from(await value.arrayBuffer())
        files.set(name, { bytes, name: value.name, contentType: value.type })
      }
    }
  }
  return {
    all,
    text: (name) =>
      typeof all[name] === 'string' ? all[name] : all[name] === undefined ? '' : String(all[name]),
    number: (name) => {
      const value = Number(all[name])
      return all[name] === undefined || all[name] === '' || Number.isNaN(value) ? undefined : value
    },
    object: <T>(name: string) => {
      const value = all[name]
      return (typeof value === 'string' ? JSON.parse(value) : value) as T | undefined
    },
    file: (name) => {
      const value = all[name]
      const attached = typeof value === 'string' ? /^attach:\/\/(.+)$/.exec(value)?.[1] : undefined
      return files.get(attached ?? name)
    },
  }
}
