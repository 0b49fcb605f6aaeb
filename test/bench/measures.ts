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

const HEAD = ['| Measured | Result | Promise |', '|---|---|---|']

/** The rows as a Markdown table. */
export function toTable(rows: readonly Row[]): string {
  return [...HEAD, ...rows.map(lineOf)].join('\n')
}

/** A table with these rows in place of those that it had; what was not measured this time stays. */
export function updated(table: string, rows: readonly Row[]): string {
  const lines = new Map(
    table
      .split('\n')
      .filter((line) => line.startsWith('| ') && !HEAD.includes(line))
      .map((line) => [line.split(' | ', 1)[0] ?? '', line]),
  )
  for (const row of rows) lines.set(`| ${row.what}`, lineOf(row))
  return [...HEAD, ...lines.values()].join('\n')
}

function lineOf({ what, figure, promise, kept }: Row): string {
  return `| ${what} | ${figure} | ${promise}${kept === undefined ? '' : kept ? ' ✓' : ' ✗'} |`
}
