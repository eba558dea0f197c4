import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Hundreds of processes that are killed: `npm run test:examples`.
    exclude: ['test/examples/**'],
    globalSetup: ['test/support/synthesized.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The suites that run a whole cloud take both cores; more of them at a time only wait for each other.
    maxWorkers: 2,
  },
});
