/** The value below which the share `q` of the samples lies. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** The middle one. */
export const median = (samples: readonly number[]): number => quantile(samples, 0.5)

/** One line of the result table. */
export interface Row {
  readonly what: string
  readonly figure: string
  readonly promise: string
  readonly kept: boolean | undefined
}

/** The rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ what, figure, promise, kept }) =>
      `| ${what} | ${figure} | ${promise}${kept === undefined ? '' : kept ? ' ✓' : ' ✗'} |`,
  )
  return ['| Measured | Result | Promise |', '|---|---|---|', ...lines].join('\n')
}
