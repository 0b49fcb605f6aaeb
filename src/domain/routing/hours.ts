/** Hours of one weekday by the local clock. */
export interface WeeklyHours {
  /** 0 = Sunday to 6 = Saturday. */
  readonly weekday: number
  /** Minutes since local midnight at which it begins, 0 to 1439. */
  readonly fromMinute: number
  /** Minutes since local midnight at which it ends, exclusive, 1 to 1440. Past midnight = a second entry. */
  readonly toMinute: number
}

/** A time away, in instants: milliseconds since the epoch, the end exclusive. */
export interface TimeOff {
  readonly fromMs: number
  readonly toMs: number
}

/** When an agent or a team works. Who has no schedule works always. */
export interface WorkingHours {
  /** IANA name such as `Europe/Madrid`. */
  readonly timeZone: string
  readonly weekly: readonly WeeklyHours[]
  readonly timeOff: readonly TimeOff[]
  /** Local dates as `YYYY-MM-DD`, closed from midnight to midnight. */
  readonly holidays: readonly string[]
}

/** How a schedule stands at an instant: plain data that an agent's state carries. */
export interface HoursState {
  readonly within: boolean
  /** Why not, if not. */
  readonly closedBy?: 'out-of-hours' | 'time-off' | 'holiday'
  /** When `within` changes next, milliseconds since the epoch; absent = not within the next 400 days. */
  readonly untilMs?: number
}
