import type { JSX } from 'preact'

const SHAPES = {
  close: 'M6 6l12 12M18 6 6 18',
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  clip: 'm20.5 11.5-8.3 8.3a5.4 5.4 0 0 1-7.7-7.7l8.5-8.4a3.6 3.6 0 0 1 5.1 5.1l-8.5 8.4a1.8 1.8 0 0 1-2.6-2.5l7.7-7.7',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.3 14.2c.8 1.2 2.1 2 3.7 2s2.9-.8 3.7-2M9 9.5v.1M15 9.5v.1',
  down: 'm6 9.5 6 6 6-6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2',
  check: 'm4.5 12.5 5 5 10-11',
  checks: 'm2 12.5 4.5 4.5 9-9.5M12 16.5l.5.5 9-9.5',
  alert: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V13M12 16.4v.1',
} as const

/** A line drawing, by name or by the shape of a part that is read later; it never speaks, the button around it does. */
export function Icon({
  name,
  shape = name && SHAPES[name],
}: {
  name?: keyof typeof SHAPES
  shape?: string
}): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shape} />
    </svg>
  )
}
