/** How a kind of channel is told from the others at a glance: a small drawing on a colour of its own. */
export interface ChannelMark {
  /** SVG path data in a box of 24 by 24, drawn in white strokes 2 wide with round ends. */
  readonly path: string
  /** The ground, as `#rrggbb`: white on it has a contrast of at least 3 to 1 (WCAG 2.2, 1.4.11). */
  readonly color: string
}
