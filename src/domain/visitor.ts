/** What a widget must know before it is shown; nothing here is secret. */
export interface VisitorSettings {
  readonly title: string
  readonly greeting: string
  readonly offlineText: string
  /** `#rrggbb`. */
  readonly color: string
  readonly position: 'left' | 'right'
  readonly locale: string
  readonly colorScheme: 'light' | 'dark' | 'auto'
  readonly preChat: boolean
  readonly attachments: boolean
  readonly emoji: boolean
  /** Longest text of one message, in UTF-16 units. */
  readonly maxTextLength: number
  readonly maxAttachmentBytes: number
}

/** Answer of `GET /widget/v1/:channelId/settings`, asked from the site's own page. */
export interface WidgetSettingsAnswer {
  readonly settings: VisitorSettings
  /** At least one agent who may answer is available. */
  readonly online: boolean
  /** Proves for five minutes that an allowed page asked; the frame hands it in when it opens a session. */
  readonly ticket: string
}

/** Body of `POST /widget/v1/:channelId/session`. */
export interface OpenVisitorSessionCommand {
  readonly ticket: string
  /** The token of an earlier visit; a valid one continues it. */
  readonly token?: string
  /** Claims the site's page made by `setUser`, with their proof. */
  readonly identity?: VisitorIdentityClaim
}

/**
 * What a site says of its visitor. Believed only with `hash` = hex HMAC-SHA256(id, channel's identity secret) or
 * with `jwt` = an HS256 token of the same secret (claims `sub`, optional `name`, `email`, `phone`, `exp` required,
 * at most a day away).
 */
export interface VisitorIdentityClaim {
  readonly id?: string
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  readonly hash?: string
  readonly jwt?: string
}

/** Answer of `POST /widget/v1/:channelId/session`. */
export interface VisitorSessionAnswer {
  /** Bearer token of this visitor; kept by the frame. */
  readonly token: string
  /** Changes when the visitor becomes another one (signed in, reset): the client drops what it shows. */
  readonly visitorId: string
  readonly verified: boolean
  readonly settings: VisitorSettings
  readonly online: boolean
}

/** Where a visitor stands who waits for somebody; shown only where the policy says so. */
export interface QueuePlaceView {
  /** 1 = next. */
  readonly place: number
  /** From when to when somebody should have him, milliseconds from now; absent when nobody can honestly say. */
  readonly waitMs?: readonly [likely: number, atMost: number]
}

/** Where the visitors of one channel stand. */
export interface ChannelPlaces {
  /** By the visitor's id; who does not wait, or may not know his place, is absent. */
  readonly places: ReadonlyMap<string, QueuePlaceView>
  /** The language that the channel asks for; absent = the visitor's own. */
  readonly locale?: string
}
