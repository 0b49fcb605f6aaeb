import { fileURLToPath } from 'node:url'
import { BUILDS, runBuilds, staleBuilds } from './build.mjs'
import { install, reasonToInstall } from './install.mjs'
import { withLock } from './launch-lock.mjs'
import { ToolError } from './run-tool.mjs'

/**
 * Installs and builds what is missing or stale.
 *
 * @param {URL} rootUrl the checkout
 * @param {readonly import('./build.mjs').Build[]} [builds]
 * @returns {Promise<boolean>} false when something failed; why has been printed then
 */
export async function makeReady(rootUrl, builds = BUILDS) {
  const root = fileURLToPath(rootUrl)
  try {
    // The usual start finds nothing to do: it takes no lock and writes nothing.
    if (!(await reasonToInstall(root)) && (await staleBuilds(root, builds)).length === 0) return true
    await withLock(root, async () => {
      const reason = await reasonToInstall(root)
      if (reason) await install(root, reason)
      await runBuilds(root, await staleBuilds(root, builds))
    })
    return true
  } catch (error) {
    if (!(error instanceof ToolError)) throw error
    if (error.output) console.error(error.output)
    console.error(error.message)
    return false
  }
}
