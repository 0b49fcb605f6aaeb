import { defineConfig } from 'vitest/config'
import { quickFolder } from './test/harness/quick-folder.ts'

const MINUTE = 60_000

/** Tests that need a program of the machine carry it in their name: see test/run/suites.mjs. */
const NEEDS_PROGRAM = 'test/**/*.{redis,dovecot}.test.ts'

/** Half of a suite's time would go into importing the same server for every file, and much of the rest into the disk. */
const SHARED_PROCESS = {
  isolate: false,
  setupFiles: ['test/harness/left-as-found.ts'],
  env: { TMPDIR: quickFolder() },
}

export default defineConfig({
  test: {
    pool: 'forks',
    isolate: true,
    passWithNoTests: false,
    allowOnly: false,
    // What comes on its own is awaited with patience: one second is too short on a busy machine.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        extends: true,
        test: {
          ...SHARED_PROCESS,
          name: 'unit',
          include: ['{src,connectors,web}/**/*.test.{ts,tsx}', 'test/{run,fakes}/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: MINUTE,
        },
      },
      {
        extends: true,
        test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: MINUTE },
      },
      {
        extends: true,
        test: {
          ...SHARED_PROCESS,
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [NEEDS_PROGRAM],
          globalSetup: ['test/harness/shared-engine.ts'],
          testTimeout: 3 * MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'redis',
          include: ['test/**/*.redis.test.ts'],
          fileParallelism: false,
          // Starting servers takes as long as what else the machine does lets it.
          testTimeout: 4 * MINUTE,
          hookTimeout: 4 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'dovecot',
          include: ['test/**/*.dovecot.test.ts'],
          fileParallelism: false,
          testTimeout: (process.env['FAULTS'] === 'long' ? 10 : 4) * MINUTE,
          hookTimeout: 4 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'architecture',
          include: ['test/architecture/**/*.test.ts'],
          // The typed rules read every file of the tests once.
          testTimeout: 3 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: [NEEDS_PROGRAM],
          fileParallelism: false,
          // FAULTS=long kills far more often; the short form is part of every test run.
          testTimeout: (process.env['FAULTS'] === 'long' ? 60 : 10) * MINUTE,
          hookTimeout: 4 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Two browsers, also on two cores: each waits for its pages as often as it draws them.
          maxWorkers: 2,
          // A group of its own: within one, all have the same number of workers.
          sequence: { groupOrder: 1 },
          // What never comes fails sooner, by name: the driver waits for half a minute.
          testTimeout: 5 * MINUTE,
          hookTimeout: 2 * MINUTE,
        },
      },
    ],
  },
})
