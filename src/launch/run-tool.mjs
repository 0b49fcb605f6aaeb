import { spawn } from 'node:child_process'

/** Enough to see what a compiler or npm complained about last. */
const OUTPUT_KEPT = 6_000

/** A tool failed; `message` is one line for the user, `output` the end of what the tool wrote. */
export class ToolError extends Error {
  /** @param {string} message @param {string} [output] */
  constructor(message, output = '') {
    super(message)
    this.name = 'ToolError'
    this.output = output
  }
}

/**
 * Runs one program to its end and keeps its output to itself.
 *
 * @param {string} what how to name it to the user
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd: string, shell?: boolean }} options
 * @returns {Promise<void>} rejects with ToolError
 */
export function runTool(what, program, args, options) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env }
    // A debugger or preload meant for the server has no business in a compiler; tools set their own mode.
    delete env['NODE_OPTIONS']
    delete env['NODE_ENV']
    const child = spawn(program, args, { ...options, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    /** @param {string} text */
    const keep = (text) => {
      output = (output + text).slice(-OUTPUT_KEPT)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', (error) => reject(new ToolError(`${what} could not be started: ${error.message}`)))
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else
        reject(new ToolError(`${what} failed (${signal ?? `exit code ${code}`}); see above.`, output.trim()))
    })
  })
}
