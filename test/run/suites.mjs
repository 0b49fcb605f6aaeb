/**
 * What `npm test` runs, in this order, and what each suite needs of the machine.
 *
 * @typedef {object} Suite
 * @property {string} name a project of vitest.config.ts
 * @property {readonly string[]} needs names of prerequisites; without one of them the suite cannot run
 * @property {boolean} built whether it starts the built server or the built pages
 * @property {number} limitMs after this long the suite is ended and counts as failed
 * @property {Lane} lane
 *
 * Suites of one lane run one after the other, the lanes at the same time: what computes, what drives a browser, and what
 * starts servers and waits for them to die and come back.
 *
 * @typedef {'computing' | 'browser' | 'waiting'} Lane
 */

const MINUTE_MS = 60_000

/** @type {readonly Suite[]} */
export const SUITES = [
  { name: 'unit', needs: [], built: false, limitMs: 10 * MINUTE_MS, lane: 'computing' },
  { name: 'contract', needs: [], built: false, limitMs: 10 * MINUTE_MS, lane: 'computing' },
  { name: 'architecture', needs: [], built: false, limitMs: 10 * MINUTE_MS, lane: 'computing' },
  { name: 'integration', needs: [], built: true, limitMs: 25 * MINUTE_MS, lane: 'computing' },
  { name: 'redis', needs: ['redis-server'], built: true, limitMs: 10 * MINUTE_MS, lane: 'waiting' },
  {
    name: 'dovecot',
    needs: ['dovecot-imapd', 'dovecot-lmtpd', 'redis-server'],
    built: true,
    limitMs: 30 * MINUTE_MS,
    lane: 'waiting',
  },
  { name: 'faults', needs: [], built: true, limitMs: 30 * MINUTE_MS, lane: 'waiting' },
  {
    name: 'e2e',
    needs: ['chromium', 'emoji-font', 'dovecot-imapd', 'dovecot-lmtpd'],
    built: true,
    limitMs: 40 * MINUTE_MS,
    lane: 'browser',
  },
]

/**
 * The suites named on the command line, in the order of the table; all of them when none is named.
 *
 * @param {readonly string[]} names
 * @param {readonly Suite[]} [suites]
 * @returns {Suite[]}
 */
export function chooseSuites(names, suites = SUITES) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    throw new Error(
      `No suite is called ${unknown.join(', ')}. There are: ${suites.map((suite) => suite.name).join(', ')}.`,
    )
  }
  return suites.filter((suite) => names.length === 0 || names.includes(suite.name))
}

/**
 * These suites by lane; no lane is empty.
 *
 * @param {readonly Suite[]} suites
 * @returns {Suite[][]}
 */
export function lanesOf(suites) {
  const lanes = new Set(suites.map(({ lane }) => lane))
  return [...lanes].map((lane) => suites.filter((suite) => suite.lane === lane))
}
