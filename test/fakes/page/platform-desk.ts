/** One fake platform as the page plays it: people who write, and what they got back. */
import type { Fault, FaultPlan, ProviderCall } from '../provider/provider-server.ts'

/** The people who write; the same on every platform. */
export const PEOPLE = ['Ada Lovelace', 'Bruno Costa', 'Chidi Okafor'] as const

/** What somebody may do beside writing. */
export type Ability = 'picture' | 'location' | 'button' | 'read'

/** A line of a thread as its customer sees it. */
export interface Line {
  readonly by: 'customer' | 'workspace'
  readonly text: string
  /** Names or addresses of files. */
  readonly files: readonly string[]
  /** What became of it, in the platform's words; empty where it tells none. */
  readonly state: string
  readonly atMs: number
}

/** What somebody does. */
export type Deed =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'picture'; readonly text: string }
  | { readonly kind: 'location' }
  | { readonly kind: 'button'; readonly text: string }
  /** He looks at what he got. */
  | { readonly kind: 'read' }

export interface PlatformDesk {
  /** The type of the channel that belongs to it, and how to make one. */
  readonly type: string
  readonly name: string
  readonly config: Readonly<Record<string, string | number | boolean>>
  readonly can: readonly Ability[]
  /** The server told where this channel is called. */
  pointAt(webhookUrl: string): void
  /** @param person by his place in {@link PEOPLE} */
  does(person: number, deed: Deed): Promise<void>
  thread(person: number): readonly Line[]
  misbehave(plan?: FaultPlan): void
  /** Which calls are sending: only those go wrong. */
  isSend(call: ProviderCall): boolean
  stop(): Promise<void>
}

/** Ways in which a platform fails, as the page names them. */
export const MOODS: Readonly<Record<string, Fault | undefined>> = {
  well: undefined,
  slow: { kind: 'delay', ms: 5_000 },
  busy: {
    kind: 'status',
    status: 429,
    headers: { 'Content-Type': 'application/json', 'Retry-After': '10' },
    body: '{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":10}}',
  },
  broken: { kind: 'status', status: 500, body: '{}' },
  'cut before': { kind: 'cut-before' },
  'cut after': { kind: 'cut-after' },
}

/** A place that everybody knows. */
export const PLACE = { latitude: 52.516275, longitude: 13.377704, label: 'Brandenburger Tor' } as const

/** A picture that can be seen: a disc of colour. */
export const PICTURE: Buffer = Buffer.from(
  [
    'iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAIAAADYYG7QAAAAi0lEQVR42u3Yuw2AMBCDYU/AtAySUakQJT2PcIoSx4cs3QBf',
    'ef6x7YfUwSCD5oCWtUSOAQpSmlkYSmlggaOJm8ChxFkgaz5N4GvqpjygoZqKCbM0b6YMIJrm0SQPImvuJoMMMsgggwz6G8jv',
    'R/EL2wUktzo8FJNue8X6odiHRAuaYmMUrbAO5wZd7gSFtxHkprL/PwAAAABJRU5ErkJggg==',
  ].join(''),
  'base64',
)
