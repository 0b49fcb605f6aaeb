/** What the server and the engine's child process tell each other over the IPC channel. */

export interface OpenOrder {
  readonly type: 'open'
  readonly folder: string
  readonly socketPath: string
  readonly cacheBytes: number
}

export interface StopOrder {
  readonly type: 'stop'
}

export type EngineOrder = OpenOrder | StopOrder

/** Why a child could not open the folder, as far as the server treats causes differently. */
export type OpenFailure = 'locked' | 'not-loadable' | 'other'

export type EngineReport =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly failure: OpenFailure; readonly message: string }
