/** One engine for all files of a suite: starting one takes longer than most files' tests. */
import type { TestProject } from 'vitest/node'
import { quickFolder } from './quick-folder.ts'
import { startTestEngine } from './test-engine.ts'

declare module 'vitest' {
  interface ProvidedContext {
    engineUri?: string
  }
}

/** Starts it before the first file. @returns what stops it after the last */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = await startTestEngine(quickFolder())
  project.provide('engineUri', engine.uri)
  return engine.stop
}
