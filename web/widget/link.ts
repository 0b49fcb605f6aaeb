import type { VisitorIdentityClaim, WidgetSettingsAnswer } from '../../src/domain/visitor.ts'

/** What the site's page has said so far; sent whole whenever a part of it changes. */
export interface HostState {
  readonly open: boolean
  readonly identity?: VisitorIdentityClaim | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly locale?: string | undefined
  readonly colorScheme?: string | undefined
  readonly page: { readonly url: string; readonly title: string }
  /** What the frame asked the page to keep. */
  readonly kept?: string | undefined
}

/** Page → frame. */
export type ToFrame =
  | { readonly type: 'state'; readonly state: HostState }
  | { readonly type: 'ticket'; readonly answer: WidgetSettingsAnswer }
  | { readonly type: 'refused'; readonly code: string }
  /** Texts as the page gave them: it may give anything. */
  | { readonly type: 'prefill'; readonly text: unknown }
  | { readonly type: 'send'; readonly text: unknown }
  | { readonly type: 'reset' }

/** Events a site can listen to. They carry no texts: any page that may show the widget hears them. */
export type WidgetEventName =
  | 'ready'
  | 'opened'
  | 'closed'
  | 'message:sent'
  | 'message:received'
  | 'unread'
  | 'error'

/** Frame → page. */
export type ToHost =
  | { readonly type: 'hello' }
  | { readonly type: 'close' }
  | { readonly type: 'ticket' }
  | { readonly type: 'page' }
  /** The browser forbids the frame to keep anything: the page keeps it, for its own site alone. */
  | { readonly type: 'keep'; readonly text: string }
  | { readonly type: 'event'; readonly name: WidgetEventName; readonly detail: unknown }
