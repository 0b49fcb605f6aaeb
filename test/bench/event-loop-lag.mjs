/**
 * Loaded before the server by the bench: keeps how long its event loop was late. At SIGUSR2 the p99 since the last one
 * is written to the file that `LAG_FILE` names, in milliseconds.
 */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const file = process.env['LAG_FILE']
const RESOLUTION_MS = 10

if (file !== undefined && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  process.on('SIGUSR2', () => {
    writeFileSync(file, String(delay.percentile(99) / 1e6))
    delay.reset()
  })
}
