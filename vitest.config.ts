import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Tests that start a process or an emulator, read the synthesized template, or wait for real time on sockets.
 * A folder that holds nothing else stands here; elsewhere the file's name says it.
 */
const CLOUD = [
  'test/{e2e,kill,simulation,stack}/**/*.test.ts',
  'test/adapters/http/**/*.test.ts',
  'test/**/{*.,}cloud.test.ts',
];

/** Those of them that wait for more than half of their time: they start a local cloud, or wait for real time. */
const WAITING = [
  'test/{e2e,kill,adapters/http}/**/*.test.ts',
  'test/{adapters/queues,bench,local,targets}/**/{*.,}cloud.test.ts',
];

const OWN_ENVIRONMENT = 'test/support/own-environment.ts';

/** For files that start processes. */
const PROCESSES = {
  pool: 'forks' as const,
  globalSetup: ['test/support/synthesized.ts'],
  // A small young generation is collected too often.
  execArgv: ['--max-semi-space-size=32'],
  setupFiles: [OWN_ENVIRONMENT],
};

/** First what computes, with a worker for each core: each further worker loads and compiles the same modules again. */
const COMPUTING = { maxWorkers: availableParallelism(), sequence: { groupOrder: 0 } };
/** Then what waits, with more workers than two cores. */
const OVERLAPPING = { maxWorkers: 6, sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    // For what hangs, and not for what is slow: tests wait for progress (test/support/eventually.ts), and fail without it.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // The files of a worker share its modules: loading them anew for each file took longer than most tests.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Keeps transformed modules in node_modules: each later run transforms only what has changed.
    fsModuleCache: true,
    // Keeps compiled code too, for the workers and for the commands that tests start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/compiled') },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          // The examples' tests kill hundreds of processes: `npm run test:examples`.
          // `npm run test:browser` needs a Chromium.
          exclude: [...CLOUD, 'test/examples/**', 'test/browser/**', 'test/receivers/**'],
          setupFiles: ['test/support/in-this-process.ts', OWN_ENVIRONMENT],
          pool: 'threads',
          ...COMPUTING,
        },
      },
      {
        extends: true,
        test: { name: 'cloud', include: CLOUD, exclude: WAITING, ...PROCESSES, ...COMPUTING },
      },
      {
        extends: true,
        test: { name: 'waiting', include: WAITING, ...PROCESSES, ...OVERLAPPING },
      },
    ],
  },
});
