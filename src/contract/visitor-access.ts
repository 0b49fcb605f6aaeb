import type { VisitorIdentityClaim, VisitorSettings } from '../domain/visitor.ts'

/** Who a visitor token speaks for. */
export interface Visitor {
  readonly visitorId: string
  /** The site proved who he is. */
  readonly verified: boolean
}

/** The outcome of opening a session. */
export type VisitorAdmission =
  | { readonly ok: true; readonly token: string; readonly visitor: Visitor }
  | {
      readonly ok: false
      readonly code: 'identity-not-proven' | 'origin-not-allowed'
      readonly detail: string
    }

/** What is asked when a frame opens a session. */
export interface AdmissionRequest {
  readonly ticket: string
  readonly token?: string
  readonly identity?: VisitorIdentityClaim
  readonly nowMs: number
  /** 128 random bits as hex, for a visitor who is new. */
  readonly freshId: string
}

/** Where answers go on that a visitor has not got. */
export interface Continuity {
  /** Another channel, which must carry letters and begin conversations. */
  readonly channelId: string
  /** How long the last answer waits for his client to say that it has it, milliseconds. */
  readonly afterMs: number
}

/**
 * For channels whose customers hold a live client of ours (the widget). Every function is synchronous, total and
 * never throws; tokens are opaque to the core.
 */
export interface VisitorAccess<C> {
  publicSettings(config: C): VisitorSettings
  /** The sites that may show the widget, as `frame-ancestors` sources; empty = any site. */
  frameAncestors(config: C): readonly string[]
  /** A ticket for a page of this origin, or undefined when the origin is not allowed. */
  issueTicket(origin: string, config: C, nowMs: number): string | undefined
  admit(request: AdmissionRequest, config: C): VisitorAdmission
  /** Whose token it is; undefined when it is forged, of another channel or outdated. */
  recognise(token: string, config: C, nowMs: number): Visitor | undefined
  /** Where answers go on that a visitor has not got; undefined = they wait until he is back. */
  continuity?(config: C): Continuity | undefined
  /** The snippet a site owner pastes. */
  snippet(config: C, channel: { readonly id: string; readonly publicUrl: string }): string
}
