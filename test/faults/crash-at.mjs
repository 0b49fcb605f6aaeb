/**
 * Loaded before the server by the fault tests: ends the process without a word when it reaches a station for the
 * n-th time. `CRASH_STATION` names the station, `CRASH_AFTER` says which time.
 */
import { subscribe } from 'node:diagnostics_channel'

const station = process.env['CRASH_STATION']
let left = Number(process.env['CRASH_AFTER'] ?? 1)

if (station !== undefined) {
  subscribe('tributary.station', (reached) => {
    if (/** @type {{ station: string }} */ (reached).station !== station) return
    left -= 1
    if (left <= 0) process.kill(process.pid, 'SIGKILL')
  })
}
