import type { VisitorIdentityClaim, WidgetSettingsAnswer } from '../../src/domain/visitor.ts'

/** What the site's page has said so far; sent whole whenever a part of it changes. */
export interface HostState {
  readonly open: boolean
  readonly identity?: VisitorIdentityClaim | undefined
  readonly attributes: Readonly<Record<string, unknown>>
  readonly locale?: string | undefined
  readonly colorScheme?: string | undefined
  readonly page: { readonly url: string; readonly title: string }
}

/** Page → frame. */
export type ToFrame =
  | { readonly type: 'state'; readonly state: HostState }
  | { readonly type: 'ticket'; readonly answer: WidgetSettingsAnswer }
  | { readonly type: 'refused'; readonly code: string }
  | { readonly type: 'prefill'; readonly text: string }
  | { readonly type: 'send'; readonly text: string }
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
  | { readonly type: 'event'; readonly name: WidgetEventName; readonly detail: unknown }
