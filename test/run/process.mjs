import { spawn } from 'node:child_process'

/**
 * Settings of the server that a person may have in the shell. Tests start servers of their own; with
 * these inherited they could write into a real database.
 */
export const SERVER_SETTINGS = [
  ...[
    'PORT',
    'HOST',
    'OUTBOUND_ALLOW',
    'PUBLIC_URL',
    'DATA_DIR',
    'MONGODB_URI',
    'MONGODB_DB',
    'REDIS_URL',
    'ROLE',
    'SECRET_KEY',
  ],
  ...['LOG_LEVEL', 'LOG_FORMAT', 'TRUST_PROXY', 'ATTACHMENT_MAX_BYTES', 'SESSION_TTL_HOURS'],
  ...['JOURNAL_RETENTION_DAYS', 'SPOOL_MAX_BYTES', 'METRICS_TOKEN', 'SHUTDOWN_TIMEOUT_MS', 'INSTANCE_NAME'],
]

/**
 * The environment for installing, building and testing.
 *
 * @param {Record<string, string | undefined>} env
 * @param {Record<string, string>} [extra]
 */
export function cleanEnv(env, extra = {}) {
  const kept = { ...env, ...extra }
  // NODE_ENV=production would make npm leave out what the tests need.
  for (const name of [...SERVER_SETTINGS, 'NODE_ENV', 'NODE_OPTIONS']) delete kept[name]
  return kept
}

/**
 * Runs a command, its output going straight to ours or into an open file, and ends it with all its children after a
 * while.
 *
 * @param {readonly string[]} command
 * @param {{ cwd: string, env: Record<string, string | undefined>, limitMs: number, output?: number }} options
 * @returns {Promise<{ code: number | null, signal: string | null, timedOut: boolean, durationMs: number }>}
 */
export function run(command, options) {
  const startedAt = performance.now()
  const [program = '', ...args] = command
  return new Promise((resolve) => {
    // A group of its own, so that browsers and servers started by tests end with it.
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', options.output ?? 'inherit', options.output ?? 'inherit'],
      detached: true,
    })
    let timedOut = false
    /** @param {NodeJS.Signals} signal */
    const signalGroup = (signal) => {
      if (child.pid === undefined) return
      try {
        process.kill(-child.pid, signal)
      } catch {
        // The group is gone already.
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      signalGroup('SIGKILL')
    }, options.limitMs)
    /** @param {NodeJS.Signals} signal */
    const passOn = (signal) => {
      signalGroup(signal)
      process.exitCode = 130
    }
    process.once('SIGINT', passOn)
    process.once('SIGTERM', passOn)
    let settled = false
    /**
     * @param {number | null} code
     * @param {string | null} signal
     */
    const settle = (code, signal) => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      process.off('SIGINT', passOn)
      process.off('SIGTERM', passOn)
      signalGroup('SIGKILL')
      resolve({ code, signal, timedOut, durationMs: performance.now() - startedAt })
    }
    child.once('error', () => settle(127, null))
    child.once('exit', settle)
  })
}
