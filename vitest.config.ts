import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Tests that start a process or an emulator, read the synthesized template, or wait for real time on sockets.
 * A folder that holds nothing else stands here; elsewhere the file's name says it.
 */
const CLOUD = [
  'test/{simulation,stack}/**/*.test.ts',
  'test/adapters/http/**/*.test.ts',
  'test/**/{*.,}cloud.test.ts',
];
/** Benches that start a service. */
const BENCHES = ['test/bench/load/**/*.cloud.test.ts', 'test/bench/peers/tidings-contestant.cloud.test.ts'];
/** What people do with the whole service, and what benches do with it: `npm run test:journeys`. */
const JOURNEYS = ['test/{e2e,kill}/**/*.test.ts', ...BENCHES];

type ProjectTest = NonNullable<TestProjectInlineConfiguration['test']>;

const OWN_ENVIRONMENT = 'test/support/own-environment.ts';

/** One more than there are cores, as a few tests wait. Each further worker loads and compiles the same modules again. */
const COMPUTING = availableParallelism() + 1;
/** For files that start processes. They wait for half of their time, and those that compute run beside them. */
const OVERLAPPING: ProjectTest = {
  pool: 'forks',
  globalSetup: ['test/support/synthesized.ts'],
  // A small young generation is collected too often; and see docs/performance.md for large pages.
  execArgv: ['--max-semi-space-size=32', '--use-largepages=silent'],
  setupFiles: [OWN_ENVIRONMENT],
  maxWorkers: Math.max(4, availableParallelism()),
  sequence: { groupOrder: 1 },
};

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
          exclude: [...CLOUD, ...JOURNEYS, 'test/examples/**', 'test/browser/**', 'test/receivers/**'],
          setupFiles: ['test/support/in-this-process.ts', OWN_ENVIRONMENT],
          pool: 'threads',
          maxWorkers: COMPUTING,
          sequence: { groupOrder: 0 },
        },
      },
      { extends: true, test: { ...OVERLAPPING, name: 'cloud', include: CLOUD, exclude: JOURNEYS } },
      // Longer waits, so more of them side by side.
      {
        extends: true,
        test: {
          ...OVERLAPPING,
          name: 'journeys',
          include: JOURNEYS,
          sequence: { groupOrder: 2 },
          maxWorkers: Math.max(6, availableParallelism()),
        },
      },
    ],
  },
});
