/**
 * Keeps one child process, and replaces it on wish: the old one ends before the new one begins, and wishes that come
 * meanwhile are one wish.
 *
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 * @param {() => ChildProcess} start
 */
export function createRestarting(start) {
  /** @type {ChildProcess | undefined} */
  let child
  let replacing = false
  let ended = false

  const begin = () => {
    replacing = false
    if (!ended) child = start()
  }

  return {
    /** Starts the child, or ends it and starts it anew. */
    restart() {
      if (replacing || ended) return
      if (!child || child.exitCode !== null || child.signalCode !== null) return begin()
      replacing = true
      child.once('exit', begin)
      child.kill('SIGTERM')
    },
    /** From now on nothing is started; ending the child is the caller's part. */
    end() {
      ended = true
    },
  }
}
