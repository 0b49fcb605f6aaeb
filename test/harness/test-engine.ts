/** Real embedded engines for tests, each over a folder that goes with it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/engine/embedded-engine.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Starts one for whoever does things to it that others must not feel. @param within where its folder is made */
export async function startTestEngine(within = tmpdir()): Promise<EmbeddedEngine> {
  const folder = await mkdtemp(join(within, 'database-test-'))
  const engine = await startEmbeddedEngine({
    dataDir: folder,
    log: silent,
    execArgv: ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href],
  })
  return {
    uri: engine.uri,
    get pid() {
      return engine.pid
    },
    onDown: engine.onDown,
    onUp: engine.onUp,
    async stop() {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
