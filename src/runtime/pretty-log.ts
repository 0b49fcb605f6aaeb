/** Turns one JSON log line into one that people read. */

const OMITTED: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'instance', 'err', 'error'])

function show(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)
}

function stackOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === undefined ? '' : `\n  ${show(value)}`
  const { stack, message } = value as { stack?: unknown; message?: unknown }
  const text =
    typeof stack === 'string' ? stack : typeof message === 'string' ? message : JSON.stringify(value)
  return `\n  ${text.replaceAll('\n', '\n  ')}`
}

/** A line that is not JSON is handed through as it is. */
export function prettyLine(line: string): string {
  let entry: Record<string, unknown>
  try {
    entry = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const { time, level, msg, err, error } = entry
  const clock = typeof time === 'string' ? time.slice(11, 23) : ''
  const fields = Object.entries(entry)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => ` ${name}=${show(value)}`)
    .join('')
  const head = `${clock} ${String(level).toUpperCase().padEnd(5)} ${typeof msg === 'string' ? msg : ''}`
  return `${head}${fields}${stackOf(err ?? error)}\n`
}
