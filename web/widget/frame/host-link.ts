import type { ToFrame, ToHost } from '../link.ts'

/** The line to the page that shows us. */
export interface HostLink {
  post(message: ToHost): void
}

/** Greets the page and hears what it says: only the window that holds us, and only from the origin it first had. */
export function linkToHost(hear: (message: ToFrame) => void): HostLink {
  let host: string | undefined
  addEventListener('message', ({ data, origin, source }: MessageEvent<ToFrame>) => {
    if (source !== window.parent || source === window || origin !== (host ??= origin)) return
    hear(data)
  })
  // Says nothing but that we are here, so it may go to anybody; the browser already refused pages off the list.
  window.parent.postMessage({ type: 'hello' } satisfies ToHost, '*')
  return { post: (message) => host && window.parent.postMessage(message, host) }
}
